"""QuickBooks' feeds, and the table of those that are one entity each: how it is read, and what makes its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.words.lists import PROFILE, ListName
from contracts.words.standard_information import Row
from providers.kit.json_values import Record, text
from providers.port.feeds import Feed, Feeds
from providers.quickbooks import rows
from providers.quickbooks.rows import Numbers
from providers.quickbooks.statements import ACTIVE_OR_NOT, Statement

COMPANY = Feed("company", PROFILE)
ACCOUNTS = Feed("accounts", (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS), tells_changes=True)
# Read whole: QuickBooks' change data has neither codes nor rates.
TAX_CODES = Feed("tax_codes", (ListName.TAX_RATES,))
TRACKING = Feed("tracking", (ListName.TRACKING_CATEGORIES,), tells_changes=True)
ITEMS = Feed("items", (ListName.ITEMS,), tells_changes=True)
VENDORS = Feed("vendors", (ListName.SUPPLIERS,), tells_changes=True)
CUSTOMERS = Feed("customers", (ListName.CUSTOMERS,), tells_changes=True)
CURRENCIES = Feed("currencies", (ListName.CURRENCIES,), tells_changes=True)

FEEDS = Feeds(COMPANY, ACCOUNTS, TAX_CODES, TRACKING, ITEMS, VENDORS, CUSTOMERS, CURRENCIES)


@dataclass(frozen=True, slots=True)
class Collection:
    """How one feed is read that is one entity.

    Attributes:
        asked: The list.
        parse: Makes a row of a record; None where there is none to make.
        key: The key of a record's row; None without an id.
        is_never_empty: Whether there is always a record, so that an answer without one cannot be right.
        names_accounts: Whether its records refer to accounts, whose numbers have to be known.
        has_all_in_changes: Whether a change has all that the list has; otherwise changed records are asked for again.
    """

    asked: Statement
    parse: Callable[[Record, Numbers], Row | None]
    key: Callable[[Record], str | None] = lambda record: text(record.get("Id"))
    is_never_empty: bool = False
    names_accounts: bool = False
    has_all_in_changes: bool = True


def everything(entity: str, columns: str = "*", *, has_decimals: bool = False) -> Statement:
    """All records of an entity that can be inactive; ``has_decimals`` as of ``Statement``."""
    return Statement(entity, columns, (ACTIVE_OR_NOT,), has_decimals=has_decimals)


CHART, CURRENCY_LIST = everything("Account"), Statement("CompanyCurrency")

COLLECTIONS: Mapping[Feed, Collection] = {
    # Every company has accounts that cannot be made inactive.
    ACCOUNTS: Collection(CHART, lambda record, _: rows.account(record), is_never_empty=True),
    # The star leaves the item's code out.
    ITEMS: Collection(
        everything("Item", "*, Sku", has_decimals=True), rows.item, names_accounts=True, has_all_in_changes=False
    ),
    VENDORS: Collection(
        everything("Vendor"), lambda record, _: rows.vendor(record), lambda record: rows.contact_key("Vendor", record)
    ),
    CUSTOMERS: Collection(
        everything("Customer"),
        lambda record, _: rows.customer(record),
        lambda record: rows.contact_key("Customer", record),
    ),
}
"""All but the profile, tax codes, tracking and currencies."""
