"""Charts of accounts, tax rates and currencies of the four countries."""

from emulators.xero.books import numbers
from emulators.xero.books.countries import table
from emulators.xero.books.ids import guid
from emulators.xero.books.practice import Organisation
from emulators.xero.books.record import Record, generator, updated_at

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
_OPTIONAL_TYPES = frozenset({"OVERHEADS", "EXPENSE", "DIRECTCOSTS", "FIXED"})
_FOREIGN = {
    "GBP": "British Pound",
    "AUD": "Australian Dollar",
    "NZD": "New Zealand Dollar",
    "USD": "United States Dollar",
    "EUR": "Euro",
    "CAD": "Canadian Dollar",
    "SGD": "Singapore Dollar",
    "JPY": "Japanese Yen",
}


def accounts(organisation: Organisation) -> list[Record]:
    """The chart of accounts: the country's, with a few accounts missing or archived, and 2 to 4 bank accounts."""
    identity, country = organisation.organisation_id, organisation.country
    rng = generator(identity, "accounts")
    banks_wanted = rng.randrange(2, 5)
    chart: list[Record] = []
    for code, name, kind, tax_type, system, flags, text in table("charts", country.code, 7):
        updated, chance = updated_at(rng), rng.random()
        if kind == "BANK":
            banks_wanted -= 1
            if banks_wanted < 0:
                continue
        is_optional = kind in _OPTIONAL_TYPES and not system
        if is_optional and chance < 0.06 and code not in country.purchase_accounts:
            continue
        record: Record = {
            "AccountID": guid(identity, "account", name),
            "Code": code,
            "Name": name,
            "Status": "ARCHIVED" if is_optional and chance > 0.96 else "ACTIVE",
            "Type": kind,
            "TaxType": tax_type,
            "Class": _CLASS_OF.get(kind, "EXPENSE"),
            "EnablePaymentsToAccount": "P" in flags,
            "ShowInExpenseClaims": "E" in flags,
            "BankAccountType": "",
            "HasAttachments": False,
            "UpdatedDateUTC": updated,
            "AddToWatchlist": code in ("200", "4000", "820"),
        }
        if kind == "BANK":
            if not code:
                del record["Code"]
            record["BankAccountType"] = text
            record["CurrencyCode"] = country.currency
            record["BankAccountNumber"] = numbers.bank_account_number(rng, country.code)
            if text == "PAYPAL":
                record["BankAccountNumber"] = "payments@example.com"
        elif text:
            record["Description"] = text
        if system:
            record["SystemAccount"] = system
        if kind in _REPORTING:
            record["ReportingCode"], record["ReportingCodeName"] = _REPORTING[kind]
        chart.append(record)
    return chart


def tax_rates(organisation: Organisation) -> list[Record]:
    """The tax rates of the organisation's country."""
    found: list[Record] = []
    for name, tax_type, report_type, rate_text, applies, status in table("tax_rates", organisation.country.code, 6):
        rate = float(rate_text)
        found.append(
            {
                "Name": name,
                "TaxType": tax_type,
                "ReportTaxType": report_type,
                "CanApplyToAssets": "A" in applies,
                "CanApplyToEquity": "E" in applies,
                "CanApplyToExpenses": "X" in applies,
                "CanApplyToLiabilities": "L" in applies,
                "CanApplyToRevenue": "R" in applies,
                "DisplayTaxRate": rate,
                "EffectiveRate": rate,
                "Status": status,
                "TaxComponents": [
                    {"Name": component, "Rate": part, "IsCompound": False, "IsNonRecoverable": False}
                    for component, part in _components(organisation.country.code, rate)
                ],
            }
        )
    return found


def _components(country_code: str, rate: float) -> list[tuple[str, float]]:
    if country_code == "US" and rate:
        return [("State", 4.0), ("City", rate - 4.0)]
    return [("VAT" if country_code == "GB" else "Tax" if country_code == "US" else "GST", rate)]


def currencies(organisation: Organisation) -> list[Record]:
    """The base currency and up to three more."""
    rng = generator(organisation.organisation_id, "currencies")
    base = organisation.country.currency
    others = [code for code in _FOREIGN if code != base]
    codes = [base, *rng.sample(others, rng.choice((0, 0, 1, 2, 3)))]
    return [{"Code": code, "Description": _FOREIGN[code]} for code in codes]
