"""The columns of each list of standard information, and how their values are shown. Pure."""

from calendar import month_name
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime
from decimal import Decimal
from typing import NamedTuple

from contracts.words.lists import ListName
from starter.answers.views import ContactRow, StandardRow
from web.kit.wording import NOTHING


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Attributes:
        label: Its heading.
        name: The row's field.
        is_amount: Whether it has numbers, which are aligned to the right.
        is_percentage: Whether its numbers are percentages.
        is_coded: Whether it has the provider's words in capitals, such as ``CURRENT``, which are shown in small
            letters.
    """

    label: str
    name: str
    is_amount: bool = False
    is_percentage: bool = False
    is_coded: bool = False

    def of(self, row: StandardRow) -> str:
        """The row's value as text."""
        if self.name == "financial_year_end_day":
            return _day_of_year(getattr(row, self.name), getattr(row, "financial_year_end_month", None))
        return _shown(getattr(row, self.name), self)


def _amount(label: str, name: str) -> Column:
    return Column(label, name, is_amount=True)


def _coded(label: str, name: str) -> Column:
    return Column(label, name, is_coded=True)


_CONTACT = (
    Column("Name", "name"),
    Column("Account number", "account_number"),
    Column("Company number", "company_number"),
    Column("Tax number", "tax_number"),
    Column("Currency", "default_currency"),
)

COLUMNS: Mapping[ListName, Sequence[Column]] = {
    ListName.ORGANISATION: (
        Column("Name", "name"),
        Column("Legal name", "legal_name"),
        Column("Company number", "registration_number"),
        Column("Tax number", "tax_number"),
        Column("Country", "country_code"),
        Column("Base currency", "base_currency"),
        _coded("Kind of organisation", "organisation_type"),
        _coded("Plan", "plan"),
        _coded("Status", "status"),
        Column("Demo organisation", "is_demo"),
        Column("Trial", "is_trial"),
        Column("Registered for tax", "pays_tax"),
        Column("Financial year ends", "financial_year_end_day"),
        Column("Books locked until", "period_lock_date"),
        Column("Locked until, at year end", "end_of_year_lock_date"),
        Column("Short code", "short_code"),
    ),
    ListName.ACCOUNTS: (
        Column("Code", "code"),
        Column("Name", "name"),
        _coded("Type", "account_type"),
        _coded("Class", "account_class"),
        Column("Tax type", "tax_type"),
        Column("Description", "description"),
    ),
    ListName.BANK_ACCOUNTS: (
        Column("Name", "name"),
        Column("Code", "code"),
        Column("Account number", "bank_account_number"),
        _coded("Kind", "bank_account_type"),
        Column("Currency", "currency_code"),
    ),
    ListName.TAX_RATES: (
        Column("Name", "name"),
        Column("Tax type", "tax_type"),
        Column("Rate", "display_rate", is_amount=True, is_percentage=True),
        Column("Effective rate", "effective_rate", is_amount=True, is_percentage=True),
        Column("For costs", "applies_to_expenses"),
        Column("For sales", "applies_to_revenue"),
    ),
    ListName.TRACKING_CATEGORIES: (Column("Name", "name"), Column("Options", "options")),
    ListName.ITEMS: (
        Column("Code", "code"),
        Column("Name", "name"),
        _amount("Purchase price", "purchase_price"),
        Column("Purchase account", "purchase_account_code"),
        _amount("Sales price", "sales_price"),
        Column("Sales account", "sales_account_code"),
        _amount("In stock", "quantity_on_hand"),
    ),
    ListName.SUPPLIERS: (*_CONTACT, Column("Usual account", "purchase_account_code")),
    ListName.CUSTOMERS: (*_CONTACT, Column("Usual account", "sales_account_code")),
    ListName.CURRENCIES: (Column("Code", "key"), Column("Name", "description")),
}
"""By list: what people read of it, the name that a row is known by among the first two."""


_SPELT = {
    "CURRENT": "Current asset",
    "FIXED": "Fixed asset",
    "NONCURRENT": "Non-current asset",
    "CURRLIAB": "Current liability",
    "TERMLIAB": "Non-current liability",
    "DIRECTCOSTS": "Direct costs",
    "DEPRECIATN": "Depreciation",
    "OTHERINCOME": "Other income",
    "CREDITCARD": "Credit card",
    "PAYPAL": "PayPal",
}
"""Account types that no reader would guess, as the accounting software's own documentation explains them."""


def heads(name: ListName) -> Column:
    """The column that names a row."""
    return next(column for column in COLUMNS[name] if column.name in {"name", "description"})


class State(NamedTuple):
    """A state of a row that people should know before they use it.

    Attributes:
        word: The state, in up to three words.
        is_past: Whether the row is no longer in use.
    """

    word: str
    is_past: bool


GONE, ARCHIVED, NOT_USED_YET = State("Gone", True), State("Archived", True), State("Not used yet", False)

_STATES = {"DELETED": State("Deleted", True), "PENDING": State("Pending", False)}
"""By the provider's status; what else is in no use any more counts as archived."""


def state_of(row: StandardRow) -> State | None:
    """The state of a row; None when it is in ordinary use."""
    if row.gone_at is not None:
        return GONE
    status = str(getattr(row, "status", None) or "").upper()
    if (state := _STATES.get(status)) is not None:
        return state
    if getattr(row, "is_archived", False):
        return ARCHIVED
    return NOT_USED_YET if isinstance(row, ContactRow) and row.is_unused else None


def _day_of_year(day: int | None, month: int | None) -> str:
    """A day such as ``31 March``; empty when day or month is missing or impossible."""
    if day is None or month is None or month not in range(1, 13) or day not in range(1, 32):
        return NOTHING
    return f"{day} {month_name[month]}"


def _option(option: Mapping[str, object]) -> str:
    """One option of a tracking category; for one that is not in use, with its status."""
    status = str(option.get("status") or "ACTIVE").lower()
    return str(option["name"]) if status == "active" else f"{option['name']} ({status})"


def _shown(value: object, column: Column) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime | date):
        if value.year in (MINYEAR, MAXYEAR):  # by which some software says that there is none
            return NOTHING
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, Decimal):
        plain = f"{value.normalize():,f}"
        if column.is_percentage:
            return f"{plain}%"
        whole, _, part = plain.partition(".")
        return plain if column.name == "quantity_on_hand" else f"{whole}.{part:0<2}"
    if isinstance(value, list):
        return ", ".join(_option(one) for one in value if isinstance(one, dict) and one.get("name")) or NOTHING
    text = str(value)
    if not column.is_coded:
        return text
    plain = text.replace("_", " ").capitalize()
    return _SPELT.get(text, plain if text.isupper() and len(text) > 3 else text)
