"""The lists of standard information, by the names that people and the JSON API use."""

from enum import StrEnum


class ListName(StrEnum):
    """One list of a client's standard information; each has a receipt."""

    ORGANISATION = "organisation"
    ACCOUNTS = "accounts"
    BANK_ACCOUNTS = "bank_accounts"
    TAX_RATES = "tax_rates"
    TRACKING_CATEGORIES = "tracking_categories"
    ITEMS = "items"
    SUPPLIERS = "suppliers"
    CUSTOMERS = "customers"
    CURRENCIES = "currencies"

    @property
    def heading(self) -> str:
        """The list's name as people read it."""
        return _TITLES.get(self, self.value.replace("_", " ").capitalize())


_TITLES = {ListName.ACCOUNTS: "Chart of accounts", ListName.ORGANISATION: "Organisation profile"}


Lists = tuple[ListName, ...]
"""Some of the lists, in the product's order."""

PROFILE: Lists = (ListName.ORGANISATION,)
"""The list that every pull reads, whatever is chosen."""


class RowKind(StrEnum):
    """One type of row, kept in a table of its own; some tables hold two lists (contacts: suppliers and customers).

    Where its rows come from is said by each provider's feeds.
    """

    ORGANISATION = "organisation"
    ACCOUNTS = "accounts"
    TAX_RATES = "tax_rates"
    TRACKING_CATEGORIES = "tracking_categories"
    ITEMS = "items"
    CONTACTS = "contacts"
    CURRENCIES = "currencies"

    @property
    def lists(self) -> Lists:
        """The lists that its rows are in."""
        return _LISTS_OF[self]


_LISTS_OF: dict[RowKind, Lists] = {
    RowKind.ORGANISATION: PROFILE,
    RowKind.ACCOUNTS: (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS),
    RowKind.TAX_RATES: (ListName.TAX_RATES,),
    RowKind.TRACKING_CATEGORIES: (ListName.TRACKING_CATEGORIES,),
    RowKind.ITEMS: (ListName.ITEMS,),
    RowKind.CONTACTS: (ListName.SUPPLIERS, ListName.CUSTOMERS),
    RowKind.CURRENCIES: (ListName.CURRENCIES,),
}

KIND_OF: dict[ListName, RowKind] = {name: kind for kind, names in _LISTS_OF.items() for name in names}
