"""Turns Xero's records into rows of standard information: one function for each collection.

Nulls are left out. Keys may differ in case (seen live in 2021). An unknown value of an enumeration is kept as text. A
record without its key makes no row. Source of the fields: Xero's OpenAPI file.
"""

import orjson
from msgspec import Raw

from contracts.words import standard_information as rows
from providers.kit.json_values import Record, decimal, flag, json_text, records_in, text, whole
from providers.xero.spelling import Spelling
from providers.xero.typed_records import ACCOUNT, CONTACT, TAX_RATE
from providers.xero.values import day, moment

_GONE = frozenset({"ARCHIVED", "DELETED"})


_ORGANISATION = Spelling(
    *("OrganisationID", "Name", "LegalName", "CountryCode", "BaseCurrency", "TaxNumber", "RegistrationNumber"),
    *("OrganisationType", "Class", "OrganisationStatus", "IsDemoCompany", "Timezone", "ShortCode", "PaysTax"),
    *("FinancialYearEndDay", "FinancialYearEndMonth", "PeriodLockDate", "EndOfYearLockDate"),
)
_CATEGORY = Spelling("TrackingCategoryID", "Name", "Status", "Options")
_OPTION = Spelling("TrackingOptionID", "Name", "Status")
_ITEM = Spelling(
    *("ItemID", "Code", "Name", "Description", "PurchaseDescription", "IsSold", "IsPurchased"),
    *("IsTrackedAsInventory", "SalesDetails", "PurchaseDetails", "QuantityOnHand", "UpdatedDateUTC"),
)
_PRICE = Spelling("UnitPrice", "AccountCode", "COGSAccountCode", "TaxType")
_CURRENCY = Spelling("Code", "Description")


def organisation(record: Record) -> rows.OrganisationProfile | None:
    """A row of ``/Organisation``."""
    get = _ORGANISATION.of(record).get
    if (key := text(get("OrganisationID"))) is None:
        return None
    plan = text(get("Class"))
    return rows.OrganisationProfile(
        key=key,
        name=text(get("Name")) or "",
        legal_name=text(get("LegalName")),
        country_code=text(get("CountryCode")),
        base_currency=text(get("BaseCurrency")),
        tax_number=text(get("TaxNumber")),
        registration_number=text(get("RegistrationNumber")),
        organisation_type=text(get("OrganisationType")),
        plan=plan,
        status=text(get("OrganisationStatus")),
        is_demo=flag(get("IsDemoCompany")) is True or _upper(plan) == "DEMO",
        is_trial=_upper(plan) == "TRIAL",
        time_zone=text(get("Timezone")),
        short_code=text(get("ShortCode")),
        pays_tax=flag(get("PaysTax")),
        financial_year_end_day=_within(31, get("FinancialYearEndDay")),
        financial_year_end_month=_within(12, get("FinancialYearEndMonth")),
        period_lock_date=day(get("PeriodLockDate")),
        end_of_year_lock_date=day(get("EndOfYearLockDate")),
        record=json_text(record),
    )


def account(record: Record | Raw) -> rows.Account | None:
    """A row of ``/Accounts``."""
    read, written = ACCOUNT.read(record)
    if not read.account_id:
        return None
    account_type, status = read.type or None, read.status or None
    return rows.Account(
        read.account_id,
        read.code or None,
        read.name or "",
        account_type,
        read.class_ or None,
        status,
        read.tax_type or None,
        read.description or None,
        read.currency_code or None,
        read.bank_account_number or None,
        read.bank_account_type or None,
        read.system_account or None,
        read.reporting_code or None,
        _upper(account_type) == "BANK",
        read.enable_payments_to_account is True,
        read.show_in_expense_claims is True,
        _upper(status) in _GONE,
        moment(read.updated_date_utc),
        written,
    )


