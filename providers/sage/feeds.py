"""Sage's feeds, and the table of its lists: where each is read, how, and which parser makes its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from contracts.words.lists import PROFILE, ListName
from contracts.words.standard_information import Row
from providers.kit.bounds import MIB, Bound
from providers.kit.json_values import Record
from providers.port.feeds import Feed, Feeds
from providers.sage import books, trade
from providers.sage.fields import Chart, reference

PAGE_SIZE = 200
"""The most that Sage's documents name; 20 without asking."""

PAGE = Bound(16 * MIB, 40.0)
"""A page of 200 contacts is 0.5 MB, and some 6 MB with every field at its longest; all businesses of a login come in
one, at 0.3 kB each."""

SINGLE = Bound(1 * MIB, 40.0)
"""A business with its subscriptions, its settings, a person."""

_ANY_AREA = "access to any area of the business (Read Only is enough)"
_ITEM_AREAS = "access to one of the areas Products & Services, Sales and Purchases (Read Only is enough)"
# The areas and their levels are those of Sage's page on access rights, and of its description of the API.

ORGANISATION = Feed("organisation", PROFILE, role=_ANY_AREA)
LEDGER_ACCOUNTS = Feed("ledger_accounts", (ListName.ACCOUNTS,), tells_changes=True, role=_ANY_AREA)
# Few; read whole, so that each of them always comes after the poorer record that the chart has of it.
BANK_ACCOUNTS = Feed(
    "bank_accounts",
    (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS),
    enriches=True,
    role="access to the area Bank (Read Only is enough)",
)
# Read whole: the percentage is today's, and may change without a change of the record.
TAX_RATES = Feed(
    "tax_rates",
    (ListName.TAX_RATES,),
    role="access to one of the areas Sales, Purchases, Bank and Settings (Read Only is enough)",
)
# Read whole: a category that was deleted leaves no trace.
ANALYSIS_TYPES = Feed("analysis_types", (ListName.TRACKING_CATEGORIES,), role="Full Access to the area Settings")
PRODUCTS = Feed("products", (ListName.ITEMS,), tells_changes=True, role=_ITEM_AREAS)
SERVICES = Feed("services", (ListName.ITEMS,), tells_changes=True, role=_ITEM_AREAS)
STOCK_ITEMS = Feed("stock_items", (ListName.ITEMS,), tells_changes=True, enriches=True, role=_ITEM_AREAS)
CONTACTS = Feed(
    "contacts",
    (ListName.SUPPLIERS, ListName.CUSTOMERS),
    tells_changes=True,
    role="access to one of the areas Contacts, Sales and Purchases (Read Only is enough)",
)
CURRENCIES = Feed("currencies", (ListName.CURRENCIES,))

FEEDS = Feeds(
    *(ORGANISATION, LEDGER_ACCOUNTS, BANK_ACCOUNTS, TAX_RATES, ANALYSIS_TYPES),
    *(PRODUCTS, SERVICES, STOCK_ITEMS, CONTACTS, CURRENCIES),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of Sage's, and how its records become rows where a feed is this list alone.

    Attributes:
        path: Under the API's base address.
        parse: Makes a row of a record and the business's chart; None where that takes more than this list.
        params: Query parameters of every call, besides the page.
        page_size: How many records to ask for in a page; None where all come in one, unless Sage says otherwise.
        has_all_fields: Whether it has more than the three base fields, which come when it is asked for all.
        is_never_empty: Whether there is always a record, so that an answer without one cannot be right.
        has_decimals: Whether a row takes fractions from it, so that no number may pass through a binary float.
        names_accounts: Whether its records refer to accounts, so that the chart has to be known.
        tells_deleted: Whether it can be asked for what was deleted since a moment.
    """

    path: str
    parse: Callable[[Record, Chart], Row | None] = lambda _record, _chart: None
    params: Mapping[str, str] = field(default_factory=dict)
    page_size: int | None = PAGE_SIZE
    has_all_fields: bool = True
    is_never_empty: bool = False
    has_decimals: bool = False
    names_accounts: bool = False
    tells_deleted: bool = False

    @property
    def asked(self) -> Mapping[str, str]:
        """Query parameters of every call, with the size of pages."""
        everything = {"attributes": "all"} if self.has_all_fields else {}
        size = {} if self.page_size is None else {"items_per_page": str(self.page_size)}
        return {**size, **everything, **self.params}


CHART = Listed("/ledger_accounts", lambda record, _: books.account(record), is_never_empty=True)
BANKS = Listed("/bank_accounts", books.bank_account, names_accounts=True)
FIXED_CURRENCIES = Listed("/currencies", has_all_fields=False, is_never_empty=True)
DIMENSIONS = Listed("/analysis_types")
CATEGORIES = Listed("/analysis_type_categories")

_traded = partial(Listed, names_accounts=True, tells_deleted=True)

COLLECTIONS: Mapping[Feed, Listed] = {
    LEDGER_ACCOUNTS: CHART,  # where it is asked what has changed
    BANK_ACCOUNTS: BANKS,
    TAX_RATES: Listed("/tax_rates", lambda record, _: books.tax_rate(record), has_decimals=True),
    PRODUCTS: _traded("/products", trade.product, has_decimals=True),
    SERVICES: _traded("/services", trade.service, has_decimals=True),
    STOCK_ITEMS: _traded("/stock_items", trade.stock_item, has_decimals=True),
    # Without the system's own contacts, such as the tax office's.
    CONTACTS: _traded("/contacts", trade.contact, {"exclude_system": "true"}),
}
"""All but the profile, the dimensions and the currencies."""

_START, _STANDARD = frozenset({"START", "MICRO"}), "ACCOUNTS"
"""Of the ids of plans, those that Sage's documents agree about: which of the others is Standard and which is Plus, they
say in opposite ways."""


def lacks(business: Record, feed: Feed) -> bool:
    """Whether the plan of a business, which refuses a feed, does not have it.

    Dimensions are not of Start, and outside the United Kingdom and Ireland of Plus alone; products and services may not
    be of Start.
    """
    plan = books.plan_of(business)
    if feed == ANALYSIS_TYPES and reference(business.get("country")) not in {"GB", "IE"}:
        return plan in _START or plan == _STANDARD
    return feed in {ANALYSIS_TYPES, PRODUCTS, SERVICES} and plan in _START
