"""Xero's words for what the books say: account types, system accounts, tax types, roles, countries."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from emulators.books.accounts import Kind
from emulators.books.people import Role

ACCOUNT_TYPE = {
    Kind.BANK: "BANK",
    Kind.CURRENT_ASSET: "CURRENT",
    Kind.PREPAYMENT: "PREPAYMENT",
    Kind.INVENTORY: "INVENTORY",
    Kind.FIXED_ASSET: "FIXED",
    Kind.NONCURRENT_ASSET: "NONCURRENT",
    Kind.CURRENT_LIABILITY: "CURRLIAB",
    Kind.PAYROLL_LIABILITY: "PAYG",
    Kind.LONG_TERM_LIABILITY: "TERMLIAB",
    Kind.EQUITY: "EQUITY",
    Kind.REVENUE: "REVENUE",
    Kind.OTHER_INCOME: "OTHERINCOME",
    Kind.COST_OF_SALES: "DIRECTCOSTS",
    Kind.OVERHEAD: "OVERHEADS",
    Kind.EXPENSE: "EXPENSE",
    Kind.DEPRECIATION: "DEPRECIATN",
}
SYSTEM_ACCOUNT = {
    "receivables": "DEBTORS",
    "payables": "CREDITORS",
    "sales tax": "GST",
    "import tax": "GSTONIMPORTS",
    "historical adjustment": "HISTORICAL",
    "rounding": "ROUNDING",
    "dimension transfers": "TRACKINGTRANSFERS",
    "unpaid expense claims": "UNPAIDEXPCLM",
    "wages": "WAGEPAYABLES",
    "retained earnings": "RETAINEDEARNINGS",
    "bank currency gain": "BANKCURRENCYGAIN",
    "realised currency gain": "REALISEDCURRENCYGAIN",
    "unrealised currency gain": "UNREALISEDCURRENCYGAIN",
}
BANK_ACCOUNT_TYPE = {"": "", "account": "BANK", "card": "CREDITCARD", "wallet": "PAYPAL"}
LINE_AMOUNTS = {"unsaid": "NONE", "with tax": "INCLUSIVE", "without tax": "EXCLUSIVE"}
ORGANISATION_ROLE = {Role.ADVISER: "FINANCIALADVISER", Role.STANDARD: "STANDARD", Role.READ_ONLY: "READONLY"}


@dataclass(frozen=True, slots=True)
class CountryWords:
    """What Xero says of the organisations of a country.

    Attributes:
        version: ``Version``.
        timezone: ``Timezone``.
        tax_number_name: ``TaxNumberName``.
        tax_basis: ``SalesTaxBasis``.
        tax_period: ``SalesTaxPeriod``.
    """

    version: str
    timezone: str
    tax_number_name: str
    tax_basis: str
    tax_period: str


COUNTRY = {
    "GB": CountryWords("UK", "GMTSTANDARDTIME", "VAT Number", "ACCRUALS", "QUARTERLY"),
    "AU": CountryWords("AU", "AUSEASTERNSTANDARDTIME", "ABN", "CASH", "QUARTERLY1"),
    "NZ": CountryWords("NZ", "NEWZEALANDSTANDARDTIME", "GST Number", "PAYMENTS", "TWOMONTHS"),
    "US": CountryWords("US", "PACIFICSTANDARDTIME", "EIN", "ACCRUAL", "MONTHLY"),
}


@cache
def tax_types(country_code: str) -> dict[str, tuple[str, str]]:
    """``TaxType`` and ``ReportTaxType`` of a country's tax rates, by their keys in the books."""
    text = (Path(__file__).parent / "tax_types.txt").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if not line.startswith("#")]
    return {key: (tax_type, report_type) for code, key, tax_type, report_type in rows if code == country_code}
