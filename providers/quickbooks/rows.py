"""Turns QuickBooks' records into rows of the lists. Source of the fields: Intuit's schemas.

Ids are unique only within one entity, so that the keys of suppliers and customers, which share a table, say which they
are. An unknown word of an enumeration is kept as text; a record without its id makes no row.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import orjson

from contracts.words import standard_information as rows
from providers.kit.json_values import Record, decimal, flag, json_text, moment, nested, records_in, text
from providers.quickbooks.company import Company
from providers.quickbooks.fields import changed_at, is_inactive, name_of, reference, status_of

Numbers = Mapping[str, str]
"""The numbers of a company's accounts by the accounts' ids, where it uses numbers."""

BANKS = frozenset({"Bank", "Credit Card"})
"""Types of accounts that are bank accounts; QuickBooks has no entity of its own for them."""

_FOLDER = "Category"
_AMERICAN = {"TAX": "Taxable", "NON": "Non-taxable"}
"""The codes of lines and items in the United States, where QuickBooks works out the rate of each sale itself."""


def account(record: Record) -> rows.Account | None:
    """A row of Account."""
    if (key := text(record.get("Id"))) is None:
        return None
    kind, currency = text(record.get("AccountType")), reference(record.get("CurrencyRef"))
    is_bank = kind in BANKS
    return rows.Account(
        key=key,
        code=text(record.get("AcctNum")),
        name=name_of(record, "FullyQualifiedName", "Name"),
        account_type=kind,
        account_class=text(record.get("Classification")),
        status=status_of(record),
        tax_type=reference(record.get("TaxCodeRef")),
        description=text(record.get("Description")),
        currency_code=currency,
        bank_account_number=text(record.get("BankNum")),
        bank_account_type=text(record.get("AccountSubType")) if is_bank else None,
        is_bank_account=is_bank,
        takes_payments=is_bank,
        is_archived=is_inactive(record),
        updated_at=changed_at(record),
        record=json_text(record),
    )


def numbers_of(accounts: Iterable[Record]) -> Numbers:
    """The numbers of accounts."""
    pairs = ((text(one.get("Id")), text(one.get("AcctNum"))) for one in accounts)
    return {key: number for key, number in pairs if key and number}


def tax_codes(codes: Sequence[Record], rates: Sequence[Record], company: Company, now: datetime) -> list[rows.TaxRate]:
    """The rows of TaxCode, each with the sum of its rates, and for the United States the two codes of lines."""
    by_id = {key: rate for rate in rates if (key := text(rate.get("Id")))}
    made = [row for code in codes if (row := _tax_code(code, by_id, now)) is not None]
    known = {row.key for row in made}
    missing = _AMERICAN.items() if company.is_american else ()
    return made + [_american(key, name) for key, name in missing if key not in known]


def _tax_code(code: Record, rates: Mapping[str, Record], now: datetime) -> rows.TaxRate | None:
    if (key := text(code.get("Id"))) is None:
        return None
    sales, purchases = (_details(code, f"{side}TaxRateList") for side in ("Sales", "Purchase"))
    total = _sum(sales or purchases, rates, now)
    return rows.TaxRate(
        key=key,
        name=name_of(code, "Name") or key,
        tax_type=key,
        status=status_of(code),
        display_rate=total,
        effective_rate=total,
        applies_to_expenses=bool(purchases),
        applies_to_revenue=bool(sales),
        is_archived=is_inactive(code),
        record=json_text(code),
    )


def _details(code: Record, side: str) -> list[Record]:
    return records_in(nested(code.get(side)).get("TaxRateDetail"))


def _sum(details: Sequence[Record], rates: Mapping[str, Record], now: datetime) -> Decimal | None:
    """The sum of the rates that a code names; None where one of them is not known."""
    found = [_percentage(rates.get(reference(one.get("TaxRateRef")) or "", {}), now) for one in details]
    known = [rate for rate in found if rate is not None]
    return sum(known, Decimal(0)) if details and len(known) == len(found) else None


def _percentage(rate: Record, now: datetime) -> Decimal | None:
    """The rate of today: its own value, or that of the period in which today lies."""
    if (value := decimal(rate.get("RateValue"))) is not None:
        return value
    for period in records_in(rate.get("EffectiveTaxRate")):
        begins, ends = moment(period.get("EffectiveDate")), moment(period.get("EndDate"))
        if (begins is None or begins <= now) and (ends is None or now < ends):
            return decimal(period.get("RateValue"))
    return None


def _american(key: str, name: str) -> rows.TaxRate:
    return rows.TaxRate(
        key=key,
        name=name,
        tax_type=key,
        status="active",
        applies_to_revenue=True,
        record=json_text({"Id": key, "Name": key}),
    )


def tracking(entity: str, records: Sequence[Record], company: Company) -> rows.TrackingCategory | None:
    """All classes, or all locations, as one category with its options; None where there are none."""
    options = [
        {"key": key, "name": name_of(one, "FullyQualifiedName", "Name"), "status": status_of(one)}
        for one in records
        if (key := text(one.get("Id"))) is not None
    ]
    if not options:
        return None
    return rows.TrackingCategory(
        key=entity,
        name="Class" if entity == "Class" else company.word_for_departments,
        status=None,
        options=orjson.dumps(options).decode(),
        is_archived=False,
        record=json_text({entity: list(records)}),
    )


def item(record: Record, numbers: Numbers) -> rows.Item | None:
    """A row of Item; None of a category, which is a folder of items."""
    kind = text(record.get("Type"))
    if (key := text(record.get("Id"))) is None or kind == _FOLDER:
        return None
    sold_to, bought_from = reference(record.get("IncomeAccountRef")), reference(record.get("ExpenseAccountRef"))
    is_stock = flag(record.get("TrackQtyOnHand"))
    return rows.Item(
        key=key,
        code=text(record.get("Sku")) or "",
        name=name_of(record, "FullyQualifiedName", "Name"),
        description=text(record.get("Description")),
        purchase_description=text(record.get("PurchaseDesc")),
        is_sold=sold_to is not None,
        is_purchased=bought_from is not None,
        is_tracked_as_inventory=kind == "Inventory" if is_stock is None else is_stock,
        sales_price=decimal(record.get("UnitPrice")),
        sales_account_code=numbers.get(sold_to or ""),
        sales_tax_type=reference(record.get("SalesTaxCodeRef")),
        purchase_price=decimal(record.get("PurchaseCost")),
        purchase_account_code=numbers.get(bought_from or ""),
        purchase_tax_type=reference(record.get("PurchaseTaxCodeRef")),
        quantity_on_hand=decimal(record.get("QtyOnHand")),
        updated_at=changed_at(record),
        record=json_text(record),
    )


def contact_key(entity: str, record: Record) -> str | None:
    """The key of a supplier or customer, in the table that they share; None without an id."""
    key = text(record.get("Id"))
    return key and f"{entity.lower()}-{key}"


def vendor(record: Record) -> rows.Contact | None:
    """A row of Vendor."""
    return _contact("Vendor", record, tax_number=text(record.get("TaxIdentifier")))


def customer(record: Record) -> rows.Contact | None:
    """A row of Customer. Jobs and projects are customers below another one, and rows too."""
    return _contact("Customer", record, tax_number=text(record.get("PrimaryTaxIdentifier")))


def _contact(entity: str, record: Record, *, tax_number: str | None) -> rows.Contact | None:
    if (key := contact_key(entity, record)) is None:
        return None
    is_supplier = entity == "Vendor"
    in_suppliers, in_customers = rows.contact_lists(is_supplier=is_supplier, is_customer=not is_supplier)
    return rows.Contact(
        key=key,
        name=name_of(record, "FullyQualifiedName", "DisplayName", "CompanyName"),
        status=status_of(record),
        is_supplier=is_supplier,
        is_customer=not is_supplier,
        account_number=text(record.get("AcctNum")),
        company_number=text(record.get("BusinessNumber")),
        tax_number=tax_number,
        default_currency=reference(record.get("CurrencyRef")),
        sales_tax_type=None if is_supplier else reference(record.get("DefaultTaxCodeRef")),
        is_archived=is_inactive(record),
        updated_at=changed_at(record),
        in_suppliers=in_suppliers,
        in_customers=in_customers,
        record=json_text(record),
    )


def currencies(listed: Sequence[Record], home: tuple[str, str | None] | None = None) -> list[rows.Currency]:
    """The currencies that are in use, and the company's own, which may not be among those that it has added."""
    made = {
        code: rows.Currency(code, name_of(one, "Name") or None, json_text(one))
        for one in listed
        if (code := text(one.get("Code"))) is not None and not is_inactive(one)
    }
    if home is not None and home[0] not in made:
        code, name = home
        made[code] = rows.Currency(code, name, json_text({"Code": code, "Name": name}))
    return list(made.values())


def inactive_code(record: Record) -> str | None:
    """The code of a currency that is not in use any more; None of any other."""
    return text(record.get("Code")) if is_inactive(record) else None
