"""Xero's feeds, and the table of its collections: where each feed is read, how, and which parser makes its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.words.lists import PROFILE, ListName
from contracts.words.standard_information import Row
from providers.kit.bounds import Bound
from providers.port.feeds import Feed, Feeds
from providers.xero import schemas
from providers.xero.bounds import LIST, LONG_LIST, ONE_PROFILE, SHORT_LIST

PAGE_SIZE = 1000
"""The most that Xero gives on a page; 100 without asking."""

DEFAULT_PAGE_SIZE = 100


# Accounts, items and contacts honour If-Modified-Since. The profile is read for its id, whatever it was before.
ORGANISATION = Feed("organisation", PROFILE)
ACCOUNTS = Feed("accounts", (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS), tells_changes=True, fingerprinted=True)
TAX_RATES = Feed("tax_rates", (ListName.TAX_RATES,), fingerprinted=True)
TRACKING_CATEGORIES = Feed("tracking_categories", (ListName.TRACKING_CATEGORIES,), fingerprinted=True)
ITEMS = Feed("items", (ListName.ITEMS,), tells_changes=True, fingerprinted=True)
CONTACTS = Feed("contacts", (ListName.SUPPLIERS, ListName.CUSTOMERS), tells_changes=True, fingerprinted=True)
CURRENCIES = Feed("currencies", (ListName.CURRENCIES,), fingerprinted=True)

FEEDS = Feeds(ORGANISATION, ACCOUNTS, TAX_RATES, TRACKING_CATEGORIES, ITEMS, CONTACTS, CURRENCIES)


@dataclass(frozen=True, slots=True)
class Collection:
    """How one feed is read.

    Attributes:
        path: Under ``/api.xro/2.0``.
        plural: The key of the records in the envelope.
        parse: Makes a row of a record; None when the record lacks its key.
        bound: How large an answer may be, and how long a call may take.
        scope: What a login must have been granted to read it; with ``.read`` behind it, or without.
        params: Query parameters of every call.
        params_by_change: Query parameters for reading it by the time of change, where there are too many records to be
            read in another order; None where there never are.
        is_paged: Whether Xero gives it in pages.
        is_never_empty: Whether there is always a record, so that an answer without one cannot be right.
        has_decimals: Whether a row takes fractions from it, so that no number may pass through a binary float.
        is_typed: Whether ``parse`` takes a record as it is written, too.
    """

    path: str
    plural: str
    parse: Callable[[Any], Row | None]
    bound: Bound = LIST
    scope: str = "accounting.settings"
    params: Mapping[str, str] = field(default_factory=dict)
    params_by_change: Mapping[str, str] | None = None
    is_paged: bool = False
    is_never_empty: bool = False
    has_decimals: bool = False
    is_typed: bool = False


COLLECTIONS: Mapping[Feed, Collection] = {
    ORGANISATION: Collection(
        "/Organisation", "Organisations", schemas.organisation, bound=ONE_PROFILE, is_never_empty=True
    ),
    # System accounts cannot be deleted.
    ACCOUNTS: Collection("/Accounts", "Accounts", schemas.account, is_never_empty=True, is_typed=True),
    TAX_RATES: Collection("/TaxRates", "TaxRates", schemas.tax_rate, has_decimals=True, is_typed=True),
    TRACKING_CATEGORIES: Collection(
        "/TrackingCategories",
        "TrackingCategories",
        schemas.tracking_category,
        params={"includeArchived": "true"},
    ),
    ITEMS: Collection(
        "/Items",
        "Items",
        schemas.item,
        bound=LONG_LIST,
        # Unit prices are kept with four decimals and rounded to two unless four are asked for (OpenAPI: ``unitdp``).
        params={"unitdp": "4"},
        has_decimals=True,
    ),
    CURRENCIES: Collection("/Currencies", "Currencies", schemas.currency, bound=SHORT_LIST),
    CONTACTS: Collection(
        "/Contacts",
        "Contacts",
        schemas.contact,
        bound=LONG_LIST,
        scope="accounting.contacts",
        # Xero's own order is by change: a contact edited during the walk would move, and push another over the
        # edge of a page already read. Ids do not move.
        params={"includeArchived": "true", "pageSize": str(PAGE_SIZE), "order": "ContactID ASC"},
        # Above 100,000 contacts an order must be one that Xero has ready. Which these are is not confirmed; its own for
        # pages is by change.
        params_by_change={"includeArchived": "true", "pageSize": str(PAGE_SIZE), "order": "UpdatedDateUTC ASC"},
        is_paged=True,
        is_typed=True,
    ),
}
