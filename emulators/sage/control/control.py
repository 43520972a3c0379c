"""What control can do to the stand-in for Sage, besides what it can do to every stand-in."""

from collections.abc import Sequence
from typing import ClassVar, get_args
from uuid import UUID

from emulators.books.library import Record
from emulators.kit.control import control as kit
from emulators.kit.control.words import RecordWords, Vocabulary
from emulators.kit.control.words import SettingWords as AnySettingWords
from emulators.sage.control.words import FaultWords, LimitWords, OrganisationWords, Problem, SettingWords
from emulators.sage.faults import Kind
from emulators.sage.records.record import stamp
from emulators.sage.world import World

_SOFT = frozenset({"bank_accounts", "products", "services", "stock_items", "contacts"})
"""The lists whose deleted records stay, with the time at which they were deleted."""


class Control(kit.Control):
    """The controls of one sandbox."""

    vocabulary: ClassVar[Vocabulary] = Vocabulary(FaultWords, OrganisationWords, LimitWords, SettingWords)
    kinds: ClassVar[Sequence[str]] = [kind.value for kind in Kind]
    problems: ClassVar[Sequence[str]] = get_args(Problem)

    world: World

    def written_id(self, identity: UUID) -> str:
        """An id as Sage writes it: 32 hexadecimal digits."""
        return identity.hex

    def removed(self, words: RecordWords, known: Record) -> Record | None:
        """A deleted record with ``deleted_at``, in the lists that keep it; None in the others."""
        if words.list not in _SOFT:
            return None
        now = stamp(self.world.clock.now())
        return known | {"deleted_at": now, "updated_at": now}

    def dated(self, words: RecordWords, known: Record | None, merged: Record) -> Record:
        """A changed record with its dates and what no record lacks; what it does not say is null, as at Sage."""
        if known is None:
            pattern = self._pattern(words.list)
            merged = dict.fromkeys(pattern) | {"created_at": stamp(self.world.clock.now())} | merged
            merged["$path"] = merged.get("$path") or f"/{words.list}/{merged.get('id')}"
        if not merged.get("displayed_as"):
            merged["displayed_as"] = str(merged.get("name") or merged.get("description") or merged.get("id"))
        if words.touch is not False:
            merged["updated_at"] = stamp(self.world.clock.now())
        return merged

    def change_settings(self, words: AnySettingWords) -> None:
        """Change switches."""
        super().change_settings(words)
        for name, value in words.model_dump(exclude={"latency_ms"}, exclude_none=True).items():
            setattr(self.world.settings, name, value)

    def _pattern(self, name: str) -> Record:
        """Some record of a list, of whatever business has one: its fields are those that every one has."""
        library = self.world.library
        found = (records for one in library.organisations if (records := library.records(one, name)))
        return next(found, [{}])[0]
