"""What control can do to the world. The control API and the control page are two ways in."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from uuid import UUID

from emulators.books.countries import COUNTRIES
from emulators.books.library import Record
from emulators.books.organisations import Organisation
from emulators.kit.calls import Calls
from emulators.kit.control.words import (
    ClockWords,
    FaultWords,
    LimitWords,
    OrganisationWords,
    PersonWords,
    RecordWords,
    ResetWords,
    SettingWords,
    Vocabulary,
    Words,
)
from emulators.kit.faults.faults import (
    ACCESS_EXPIRED,
    ACCESS_REMOVED,
    AT_ONCE,
    DISCONNECTED,
    LISTED_TWICE,
    REVOKE_PERSON,
    Fault,
)
from emulators.kit.world import World


class ControlRefusedError(Exception):
    """A control call that cannot be carried out.

    Attributes:
        field: The field that is wrong.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class OwnCall:
    """A control call of one platform.

    Attributes:
        method: Of HTTP.
        path: Below that of all control calls.
        words: What it may say.
        carry_out: Does it, and tells what comes of it.
    """

    method: str
    path: str
    words: type[Words]
    carry_out: Callable[[Any], Awaitable[object]]


class Control:
    """The controls of one stand-in. A platform says what is in the class attributes, and how records are dated.

    Attributes:
        vocabulary: What calls may say.
        kinds: The faults that can be asked for.
        problems: The limits that a fault may name.
    """

    vocabulary: ClassVar[Vocabulary] = Vocabulary()
    kinds: ClassVar[Sequence[str]] = ()
    problems: ClassVar[Sequence[str]] = ()

    def __init__(self, world: World) -> None:
        self.world = world

    def own_calls(self) -> Sequence[OwnCall]:
        """The calls that only this platform's control has."""
        return ()

    def add_fault(self, words: FaultWords) -> Fault:
        """Add a fault, or do at once what is done at once.

        Raises:
            ControlRefusedError: There is no such fault, organisation or person.
        """
        world = self.world
        if words.kind not in self.kinds:
            raise ControlRefusedError("kind", f"There is no such fault; there are: {', '.join(self.kinds)}.")
        self._check(words.organisation_id, words.person_id)
        fault = Fault(fault_id=world.faults.new_id(), **words.model_dump())
        if fault.kind == REVOKE_PERSON:
            for person_id in [fault.person_id] if fault.person_id else list(world.library.people):
                world.grants.revoke_person(person_id)
        if fault.kind == ACCESS_EXPIRED:
            world.grants.expire_access(fault.person_id)
        if fault.kind in (ACCESS_REMOVED, DISCONNECTED):
            world.connections.remove_matching(person_id=fault.person_id, organisation_id=fault.organisation_id)
        if fault.kind == LISTED_TWICE:
            world.connections.list_twice(person_id=fault.person_id, organisation_id=fault.organisation_id)
        if fault.kind in world.catalogue.windows and fault.times is None:
            fault.times = 1
        if fault.kind not in AT_ONCE:
            world.faults.add(fault)
        world.save()
        return fault

    def change_organisation(self, organisation_id: str, words: OrganisationWords) -> Organisation:
        """Change traits; the organisation's records follow.

        Raises:
            ControlRefusedError: There is no such organisation or country, or the new id is another one's.
        """
        self._check(organisation_id, None)
        if words.country is not None and words.country not in COUNTRIES:
            raise ControlRefusedError("country", f"There is no such country; there are: {', '.join(COUNTRIES)}.")
        if words.organisation_id is not None:
            old, organisation_id = organisation_id, self.written_id(words.organisation_id)
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
        library, listing = self.world.library, self.world.library.listings.get(words.list)
        if listing is None:
            raise ControlRefusedError("list", f"There is no such list; there are: {', '.join(library.listings)}.")
        key = listing.key
        identity = words.id or str(
            words.fields.get(key) or self.written_id(UUID(bytes=secrets.token_bytes(16), version=4))
        )
        records = library.records(organisation_id, words.list)
        known = next((record for record in records if record.get(key) == identity), None)
        if known is None and (words.remove or words.id):
            raise ControlRefusedError("id", "There is no such record.")
        if words.remove:
            removed = self.removed(words, known or {})
            library.change_record(organisation_id, words.list, identity, removed)
            return None
        merged: Record = (known or {}) | {key: identity} | cast("Record", words.fields)
        merged = self.dated(words, known, merged)
        library.change_record(organisation_id, words.list, identity, merged)
        return merged

    def written_id(self, identity: UUID) -> str:
        """An id as the platform writes it."""
        return str(identity)

    def removed(self, words: RecordWords, known: Record) -> Record | None:  # noqa: ARG002  # a platform looks
        """What stays of a record that was taken away; None for nothing.

        Args:
            words: What was asked for.
            known: The record before.
        """
        return None

    def dated(self, words: RecordWords, known: Record | None, merged: Record) -> Record:  # noqa: ARG002  # a platform looks
        """A changed record with its time of change, as the platform has it, and what no record lacks.

        Args:
            words: What was asked for.
            known: The record before; None if it is new.
            merged: The record after.
        """
        return {name: value for name, value in merged.items() if value is not None}

    def books(self, organisation_id: str) -> dict[str, list[Record]]:
        """All records of an organisation, by list, as they are now and whatever faults there are.

        Raises:
            ControlRefusedError: There is no such organisation.
        """
        self._check(organisation_id, None)
        return {name: self.world.library.records(organisation_id, name) for name in self.world.library.listings}

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
        """Change the call limits; returns them."""
        limits = self.world.limits
        if words.enforced is not None:
            limits.enforce(words.enforced)
        limits.allowed |= words.model_dump(exclude={"enforced"}, exclude_none=True)
        return limits.allowed

    def change_settings(self, words: SettingWords) -> None:
        """Change switches."""
        if words.latency_ms is not None:
            self.world.faults.latency = words.latency_ms / 1000

    def reset(self, words: ResetWords) -> None:
        """Start with new data."""
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
