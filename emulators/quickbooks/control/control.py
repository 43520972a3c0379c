"""What control can do to the stand-in for QuickBooks, besides what it can do to every stand-in."""

from collections.abc import Sequence
from typing import Any, ClassVar, get_args
from uuid import UUID

from emulators.books.library import Record
from emulators.kit.control import control as kit
from emulators.kit.control.control import ControlRefusedError, OwnCall
from emulators.kit.control.words import FaultWords as AnyFaultWords
from emulators.kit.control.words import RecordWords, Vocabulary
from emulators.kit.control.words import SettingWords as AnySettingWords
from emulators.kit.faults.faults import Fault
from emulators.quickbooks.accounting.entities import ENTITIES
from emulators.quickbooks.control import webhooks
from emulators.quickbooks.control.words import (
    DeliveryWords,
    FaultWords,
    LimitWords,
    MeterWords,
    OrganisationWords,
    Problem,
    SettingWords,
)
from emulators.quickbooks.faults import Kind
from emulators.quickbooks.records.practice import realm_of
from emulators.quickbooks.records.record import DELETED, deleted, inactive, stamp
from emulators.quickbooks.world import Change, World

_FIRST_ID = 900_001
"""The id of the first record that control adds; none that is generated comes near."""


class Control(kit.Control):
    """The controls of one sandbox."""

    vocabulary: ClassVar[Vocabulary] = Vocabulary(FaultWords, OrganisationWords, LimitWords, SettingWords)
    kinds: ClassVar[Sequence[str]] = [kind.value for kind in Kind]
    problems: ClassVar[Sequence[str]] = get_args(Problem)

    world: World

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._next_id = _FIRST_ID

    def own_calls(self) -> Sequence[OwnCall]:
        """Webhooks, and the month's count of metered calls."""
        return (
            OwnCall("POST", "/webhooks", DeliveryWords, self.deliver),
            OwnCall("GET", "/meter", MeterWords, self.meter),
        )

    async def deliver(self, words: DeliveryWords) -> dict[str, object]:
        """Send webhooks, and tell what was sent and how it was answered.

        Raises:
            ControlRefusedError: The app has no address for them, or there is no such company or entity.
        """
        settings = self.world.settings
        if not settings.webhook_url:
            raise ControlRefusedError("webhook_url", "The app has no address for webhooks; set one.")
        now = self.world.clock.now()
        also: list[Change] = []
        for one in words.also:
            self._check(one.organisation_id, None)
            if one.entity not in ENTITIES or not ENTITIES[one.entity].webhook:
                raise ControlRefusedError("entity", "There are no webhooks for that.")
            also.append(Change(one.organisation_id, one.entity, one.id, one.operation, now))
        changes = [one for one in self.world.untold if self.world.grants.living(one.realm)] + also
        self.world.untold.clear()
        told = webhooks.events(changes[::-1] if words.reversed else changes)
        tokens = {"right": settings.webhook_token, "wrong": f"{settings.webhook_token}!", "missing": None}
        answered = await webhooks.send(settings.webhook_url, told, tokens[words.signature], words.times)
        return {"events": told, "answers": answered}

    async def meter(self, _words: MeterWords) -> dict[str, object]:
        """Metered calls by month."""
        return {"by_month": self.world.meter.by_month(), "budget": self.world.settings.month_budget}

    def add_fault(self, words: AnyFaultWords) -> Fault:
        """Add a fault; a disconnect is done at once, as somebody does it in QuickBooks."""
        fault = super().add_fault(words)
        if fault.kind == Kind.DISCONNECTED:
            for realm in [fault.organisation_id] if fault.organisation_id else list(self.world.library.organisations):
                self.world.disconnect(realm)
        return fault

    def written_id(self, identity: UUID) -> str:
        """An id as Intuit writes it: the digits of a realm."""
        return realm_of(str(identity))

    def change_record(self, organisation_id: str, words: RecordWords) -> Record | None:
        """Add, change or take away one record; a webhook tells of it with the next delivery."""
        entity = ENTITIES.get(words.list)
        if entity is not None and not (words.id or words.remove or "Id" in words.fields):
            words = words.model_copy(update={"fields": words.fields | {"Id": str(self._next_id)}})
            self._next_id += 1
        changed = super().change_record(organisation_id, words)
        if entity is not None and entity.webhook and words.touch is not False:
            operation = "updated" if words.id else "created"
            operation = "deleted" if words.remove and self.world.settings.deletes_records else operation
            identity = words.id or str(words.fields["Id"])
            now = self.world.clock.now()
            self.world.untold.append(Change(organisation_id, words.list, identity, operation, now))
        return changed

    def removed(self, words: RecordWords, known: Record) -> Record | None:
        """What is left of a record that is taken away: the record, inactive, or the mark of a deleted one."""
        now = self.world.clock.now()
        if self.world.settings.deletes_records or not ENTITIES[words.list].can_be_inactive:
            return deleted(known, now)
        return inactive(known) | _stamped(known, now)

    def dated(self, words: RecordWords, known: Record | None, merged: Record) -> Record:
        """A changed record with its times; one that was made inactive says so in its name."""
        entity, now = ENTITIES[words.list], self.world.clock.now()
        record = {name: value for name, value in merged.items() if value is not None}
        if known is None:
            usual: dict[str, Any] = {"domain": "QBO", "sparse": False, "SyncToken": "0"}
            times = {"CreateTime": stamp(now), "LastUpdatedTime": stamp(now)}
            active = {"Active": True} if entity.can_be_inactive else {}
            return usual | active | {"MetaData": times} | record
        if words.touch is not False and "MetaData" not in words.fields:
            record |= _stamped(known, now)
        if record.get("Active") is False:
            return inactive(record)
        return (
            {name: _without_mark(value) for name, value in record.items()} if known.get("Active") is False else record
        )

    def change_settings(self, words: AnySettingWords) -> None:
        """Change switches."""
        super().change_settings(words)
        for name, value in words.model_dump(exclude={"latency_ms"}, exclude_none=True).items():
            setattr(self.world.settings, name, value)
        self.world.apply_settings()


def _stamped(known: Record, now: float) -> Record:
    """The fields that every change moves."""
    meta = known.get("MetaData")
    token = str(known.get("SyncToken", "0"))
    times = (meta if isinstance(meta, dict) else {}) | {"LastUpdatedTime": stamp(now)}
    return {"MetaData": times, "SyncToken": str(int(token) + 1)}


def _without_mark(value: object) -> object:
    return value.removesuffix(DELETED) if isinstance(value, str) else value
