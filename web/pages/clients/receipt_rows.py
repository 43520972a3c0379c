"""The receipts of a client's lists as rows of a table; every list has a row, pulled or not. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from starter.answers.views import Receipt


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """The state of one list.

    Attributes:
        list: The list.
        is_chosen: Whether the settings want it, and the accounting software has it.
        is_offered: Whether the accounting software has it.
        rows: How many it has; None when it was never pulled.
        pulled_at: When it was last pulled successfully.
        attempted_at: When the last try was.
        added: Rows that the last pull added.
        changed: Rows that it changed.
        gone: Rows that were gone.
        cause: Why the last try failed; None when it succeeded.
    """

    list: ListName
    is_chosen: bool
    is_offered: bool = True
    rows: int | None = None
    pulled_at: datetime | None = None
    attempted_at: datetime | None = None
    added: int = 0
    changed: int = 0
    gone: int = 0
    cause: Cause | None = None

    @property
    def summary(self) -> str:
        """What the last pull changed, in words."""
        if self.rows and self.added == self.rows and not self.changed + self.gone:
            return "All new"
        counted = (("added", self.added), ("changed", self.changed), ("gone", self.gone))
        return ", ".join(f"{number:,} {word}" for word, number in counted if number) or "No change"


def receipt_rows(
    receipts: Mapping[ListName, Receipt],
    chosen: Collection[ListName] = tuple(ListName),
    offered: Collection[ListName] = tuple(ListName),
) -> list[ReceiptRow]:
    """A row for each list, in the product's order.

    Args:
        receipts: The receipts that exist.
        chosen: The lists that the settings want.
        offered: The lists that the accounting software has.
    """
    return [
        _row(name, receipts.get(name), is_chosen=name in chosen and name in offered, is_offered=name in offered)
        for name in ListName
    ]


def _row(name: ListName, receipt: Receipt | None, *, is_chosen: bool, is_offered: bool) -> ReceiptRow:
    if receipt is None:
        return ReceiptRow(name, is_chosen, is_offered)
    return ReceiptRow(
        name,
        is_chosen,
        is_offered,
        rows=receipt.rows if receipt.pulled_at else None,
        pulled_at=receipt.pulled_at,
        attempted_at=receipt.attempted_at,
        added=receipt.added,
        changed=receipt.changed,
        gone=receipt.gone,
        cause=receipt.cause,
    )
