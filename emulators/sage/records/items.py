"""``products``, ``services`` and ``stock_items``: three overlapping lists."""

from collections.abc import Mapping

from emulators.books import items as books
from emulators.books.organisations import Organisation
from emulators.sage.records.accounts import by_code
from emulators.sage.records.practice import tier
from emulators.sage.records.record import Record, amount, hex_id, opened, reference, stamp
from emulators.sage.records.tax import references

_SERVICES = (
    "Call-out",
    "Consulting",
    "Delivery",
    "Design",
    "Hosting",
    "Inspection",
    "Installation",
    "Licence",
    "Service",
    "Site Visit",
    "Support",
    "Training",
    "Wedding",
)
"""How the names of those begin that nobody can put on a shelf."""


def products(organisation: Organisation) -> list[Record]:
    """Goods that are not counted, and those that are: these are stock items too, under the same ids."""
    return _made(organisation, "products", {"product", "stock"})


def services(organisation: Organisation) -> list[Record]:
    """Services."""
    return _made(organisation, "services", {"service"})


def stock_items(organisation: Organisation) -> list[Record]:
    """Goods that are counted, which the plan Plus alone has."""
    return _made(organisation, "stock_items", {"stock"})


def _kind(organisation: Organisation, item: books.Item) -> str:
    if item.name.startswith(_SERVICES):
        return "service"
    return "stock" if tier(organisation) == "PLUS" and item.number % 2 else "product"


def _made(organisation: Organisation, path: str, kinds: set[str]) -> list[Record]:
    wanted = [item for item in books.items(organisation) if _kind(organisation, item) in kinds]
    if not wanted:
        return []
    accounts, taxes = by_code(organisation), references(organisation)
    return [_item(organisation, item, path, accounts, taxes) for item in wanted]


def _short(record: Record) -> Record:
    return {name: record[name] for name in ("id", "displayed_as", "$path")}


def _item(
    organisation: Organisation,
    item: books.Item,
    path: str,
    accounts: Mapping[str, Record],
    taxes: Mapping[str, Record],
) -> Record:
    country = organisation.country
    identity = hex_id(organisation.organisation_id, "item", item.number)
    updated = stamp(item.updated_at)
    cost = amount(item.purchase_price) if item.purchase_price is not None else "0.0"
    sold, bought = accounts[country.sales_account], accounts[country.purchase_accounts[0]]
    record = opened(path, identity, f"{item.name} ({item.code})", updated) | {
        "deleted_at": updated if item.number % 17 == 9 else None,
        "deletable": True,
        "deactivatable": True,
        "used_on_recurring_invoice": False,
        "item_code": item.code,
        "description": item.name,
        "notes": "",
        "sales_ledger_account": _short(sold),
        "sales_tax_rate": taxes[country.sales_tax],
        "purchase_ledger_account": _short(bought),
        "usual_supplier": None,
        "purchase_tax_rate": taxes[country.purchases_tax],
        "cost_price": cost,
        "source_guid": None,
        "purchase_description": f"{item.name}, as bought" if item.purchase_price is not None else "",
        "active": item.number % 13 != 5,
    }
    if path == "services":
        return record | {"sales_rates": [_price(identity, item, updated, "rate")], "oss_service": None}
    record |= {"sales_prices": [_price(identity, item, updated, "price")]}
    if path == "products":
        return record | {"catalog_item_type": reference("catalog_item_types", "PRODUCT", "Non-stock")}
    return record | {
        "reorder_level": 0,
        "reorder_quantity": 0,
        "location": "",
        "barcode": "",
        "supplier_part_number": "",
        "weight": 0,
        "measurement_unit": "",
        "weight_converted": 0,
        "quantity_in_stock": amount(float(item.number % 40)),
        "last_cost_price": cost,
        "last_cost_price_stock_value": None,
        "average_cost_price": cost,
        "average_cost_price_stock_value": None,
        "cost_price_last_updated": updated[:10],
    }


def _price(item_id: str, item: books.Item, updated: str, word: str) -> Record:
    """One sales price, or one rate of a service."""
    label = f"Sales {word.title()}"
    type_path = "product_sales_price_types" if word == "price" else "service_rate_types"
    type_name = "product_sales_price_type" if word == "price" else "service_rate_type"
    return {
        "id": hex_id(item_id, word),
        "displayed_as": label,
        "created_at": updated,
        "updated_at": updated,
        f"{word}_name": label,
        word: amount(item.sale_price or 0.0),
        f"{word}_includes_tax": False,
        type_name: reference(type_path, hex_id("usual", word), label),
    }