def tax_rate(record: Record | Raw) -> rows.TaxRate | None:
    """A row of ``/TaxRates``; Xero gives tax rates no id, the tax type is the key."""
    read, written = TAX_RATE.read(record)
    if not (key := read.tax_type):
        return None
    status = read.status or None
    return rows.TaxRate(
        key=key,
        name=read.name or key,
        tax_type=key,
        report_tax_type=read.report_tax_type or None,
        status=status,
        display_rate=decimal(read.display_tax_rate),
        effective_rate=decimal(read.effective_rate),
        applies_to_assets=read.can_apply_to_assets,
        applies_to_equity=read.can_apply_to_equity,
        applies_to_expenses=read.can_apply_to_expenses,
        applies_to_liabilities=read.can_apply_to_liabilities,
        applies_to_revenue=read.can_apply_to_revenue,
        is_archived=_upper(status) in _GONE,
        record=written,
    )


def tracking_category(record: Record) -> rows.TrackingCategory | None:
    """A row of ``/TrackingCategories``, with its options inside."""
    get = _CATEGORY.of(record).get
    if (key := text(get("TrackingCategoryID"))) is None:
        return None
    status = text(get("Status"))
    options = [_OPTION.of(option) for option in records_in(get("Options"))]
    return rows.TrackingCategory(
        key=key,
        name=text(get("Name")) or "",
        status=status,
        options=orjson.dumps(
            [
                {"key": option_key, "name": text(option.get("Name")), "status": text(option.get("Status"))}
                for option in options
                if (option_key := text(option.get("TrackingOptionID"))) is not None
            ]
        ).decode(),
        is_archived=_upper(status) in _GONE,
        record=json_text(record),
    )


def item(record: Record) -> rows.Item | None:
    """A row of ``/Items``."""
    get = _ITEM.of(record).get
    if (key := text(get("ItemID"))) is None:
        return None
    sales, purchase = _price(get("SalesDetails")), _price(get("PurchaseDetails"))
    return rows.Item(
        key=key,
        code=text(get("Code")) or "",
        name=text(get("Name")),
        description=text(get("Description")),
        purchase_description=text(get("PurchaseDescription")),
        is_sold=flag(get("IsSold")),
        is_purchased=flag(get("IsPurchased")),
        is_tracked_as_inventory=flag(get("IsTrackedAsInventory")),
        sales_price=decimal(sales.get("UnitPrice")),
        sales_account_code=text(sales.get("AccountCode")),
        sales_tax_type=text(sales.get("TaxType")),
        purchase_price=decimal(purchase.get("UnitPrice")),
        # A tracked item is bought into stock and expensed when sold: its purchases go to the cost account.
        purchase_account_code=text(purchase.get("AccountCode")) or text(purchase.get("COGSAccountCode")),
        purchase_tax_type=text(purchase.get("TaxType")),
        quantity_on_hand=decimal(get("QuantityOnHand")),
        updated_at=moment(get("UpdatedDateUTC")),
        record=json_text(record),
    )


def contact(record: Record | Raw) -> rows.Contact | None:
    """A row of ``/Contacts``."""
    read, written = CONTACT.read(record)
    if not read.contact_id:
        return None
    status = read.contact_status or None
    is_supplier, is_customer = read.is_supplier is True, read.is_customer is True
    in_suppliers, in_customers = rows.contact_lists(is_supplier=is_supplier, is_customer=is_customer)
    return rows.Contact(
        read.contact_id,
        read.name or " ".join(filter(None, (read.first_name, read.last_name))),
        status,
        is_supplier,
        is_customer,
        read.contact_number or None,
        read.account_number or None,
        read.company_number or None,
        read.tax_number or None,
        read.default_currency or None,
        read.sales_default_account_code or None,
        read.purchases_default_account_code or None,
        read.accounts_receivable_tax_type or None,
        read.accounts_payable_tax_type or None,
        status is not None and status.upper() != "ACTIVE",
        moment(read.updated_date_utc),
        in_suppliers,
        in_customers,
        written,
    )


def currency(record: Record) -> rows.Currency | None:
    """A row of ``/Currencies``."""
    get = _CURRENCY.of(record).get
    if (key := text(get("Code"))) is None:
        return None
    return rows.Currency(key=key, description=text(get("Description")), record=json_text(record))


def _price(value: object) -> Record:
    return _PRICE.of(value) if isinstance(value, dict) else {}


def _within(last: int, value: object) -> int | None:
    """The number of a day or a month; None when it is out of range."""
    number = whole(value)
    return number if number is not None and 1 <= number <= last else None


def _upper(value: str | None) -> str | None:
    return None if value is None else value.upper()
