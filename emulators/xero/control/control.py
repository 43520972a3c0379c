"""What control can do to the world. The control API and the control page are two ways in."""

import secrets
from typing import cast
from uuid import UUID

from emulators.books.countries import COUNTRIES
from emulators.books.organisations import Organisation
from emulators.kit.calls import Calls
from emulators.kit.faults.faults import AT_ONCE, Fault
from emulators.xero.control.words import (
    ClockWords,
    FaultWords,
    LimitWords,
    OrganisationWords,
    PersonWords,
    RecordWords,
    ResetWords,
    SettingWords,
)
from emulators.xero.faults import Kind
from emulators.xero.records.lists import KEY_OF
from emulators.xero.records.record import Record, json_date
from emulators.xero.world import World

_UNDATED = frozenset({"IsSupplier", "IsCustomer", "Balances"})


class ControlRefusedError(Exception):
    """The call makes no sense here.

    Attributes:
        field: The field that is wrong.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Control:
    """The controls of one sandbox."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add_fault(self, words: FaultWords) -> Fault:
        """Add a fault, or do at once what is done at once.

        Raises:
            ControlRefusedError: There is no such organisation or person.
        """
        world = self.world
        self._check(words.organisation_id, words.person_id)
        fault = Fault(fault_id=world.faults.new_id(), **words.model_dump())
        if fault.kind == Kind.REVOKE_PERSON:
            for person_id in [fault.person_id] if fault.person_id else list(world.library.people):
                world.grants.revoke_person(person_id)
        if fault.kind == Kind.ACCESS_EXPIRED:
            world.grants.expire_access(fault.person_id)
        if fault.kind in (Kind.ACCESS_REMOVED, Kind.DISCONNECTED):
            world.connections.remove_matching(person_id=fault.person_id, organisation_id=fault.organisation_id)
        if fault.kind == Kind.LISTED_TWICE:
            world.connections.list_twice(person_id=fault.person_id, organisation_id=fault.organisation_id)
        if fault.kind in (Kind.DAY_LIMIT_REACHED, Kind.MINUTE_LIMIT_REACHED) and fault.times is None:
            fault.times = 1
        if fault.kind not in AT_ONCE:
            world.faults.add(fault)
        world.save()
        return fault

    def change_organisation(self, organisation_id: str, words: OrganisationWords) -> Organisation:
        """Change traits; the organisation's records follow.

        Raises:
            ControlRefusedError: There is no such organisation, or the new id is another one's.
        """
        self._check(organisation_id, None)
        if words.organisation_id is not None:
            old, organisation_id = organisation_id, str(words.organisation_id)
            if organisation_id in self.world.library.organisations:
                raise ControlRefusedError("organisation_id", "There is such an organisation already.")
            self.world.library.begin_anew(old, organisation_id)
            self.world.connections.remove_matching(organisation_id=old)
            self.world.save()
        traits: dict[str, object] = words.model_dump(exclude={"organisation_id"}, exclude_none=True)
        if words.tracking is not None:
            traits["dimensions"] = traits.pop("tracking")
        if words.country:
            traits["country"] = COUNTRIES[words.country]
        return self.world.library.change_organisation(organisation_id, **traits)

    def change_record(self, organisation_id: str, words: RecordWords) -> Record | None:
        """Add, change or remove one record.

        Returns:
            The record as it is now; None if it was removed.

        Raises:
            ControlRefusedError: There is no such organisation, list or record.
        """
        self._check(organisation_id, None)
        library, key = self.world.library, KEY_OF.get(words.list)
        if key is None:
            raise ControlRefusedError("list", f"There is no such list; there are: {', '.join(KEY_OF)}.")
        identity = words.id or str(words.fields.get(key) or UUID(bytes=secrets.token_bytes(16), version=4))
        records = library.records(organisation_id, words.list)
        known = next((record for record in records if record.get(key) == identity), None)
        if known is None and (words.remove or words.id):
            raise ControlRefusedError("id", "There is no such record.")
        if words.remove:
            library.change_record(organisation_id, words.list, identity, None)
            return None
        merged: Record = (known or {}) | {key: identity} | cast("Record", words.fields)
        merged = {name: value for name, value in merged.items() if value is not None}
        changed = {name for name in words.fields if (known or {}).get(name) != words.fields[name]}
        is_dated = words.list not in ("TaxRates", "Currencies", "TrackingCategories", "Organisation")
        if is_dated and (words.touch if words.touch is not None else not known or not changed <= _UNDATED):
            merged["UpdatedDateUTC"] = json_date(self.world.clock.now())
        if words.list == "Contacts":
            merged = {"ContactStatus": "ACTIVE", "IsSupplier": False, "IsCustomer": False} | merged
        library.change_record(organisation_id, words.list, identity, merged)
        return merged

    def books(self, organisation_id: str) -> dict[str, list[Record]]:
        """All records of an organisation, by list, as they are now and whatever faults there are.

        Raises:
            ControlRefusedError: There is no such organisation.
        """
        self._check(organisation_id, None)
        return {name: self.world.library.records(organisation_id, name) for name in KEY_OF}

    def change_person(self, person_id: str, words: PersonWords) -> None:
        """Set where a person is an adviser.

        Raises:
            ControlRefusedError: There is no such person or organisation.
        """
        self._check(None, person_id)
        for organisation_id in words.organisation_ids:
            self._check(organisation_id, None)
        self.world.library.change_access(person_id, words.organisation_ids)
        for connection in self.world.connections.of_person(person_id):
            if connection.organisation_id not in words.organisation_ids:
                self.world.connections.remove(connection)
        self.world.save()

    def move_clock(self, words: ClockWords) -> None:
        """Advance, stop or start the clock."""
        if words.stopped is True:
            self.world.clock.stop()
        self.world.clock.advance(words.advance_seconds)
        if words.stopped is False:
            self.world.clock.run()

    def change_limits(self, words: LimitWords) -> dict[str, int]:
        """Change the call limits."""
        limits = self.world.limits
        if words.enforced is not None:
            limits.enforce(words.enforced)
        limits.allowed |= words.model_dump(exclude={"enforced"}, exclude_none=True)
        return limits.allowed

    def change_settings(self, words: SettingWords) -> None:
        """Change switches."""
        settings = self.world.settings
        if words.continue_restamps is not None:
            settings.continue_restamps = words.continue_restamps
        if words.connection_cap is not None:
            settings.connection_cap = words.connection_cap or None
        if words.withheld_scopes is not None:
            settings.withheld_scopes = tuple(words.withheld_scopes)
        if words.most_contacts is not None:
            settings.most_contacts = words.most_contacts
        if words.latency_ms is not None:
            self.world.faults.latency = words.latency_ms / 1000

    def reset(self, words: ResetWords) -> None:
        """Begin anew."""
        self.world.reset(**words.model_dump())

    def zero_calls(self) -> None:
        """Zero the counters of calls and the peaks."""
        self.world.calls = Calls()
        self.world.limits.forget_peaks()

    def _check(self, organisation_id: str | None, person_id: str | None) -> None:
        library = self.world.library
        if organisation_id is not None and organisation_id not in library.organisations:
            raise ControlRefusedError("organisation_id", "There is no such organisation.")
        if person_id is not None and person_id not in library.people:
            raise ControlRefusedError("person_id", "There is no such person.")
