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
        is_chosen: Whether the settings want it.
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


def receipt_rows(receipts: Mapping[ListName, Receipt], chosen: Collection[ListName] | None = None) -> list[ReceiptRow]:
    """A row for each list, in the product's order.

    Args:
        receipts: The receipts that exist.
        chosen: The lists that the settings want; all when None.
    """
    return [_row(name, receipts.get(name), is_chosen=chosen is None or name in chosen) for name in ListName]


def _row(name: ListName, receipt: Receipt | None, *, is_chosen: bool) -> ReceiptRow:
    if receipt is None:
        return ReceiptRow(name, is_chosen)
    return ReceiptRow(
        name,
        is_chosen,
        rows=receipt.rows if receipt.pulled_at else None,
        pulled_at=receipt.pulled_at,
        attempted_at=receipt.attempted_at,
        added=receipt.added,
        changed=receipt.changed,
        gone=receipt.gone,
        cause=receipt.cause,
    )
