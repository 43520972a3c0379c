"""Sage's words for what the books say: fixed lists with natural keys, and how accounts are typed and shown.

``FIXED_ASSETS``, ``CUSTOMER``, ``VENDOR``, the bank account types and the currencies stand in Sage's documents; the
other keys are of their kind.
"""

from emulators.books.accounts import Kind
from emulators.books.money import CURRENCIES

Word = tuple[str, str]

ASSET, LIABILITY, EQUITY = ("ASSET", "Asset"), ("LIABILITY", "Liability"), ("EQUITY", "Equity")
INCOME, EXPENSE = ("INCOME", "Income"), ("EXPENSE", "Expense")

_CURRENT_ASSETS = ("CURRENT_ASSETS", "Current Assets")
_CURRENT_LIABILITIES = ("CURRENT_LIABILITIES", "Current Liabilities")
_OVERHEADS = ("OVERHEADS", "Overheads")

TYPE_OF: dict[Kind, tuple[Word, Word]] = {
    Kind.BANK: (("BANK", "Bank"), ASSET),
    Kind.CURRENT_ASSET: (_CURRENT_ASSETS, ASSET),
    Kind.PREPAYMENT: (_CURRENT_ASSETS, ASSET),
    Kind.INVENTORY: (_CURRENT_ASSETS, ASSET),
    Kind.FIXED_ASSET: (("FIXED_ASSETS", "Fixed Assets"), ASSET),
    Kind.NONCURRENT_ASSET: (("OTHER_ASSETS", "Other Assets"), ASSET),
    Kind.CURRENT_LIABILITY: (_CURRENT_LIABILITIES, LIABILITY),
    Kind.PAYROLL_LIABILITY: (_CURRENT_LIABILITIES, LIABILITY),
    Kind.LONG_TERM_LIABILITY: (("LONG_TERM_LIABILITIES", "Long Term Liabilities"), LIABILITY),
    Kind.EQUITY: (EQUITY, EQUITY),
    Kind.REVENUE: (("SALES", "Sales"), INCOME),
    Kind.OTHER_INCOME: (("OTHER_INCOME", "Other Income"), INCOME),
    Kind.COST_OF_SALES: (("DIRECT_EXPENSES", "Direct Expenses"), EXPENSE),
    Kind.OVERHEAD: (_OVERHEADS, EXPENSE),
    Kind.EXPENSE: (_OVERHEADS, EXPENSE),
    Kind.DEPRECIATION: (("DEPRECIATION", "Depreciation"), EXPENSE),
}
"""Ledger account type and group."""

CLASSIFICATION_OF: dict[Kind, Word] = {Kind.OVERHEAD: ("ADMINISTRATION", "Administration")}
SCOPES_OF: dict[Kind, tuple[str, ...]] = {
    Kind.REVENUE: ("sales", "other_receipts"),
    Kind.OTHER_INCOME: ("sales", "other_receipts"),
    Kind.COST_OF_SALES: ("expenses", "other_payments"),
    Kind.OVERHEAD: ("expenses", "other_payments"),
    Kind.EXPENSE: ("expenses", "other_payments"),
    Kind.FIXED_ASSET: ("expenses", "other_payments"),
    Kind.EQUITY: ("other_payments", "other_receipts"),
    Kind.LONG_TERM_LIABILITY: ("other_payments", "other_receipts"),
    Kind.BANK: ("banking",),
}
"""Where an account is offered, besides journals and reports."""

BANK_TYPE: dict[str, Word] = {
    "account": ("CHECKING", "Current"),
    "savings": ("SAVINGS", "Savings"),
    "card": ("CREDIT_CARD", "Credit Card"),
    "wallet": ("OTHER", "Other"),
    "stripe": ("STRIPE", "Stripe"),
}
CUSTOMER, VENDOR = ("CUSTOMER", "Customer"), ("VENDOR", "Supplier")
PAYMENT_METHODS = (
    ("CASH", "Cash"),
    ("CHECK", "Cheque"),
    ("CREDIT_DEBIT", "Card Payment"),
    ("ELECTRONIC", "Electronic"),
)
COUNTRY_NAMES = {"GB": "United Kingdom", "IE": "Ireland", "CA": "Canada", "US": "United States", "FR": "France"}
REGION_NAMES = {
    "CA-AB": "Alberta",
    "CA-BC": "British Columbia",
    "CA-NS": "Nova Scotia",
    "CA-ON": "Ontario",
    "CA-QC": "Quebec",
}

FIXED: dict[str, tuple[Word, ...]] = {
    "currencies": tuple((code, f"{name} ({code})") for code, name in CURRENCIES.items()),
    "countries": tuple(COUNTRY_NAMES.items()),
    "contact_types": (CUSTOMER, VENDOR),
    "payment_methods": PAYMENT_METHODS,
    "bank_account_types": (*BANK_TYPE.values(), ("CASH_IN_HAND", "Cash in Hand"), ("LOAN", "Loan")),
    "ledger_account_types": tuple(dict.fromkeys(kind for kind, _ in TYPE_OF.values())),
    "ledger_account_classifications": tuple(CLASSIFICATION_OF.values()),
}
"""The lists that are the same for every business: ids and labels."""
