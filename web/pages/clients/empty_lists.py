"""Why a page of a list shows no row: nothing matches, the list is empty, not read yet, or left out. Pure.

These are different cases, and only an empty list says something about the client's books.
"""

from enum import StrEnum
from typing import NamedTuple

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from web.pages.clients.receipt_rows import ReceiptRow


class WayOn(StrEnum):
    """The link that helps somebody who sees no row."""

    WHOLE_LIST = "whole_list"
    SETTINGS = "settings"


class Emptiness(NamedTuple):
    """What is shown in place of rows.

    Attributes:
        heading: A heading of a few words.
        text: A sentence or two.
        way_on: The link to show; None for none.
    """

    heading: str
    text: str
    way_on: WayOn | None = None


def why_empty(receipt: ReceiptRow, *, total: int, is_searched: bool, is_suppliers_only: bool) -> Emptiness:
    """Why there is no row.

    Args:
        receipt: The list's receipt.
        total: Rows of the list that match, over all pages.
        is_searched: Whether the page searches for a text.
        is_suppliers_only: Whether the connection's settings leave customers out.
    """
    is_without_customers = is_suppliers_only and receipt.list is ListName.CUSTOMERS
    if total:
        return Emptiness("There is no such page", "The list ends before it.", WayOn.WHOLE_LIST)
    if not receipt.is_offered:
        return Emptiness("There is no such list", "The accounting software does not keep one.")
    if not receipt.is_chosen or is_without_customers:
        return Emptiness("Left out", "The settings of this connection leave this list out.", WayOn.SETTINGS)
    if receipt.cause is Cause.NOT_ON_PLAN:
        return Emptiness(receipt.cause.label, receipt.cause.sentence)
    if receipt.cause is Cause.ROLE_TOO_LOW:
        return Emptiness("Not open to this login", "The login may not read this list, so what is in it is not known.")
    if receipt.pulled_at is None and receipt.cause is not None:
        return Emptiness("Not read yet", "No try has brought this list so far, so what is in it is not known.")
    if receipt.pulled_at is None:
        return Emptiness("Not read yet", "It comes with the first refresh.", WayOn.SETTINGS)
    if is_searched:
        text = "No row of this list has that in a name, a code or a number."
        return Emptiness("Nothing matches", text, WayOn.WHOLE_LIST)
    when = "when it was last read" if receipt.cause is None else "when it could last be read"
    return Emptiness("This list is empty", f"The accounting software had nothing in it {when}.")
