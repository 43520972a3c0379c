"""The form of a connection's settings: its values, how it is read, and to which field a mistake belongs. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

from pydantic import ValidationError
from starlette.datastructures import FormData

from contracts.naming.spans import span
from contracts.words.connection_settings import LONGEST_HOURS, SHORTEST_HOURS, SettingsPatch
from contracts.words.lists import ListName
from contracts.words.mistakes import sentence_of
from starter.answers.views import Connection, chosen_lists

_LONGEST = span(timedelta(hours=LONGEST_HOURS))
_HOURS = f"Give a whole number of hours from {SHORTEST_HOURS} to {LONGEST_HOURS} ({_LONGEST})."
_CHOICES = ("costs_destination", "costs_status", "sales_destination", "sales_status")


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """The form as it is shown; it keeps what the person typed.

    Attributes:
        lists: The ticked lists.
        refresh_hours: The text that was typed.
        contacts: The chosen value.
        costs_destination: The chosen value, empty for no default.
        costs_status: The chosen value, empty for no default.
        sales_destination: The chosen value, empty for no default.
        sales_status: The chosen value, empty for no default.
        warns_of_new_suppliers: Whether it is ticked.
        errors: What is wrong, by field.
    """

    lists: Sequence[ListName]
    refresh_hours: str
    contacts: str
    costs_destination: str = ""
    costs_status: str = ""
    sales_destination: str = ""
    sales_status: str = ""
    warns_of_new_suppliers: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """The form with the present settings."""
        return cls(
            lists=chosen_lists(connection),
            refresh_hours=str(connection.refresh_hours),
            contacts=connection.contacts.value,
            costs_destination=connection.costs_destination or "",
            costs_status=connection.costs_status or "",
            sales_destination=connection.sales_destination or "",
            sales_status=connection.sales_status or "",
            warns_of_new_suppliers=connection.warns_of_new_suppliers,
        )

    def patch(self) -> SettingsPatch:
        """The changes that the form asks for.

        Raises:
            ValidationError: A value is invalid; ``with_errors`` puts a sentence beside its field.
        """
        # The profile always comes, so that ticking nothing else is a choice as well.
        wanted: dict[str, object] = {name: getattr(self, name) or None for name in _CHOICES}
        wanted |= {
            "list_names": sorted({ListName.ORGANISATION, *self.lists}),
            "refresh_hours": self.refresh_hours.strip(),
            "contacts": self.contacts,
            "warns_of_new_suppliers": self.warns_of_new_suppliers,
        }
        return SettingsPatch.model_validate(wanted)

    def with_errors(self, error: ValidationError) -> Self:
        """The form again, with a sentence beside each wrong field."""
        found: dict[str, str] = {}
        for one in error.errors():
            name = str(one["loc"][0]) if one["loc"] else "refresh_hours"
            found[name] = _HOURS if name == "refresh_hours" else sentence_of(one)
        return replace(self, errors=found)


def settings_in(form: FormData, words: Mapping[str, str]) -> SettingsForm:
    """The settings in the form of a whole selection.

    Args:
        form: As it was sent.
        words: Its short texts, by the names of their fields.
    """
    known = {one.value: one for one in ListName}
    return SettingsForm(
        lists=[known[one] for one in form.getlist("pulled") if isinstance(one, str) and one in known],
        refresh_hours=words.get("refresh_hours", ""),
        contacts=words.get("contacts", ""),
        costs_destination=words.get("costs_destination", ""),
        costs_status=words.get("costs_status", ""),
        sales_destination=words.get("sales_destination", ""),
        sales_status=words.get("sales_status", ""),
        warns_of_new_suppliers=words.get("warns") == "true",
    )
