"""What rows refer to in other lists: a reference to what is not there says that its list has changed; pure."""

from collections.abc import Collection, Iterable, Iterator

from contracts.words.lists import ListName, RowKind
from contracts.words.standard_information import Account, Contact, Item, Row

Reference = tuple[ListName, str]
"""A list, and the code by which one of its rows is referred to."""


CODES = {
    RowKind.CONTACTS: ("default_currency", "sales_tax_type", "purchase_tax_type"),
    RowKind.ITEMS: ("sales_tax_type", "purchase_tax_type"),
}
"""Of rows that may be too many to look at each: the columns in which ``references_of`` looks."""


def references_of(row: Row) -> Iterator[Reference]:
    """The tax rates and currencies that a row names."""
    match row:
        case Account():
            taxes, currencies = [row.tax_type], [row.currency_code]
        case Item():
            taxes, currencies = [row.sales_tax_type, row.purchase_tax_type], []
        case Contact():
            taxes, currencies = [row.sales_tax_type, row.purchase_tax_type], [row.default_currency]
        case _:
            return
    yield from ((ListName.TAX_RATES, code) for code in taxes if code)
    yield from ((ListName.CURRENCIES, code) for code in currencies if code)


def lists_hinted_at(rows: Iterable[Row], known: Collection[Reference]) -> set[ListName]:
    """The lists to which a row refers in vain.

    Args:
        rows: What has changed.
        known: What can be referred to, as it is stored.
    """
    return {reference[0] for row in rows for reference in references_of(row) if reference not in known}
