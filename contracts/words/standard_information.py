"""Standard information in our words: one row type for each kind of row, whichever provider it came from.

A provider parses its records into these and the tables store them. They are named tuples, not models: a pull of
1,000 organisations makes hundreds of thousands, and a named tuple is also what a bulk insert takes. They never
enter a workflow's history, which support staff read. Field order is the order of the table's columns.

Every row has ``key`` (the provider's own id of the record, unique in its list and organisation) and ``record``
(the provider's record as JSON text; a row without one is not stored). What the provider does not tell is ``None``, and
left out where it never does; money and rates are ``Decimal``.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

NAMELESS = "(no name)"
"""Stands where a provider lists an organisation without its name, until the organisation's profile tells it."""

_LONGEST_NAME = 255
"""What the connections table holds of an organisation's name."""

ENDED: Final = "ended"
"""The status of an organisation whose subscription has ended, whatever its accounting software calls it."""


def listed_name(said: str | None) -> str:
    """What an organisation is called by a list that says this of its name."""
    return (said or NAMELESS)[:_LONGEST_NAME]


class OrganisationProfile(NamedTuple):
    """The organisation itself; exactly one row."""

    key: str
    name: str
    legal_name: str | None = None
    country_code: str | None = None
    base_currency: str | None = None
    tax_number: str | None = None
    registration_number: str | None = None
    organisation_type: str | None = None
    plan: str | None = None
    status: str | None = None
    is_demo: bool = False
    is_trial: bool = False
    time_zone: str | None = None
    short_code: str | None = None
    pays_tax: bool | None = None
    financial_year_end_day: int | None = None
    financial_year_end_month: int | None = None
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None
    record: str = ""


def profile_of(columns: Mapping[str, Any]) -> OrganisationProfile:
    """Build the profile from columns that were kept as JSON; dates in them are ISO 8601 texts."""
    dates = ("period_lock_date", "end_of_year_lock_date")
    parsed = {name: date.fromisoformat(columns[name]) for name in dates if columns.get(name)}
    return OrganisationProfile(**{**columns, **parsed})


class Account(NamedTuple):
    """An account of the chart of accounts; a bank account is one whose ``is_bank_account`` is true."""

    key: str
    code: str | None
    name: str
    account_type: str | None = None
    account_class: str | None = None
    status: str | None = None
    tax_type: str | None = None
    description: str | None = None
    currency_code: str | None = None
    bank_account_number: str | None = None
    bank_account_type: str | None = None
    system_account: str | None = None
    reporting_code: str | None = None
    is_bank_account: bool = False
    takes_payments: bool = False
    shows_in_expense_claims: bool = False
    is_archived: bool = False
    updated_at: datetime | None = None
    record: str = ""


class TaxRate(NamedTuple):
    """A tax rate; rates are percentages (20 means 20 %)."""

    key: str
    name: str
    tax_type: str
    report_tax_type: str | None = None
    status: str | None = None
    display_rate: Decimal | None = None
    effective_rate: Decimal | None = None
    applies_to_assets: bool | None = None
    applies_to_equity: bool | None = None
    applies_to_expenses: bool | None = None
    applies_to_liabilities: bool | None = None
    applies_to_revenue: bool | None = None
    is_archived: bool = False
    record: str = ""


class TrackingCategory(NamedTuple):
    """A tracking category; ``options`` is JSON text of ``[{"key", "name", "status"}]``."""

    key: str
    name: str
    status: str | None
    options: str
    is_archived: bool
    record: str


class Item(NamedTuple):
    """A product or service; prices are in the organisation's base currency."""

    key: str
    code: str
    name: str | None = None
    description: str | None = None
    purchase_description: str | None = None
    is_sold: bool | None = None
    is_purchased: bool | None = None
    is_tracked_as_inventory: bool | None = None
    sales_price: Decimal | None = None
    sales_account_code: str | None = None
    sales_tax_type: str | None = None
    purchase_price: Decimal | None = None
    purchase_account_code: str | None = None
    purchase_tax_type: str | None = None
    quantity_on_hand: Decimal | None = None
    updated_at: datetime | None = None
    record: str = ""


def contact_lists(*, is_supplier: bool, is_customer: bool) -> tuple[bool, bool]:
    """Whether a contact is in the list of suppliers, and whether it is in the list of customers.

    Use makes a contact a supplier or a customer: at some providers, its first bill or sale. One that is neither yet
    may become either, so it is in both lists until then.
    """
    return is_supplier or not is_customer, is_customer or not is_supplier


class Contact(NamedTuple):
    """A supplier, a customer, both, or (with no bill or sale yet) neither.

    ``in_suppliers`` and ``in_customers`` say which lists it is in: see ``contact_lists``, and the settings of a
    connection, which may want suppliers only.
    """

    key: str
    name: str
    status: str | None = None
    is_supplier: bool = False
    is_customer: bool = False
    contact_number: str | None = None
    account_number: str | None = None
    company_number: str | None = None
    tax_number: str | None = None
    default_currency: str | None = None
    sales_account_code: str | None = None
    purchase_account_code: str | None = None
    sales_tax_type: str | None = None
    purchase_tax_type: str | None = None
    is_archived: bool = False
    updated_at: datetime | None = None
    in_suppliers: bool = False
    in_customers: bool = False
    record: str = ""


class Currency(NamedTuple):
    """A currency that the organisation uses; ``key`` is its ISO 4217 code."""

    key: str
    description: str | None
    record: str


Row = OrganisationProfile | Account | TaxRate | TrackingCategory | Item | Contact | Currency
