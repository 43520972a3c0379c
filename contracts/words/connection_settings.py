"""A connection's settings as colleagues change them: a field that is not sent stays; invalid values are refused."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from contracts.words.connections import ContactsChoice, CostsDestination, PublishStatus, SalesDestination
from contracts.words.lists import ListName

SHORTEST_HOURS, LONGEST_HOURS = 1, 24 * 30
"""Between two refreshes: no more often than hourly, no more rarely than monthly."""
USUAL_HOURS = 48
"""Of a new connection, where nobody has chosen otherwise; a change needs a migration of the column's default."""

_NEVER_NULL = ("refresh_hours", "contacts", "warns_of_new_suppliers")


def _as_checked(schema: dict[str, Any]) -> None:
    """Make the JSON schema say what is checked beside it: something is sent, and some of it is never null."""
    schema["minProperties"] = 1
    for name in _NEVER_NULL:
        field = schema["properties"][name]
        field |= next(choice for choice in field.pop("anyOf") if choice.get("type") != "null")


class SettingsPatch(BaseModel):
    """What to change of a connection's settings; a field that is left out stays as it is.

    Attributes:
        list_names: Which lists to pull; null for all. Lists that the accounting software keeps together (such as chart
            of accounts and bank accounts) come together, and the profile always comes.
        refresh_hours: How often the lists are refreshed. The night refreshes what is due by then, each client at its
            own time within a day: less than 24 means every night.
        contacts: Suppliers and customers, or suppliers only.
        costs_destination: Where software that reads this API publishes costs by default; null for no default. Handed
            on, as are the three below: nothing here publishes.
        costs_status: Their status by default; null for no default.
        sales_destination: Where sales are published by default; null for no default.
        sales_status: Their status by default; null for no default.
        warns_of_new_suppliers: Tell the client's owner when a refresh brings new suppliers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_as_checked)

    list_names: tuple[ListName, ...] | None = Field(default=None, min_length=1)
    refresh_hours: int | None = Field(default=None, ge=SHORTEST_HOURS, le=LONGEST_HOURS)
    contacts: ContactsChoice | None = None
    costs_destination: CostsDestination | None = None
    costs_status: PublishStatus | None = None
    sales_destination: SalesDestination | None = None
    sales_status: PublishStatus | None = None
    warns_of_new_suppliers: bool | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("send at least one setting to change")
        for name in _NEVER_NULL:
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be left empty: leave it out to keep it")
        return self

    @model_serializer(mode="wrap")
    def _only_what_was_sent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if name in self.model_fields_set}

    def values(self) -> dict[str, object]:
        """The columns to write, as name and value; only fields that were sent."""
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}
