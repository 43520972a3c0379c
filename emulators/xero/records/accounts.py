"""``Accounts``, ``TaxRates`` and ``Currencies``."""

from emulators.books import accounts as books
from emulators.books import money
from emulators.books.ids import guid
from emulators.books.organisations import Organisation
from emulators.xero.records.record import Record, json_date
from emulators.xero.records.words import ACCOUNT_TYPE, BANK_ACCOUNT_TYPE, SYSTEM_ACCOUNT, tax_types

_CLASS_OF = {
    "BANK": "ASSET", "CURRENT": "ASSET", "FIXED": "ASSET", "INVENTORY": "ASSET", "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET", "CURRLIAB": "LIABILITY", "LIABILITY": "LIABILITY", "TERMLIAB": "LIABILITY",
    "PAYG": "LIABILITY", "EQUITY": "EQUITY", "REVENUE": "REVENUE", "SALES": "REVENUE", "OTHERINCOME": "REVENUE",
}  # fmt: skip
_REPORTING = {
    "BANK": ("ASS.CUR.CAS", "Cash"),
    "CURRENT": ("ASS.CUR", "Current assets"),
    "FIXED": ("ASS.NCA.FIX", "Fixed assets"),
    "INVENTORY": ("ASS.CUR.INY", "Inventory"),
    "CURRLIAB": ("LIA.CUR", "Current liabilities"),
    "TERMLIAB": ("LIA.NCL", "Non-current liabilities"),
    "EQUITY": ("EQU", "Equity"),
    "REVENUE": ("REV.TRA", "Trading income"),
    "DIRECTCOSTS": ("EXP.COS", "Cost of sales"),
    "OVERHEADS": ("EXP", "Expense"),
    "EXPENSE": ("EXP", "Expense"),
}
_WATCHED = frozenset({"200", "4000", "820"})


def accounts(organisation: Organisation) -> list[Record]:
    """The chart of accounts as Xero has it."""
    types = tax_types(organisation.country.code)
    return [_account(organisation, account, types[account.line.tax][0]) for account in books.accounts(organisation)]


def _account(organisation: Organisation, account: books.Account, tax_type: str) -> Record:
    line = account.line
    kind = ACCOUNT_TYPE[line.kind]
    record: Record = {
        "AccountID": guid(organisation.organisation_id, "account", line.name),
        "Code": line.code,
        "Name": line.name,
        "Status": "ACTIVE" if account.is_active else "ARCHIVED",
        "Type": kind,
        "TaxType": tax_type,
        "Class": _CLASS_OF.get(kind, "EXPENSE"),
        "EnablePaymentsToAccount": line.takes_payments,
        "ShowInExpenseClaims": line.takes_claims,
        "BankAccountType": BANK_ACCOUNT_TYPE[line.bank_kind],
        "HasAttachments": False,
        "UpdatedDateUTC": json_date(account.updated_at),
        "AddToWatchlist": line.code in _WATCHED,
    }
    if line.bank_kind:
        if not line.code:
            del record["Code"]
        record["CurrencyCode"] = organisation.country.currency
        record["BankAccountNumber"] = account.bank_number
    elif line.description:
        record["Description"] = line.description
    if line.role:
        record["SystemAccount"] = SYSTEM_ACCOUNT[line.role]
    if kind in _REPORTING:
        record["ReportingCode"], record["ReportingCodeName"] = _REPORTING[kind]
    return record


def tax_rates(organisation: Organisation) -> list[Record]:
    """The tax rates of the organisation's country."""
    types = tax_types(organisation.country.code)
    return [_tax_rate(rate, *types[rate.key]) for rate in money.tax_rates(organisation.country.code)]


def _tax_rate(rate: money.TaxRate, tax_type: str, report_type: str) -> Record:
    return {
        "Name": rate.name,
        "TaxType": tax_type,
        "ReportTaxType": report_type,
        "CanApplyToAssets": "A" in rate.applies_to,
        "CanApplyToEquity": "E" in rate.applies_to,
        "CanApplyToExpenses": "X" in rate.applies_to,
        "CanApplyToLiabilities": "L" in rate.applies_to,
        "CanApplyToRevenue": "R" in rate.applies_to,
        "DisplayTaxRate": rate.rate,
        "EffectiveRate": rate.rate,
        "Status": rate.status.upper(),
        "TaxComponents": [
            {"Name": name, "Rate": part, "IsCompound": False, "IsNonRecoverable": False} for name, part in rate.parts
        ],
    }


def currencies(organisation: Organisation) -> list[Record]:
    """The base currency and up to three more."""
    return [{"Code": code, "Description": money.CURRENCIES[code]} for code in money.currencies(organisation)]
