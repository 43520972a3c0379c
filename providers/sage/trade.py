"""Turns Sage's items and contacts into our rows. Source of the fields: Sage's OpenAPI description."""

from contracts.words import standard_information as rows
from providers.kit.json_values import Record, decimal, json_text, moment, records_in, text
from providers.sage.fields import Chart, code_of, key_of, reference, state_of


def product(record: Record, chart: Chart) -> rows.Item:
    """A row of ``/products``."""
    return _item(record, chart, "sales_prices", "price")


def service(record: Record, chart: Chart) -> rows.Item:
    """A row of ``/services``."""
    return _item(record, chart, "sales_rates", "rate")


def stock_item(record: Record, chart: Chart) -> rows.Item:
    """A row of ``/stock_items``; ``/products`` lists it too, under the same id and with less."""
    in_stock = decimal(record.get("quantity_in_stock"))
    return product(record, chart)._replace(is_tracked_as_inventory=True, quantity_on_hand=in_stock)


def _item(record: Record, chart: Chart, prices: str, price: str) -> rows.Item:
    first = next(iter(records_in(record.get(prices))), {})
    return rows.Item(
        key=key_of(record),
        code=text(record.get("item_code")) or "",
        name=text(record.get("description")) or text(record.get("displayed_as")),
        description=text(record.get("description")),
        purchase_description=text(record.get("purchase_description")),
        is_tracked_as_inventory=False,
        sales_price=decimal(first.get(price)),
        sales_account_code=code_of(record.get("sales_ledger_account"), chart),
        sales_tax_type=reference(record.get("sales_tax_rate")),
        purchase_price=decimal(record.get("cost_price")),
        purchase_account_code=code_of(record.get("purchase_ledger_account"), chart),
        purchase_tax_type=reference(record.get("purchase_tax_rate")),
        updated_at=moment(record.get("updated_at")),
        record=json_text(record),
    )


def contact(record: Record, chart: Chart) -> rows.Contact:
    """A row of ``/contacts``. A contact has one type, so that a firm that is both supplier and customer comes twice."""
    types = {(reference(one) or "").upper() for one in records_in(record.get("contact_types"))}
    is_supplier, is_customer = "VENDOR" in types, "CUSTOMER" in types
    in_suppliers, in_customers = rows.contact_lists(is_supplier=is_supplier, is_customer=is_customer)
    status, is_archived = state_of(record)
    return rows.Contact(
        key=key_of(record),
        name=text(record.get("name")) or text(record.get("displayed_as")) or "",
        status=status,
        is_supplier=is_supplier,
        is_customer=is_customer,
        contact_number=text(record.get("reference")),
        company_number=text(record.get("registered_number")),
        tax_number=text(record.get("tax_number")),
        default_currency=reference(record.get("currency")),
        sales_account_code=code_of(record.get("default_sales_ledger_account"), chart),
        purchase_account_code=code_of(record.get("default_purchase_ledger_account"), chart),
        sales_tax_type=reference(record.get("default_sales_tax_rate")),
        is_archived=is_archived,
        updated_at=moment(record.get("updated_at")),
        in_suppliers=in_suppliers,
        in_customers=in_customers,
        record=json_text(record),
    )
