"""Why a page of a list shows no row: nothing found, nothing there, not read yet, or left out. Pure.

Each is another thing, and only one of them is a statement about the client's books.
"""

from enum import StrEnum
from typing import NamedTuple

from contracts.words.lists import ListName
from web.pages.clients.receipt_rows import ReceiptRow


class WayOn(StrEnum):
    """What helps somebody who sees no row."""

    WHOLE_LIST = "whole_list"
    SETTINGS = "settings"


class Emptiness(NamedTuple):
    """What is said in place of rows.

    Attributes:
        heading: In a few words.
        text: In a sentence or two.
        way_on: Where to go from there, if anywhere.
    """

    heading: str
    text: str
    way_on: WayOn | None = None


def why_empty(receipt: ReceiptRow, *, total: int, is_searched: bool, is_suppliers_only: bool) -> Emptiness:
    """Why there is no row.

    Args:
        receipt: Of the list.
        total: Rows of the list that match, over all pages.
        is_searched: Whether only rows with some words are wanted.
        is_suppliers_only: Whether the settings want no customers.
    """
    is_without_customers = is_suppliers_only and receipt.list is ListName.CUSTOMERS
    if total:
        return Emptiness("There is no such page", "The list ends before it.", WayOn.WHOLE_LIST)
    if not receipt.is_chosen or is_without_customers:
        return Emptiness("Left out", "The settings of this connection leave this list out.", WayOn.SETTINGS)
    if receipt.pulled_at is None and receipt.cause is not None:
        return Emptiness("Not read yet", "No try has brought this list so far, so what is in it is not known.")
    if receipt.pulled_at is None:
        return Emptiness("Not read yet", "It comes with the first refresh.", WayOn.SETTINGS)
    if is_searched:
        text = "No row of this list has that in a name, a code or a number."
        return Emptiness("Nothing matches", text, WayOn.WHOLE_LIST)
    when = "when it was last read" if receipt.cause is None else "when it could last be read"
    return Emptiness("This list is empty", f"The accounting software had nothing in it {when}.")
