"""A connection's settings in words for people, on the form and in the timeline. Pure."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from contracts.words.connection_settings import LONGEST_HOURS, SHORTEST_HOURS
from contracts.words.connections import ContactsChoice, CostsDestination, PublishStatus, SalesDestination
from contracts.words.lists import PROFILE, ListName, Lists

NO_DEFAULT = "No default"
HOURS = SHORTEST_HOURS, LONGEST_HOURS
"""Between two refreshes, at least and at most."""

LABELS = {
    "list_names": "Lists that are pulled",
    "refresh_hours": "Refresh",
    "contacts": "Contacts",
    "costs_destination": "Costs are published to",
    "costs_status": "Status of costs",
    "sales_destination": "Sales are published to",
    "sales_status": "Status of sales",
    "warns_of_new_suppliers": "Warning of new suppliers",
}
"""By setting: what it is called."""

Options = Sequence[tuple[str, str]]
"""Values as forms send them, each with its words."""

CONTACTS: Options = (
    (ContactsChoice.BOTH.value, "Suppliers and customers"),
    (ContactsChoice.SUPPLIERS.value, "Suppliers only"),
)
COSTS: Options = (
    ("", NO_DEFAULT),
    (CostsDestination.BILLS.value, "Bills"),
    (CostsDestination.SPEND_MONEY.value, "Spend money"),
)
SALES: Options = (
    ("", NO_DEFAULT),
    (SalesDestination.INVOICES.value, "Invoices"),
    (SalesDestination.RECEIVE_MONEY.value, "Receive money"),
)
STATUSES: Options = (
    ("", NO_DEFAULT),
    (PublishStatus.DRAFT.value, "Draft"),
    (PublishStatus.AWAITING_APPROVAL.value, "Awaiting approval"),
    (PublishStatus.AWAITING_PAYMENT.value, "Awaiting payment"),
)
_OPTIONS: dict[str, Options] = {
    "contacts": CONTACTS,
    "costs_destination": COSTS,
    "costs_status": STATUSES,
    "sales_destination": SALES,
    "sales_status": STATUSES,
    "warns_of_new_suppliers": (("true", "On"), ("false", "Off")),
}


class Tick(NamedTuple):
    """Lists that are pulled or left out together, because the accounting software keeps them together."""

    name: ListName
    label: str
    is_ticked: bool
    has_too_many: bool = False
    """Whether one of them has too many records to be read, and so has to be left out."""


def ticks(together: Sequence[Lists], chosen: Collection[ListName], too_many: Collection[ListName] = ()) -> list[Tick]:
    """What a person ticks on the form.

    Args:
        together: The lists that the accounting software has, those together that are read together.
        chosen: The lists that are chosen.
        too_many: The lists that have too many records to be read.
    """
    return [
        Tick(lists[0], _label(lists), any(name in chosen for name in lists), any(name in too_many for name in lists))
        for lists in together
        if lists != PROFILE
    ]


def _label(lists: Lists) -> str:
    first, *others = (name.heading for name in lists)
    return " and ".join([first, *(f"{heading[:1].lower()}{heading[1:]}" for heading in others)])


def of_setting(name: str, value: str) -> str:
    """A setting's value in words.

    Args:
        name: The setting's name, such as ``refresh_hours``.
        value: The value as events hold it: a word of ours, ``none``, ``all``, ``true``, or names separated by commas.
    """
    if name == "refresh_hours":
        return "every hour" if value == "1" else f"every {value} hours"
    if name == "list_names":
        known = {one.value: one.heading for one in ListName}
        return "all" if value == "all" else ", ".join(known.get(one, one) for one in value.split(", "))
    return dict(_OPTIONS.get(name, ())).get("" if value == "none" else value, value).lower()
