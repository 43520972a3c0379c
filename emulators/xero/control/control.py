"""What control can do to the stand-in for Xero, besides what it can do to every stand-in."""

from collections.abc import Sequence
from typing import ClassVar, get_args

from emulators.books.library import Record
from emulators.kit.control import control as kit
from emulators.kit.control.words import RecordWords, Vocabulary
from emulators.kit.control.words import SettingWords as AnySettingWords
from emulators.xero.control.words import FaultWords, LimitWords, OrganisationWords, Problem, SettingWords
from emulators.xero.faults import Kind
from emulators.xero.records.record import json_date
from emulators.xero.world import World

_UNDATED = frozenset({"IsSupplier", "IsCustomer", "Balances"})
_UNDATED_LISTS = frozenset({"TaxRates", "Currencies", "TrackingCategories", "Organisation"})


class Control(kit.Control):
    """The controls of one sandbox."""

    vocabulary: ClassVar[Vocabulary] = Vocabulary(FaultWords, OrganisationWords, LimitWords, SettingWords)
    kinds: ClassVar[Sequence[str]] = [kind.value for kind in Kind]
    problems: ClassVar[Sequence[str]] = get_args(Problem)

    world: World

    def dated(self, words: RecordWords, known: Record | None, merged: Record) -> Record:
        """A changed record with its ``UpdatedDateUTC``.

        At Xero it does not move when only ``IsSupplier``, ``IsCustomer`` or ``Balances`` changed.
        """
        merged = super().dated(words, known, merged)
        changed = {name for name in words.fields if (known or {}).get(name) != words.fields[name]}
        moves = words.touch if words.touch is not None else not known or not changed <= _UNDATED
        if moves and words.list not in _UNDATED_LISTS:
            merged["UpdatedDateUTC"] = json_date(self.world.clock.now())
        if words.list == "Contacts":
            merged = {"ContactStatus": "ACTIVE", "IsSupplier": False, "IsCustomer": False} | merged
        return merged

    def change_settings(self, words: AnySettingWords) -> None:
        """Change switches."""
        super().change_settings(words)
        if not isinstance(words, SettingWords):
            return
        settings = self.world.settings
        if words.continue_restamps is not None:
            settings.continue_restamps = words.continue_restamps
        if words.connection_cap is not None:
            settings.connection_cap = words.connection_cap or None
        if words.withheld_scopes is not None:
            settings.withheld_scopes = tuple(words.withheld_scopes)
        if words.most_contacts is not None:
            settings.most_contacts = words.most_contacts
