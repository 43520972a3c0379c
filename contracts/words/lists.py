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


class Source(StrEnum):
    """One readable collection at a provider; some feed two lists (contacts are suppliers and customers)."""

    ORGANISATION = "organisation"
    ACCOUNTS = "accounts"
    TAX_RATES = "tax_rates"
    TRACKING_CATEGORIES = "tracking_categories"
    ITEMS = "items"
    CONTACTS = "contacts"
    CURRENCIES = "currencies"

    @property
    def lists(self) -> tuple[ListName, ...]:
        """The lists that this source feeds."""
        return LISTS_OF[self]


LISTS_OF: dict[Source, tuple[ListName, ...]] = {
    Source.ORGANISATION: (ListName.ORGANISATION,),
    Source.ACCOUNTS: (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS),
    Source.TAX_RATES: (ListName.TAX_RATES,),
    Source.TRACKING_CATEGORIES: (ListName.TRACKING_CATEGORIES,),
    Source.ITEMS: (ListName.ITEMS,),
    Source.CONTACTS: (ListName.SUPPLIERS, ListName.CUSTOMERS),
    Source.CURRENCIES: (ListName.CURRENCIES,),
}

SOURCE_OF: dict[ListName, Source] = {name: source for source, names in LISTS_OF.items() for name in names}
