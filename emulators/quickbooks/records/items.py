"""``Item``: goods and services, and the folders that they lie in."""

from emulators.books import items as books
from emulators.books.drawing import BOOKS_OPENED, generator
from emulators.books.organisations import Organisation
from emulators.quickbooks.records.accounts import by_code
from emulators.quickbooks.records.practice import has_tracking, is_american
from emulators.quickbooks.records.record import Record, entity, inactive, reference
from emulators.quickbooks.records.tax import PSEUDO_CODES, references

_CATEGORY = reference("1", "Stock")
_INVENTORY, _SERVICE, _GOODS = "Inventory", "Service", "NonInventory"


def items(organisation: Organisation) -> list[Record]:
    """The goods and services; with more than five, a category comes first."""
    made = books.items(organisation)
    found = [_item(organisation, item, has_category=len(made) > 5) for item in made]
    if len(made) > 5:
        category = {"Name": "Stock", "FullyQualifiedName": "Stock", "Active": True, "Type": "Category"}
        found.insert(0, entity("1", BOOKS_OPENED) | category | {"SubItem": False})
    return found


def _item(organisation: Organisation, item: books.Item, *, has_category: bool) -> Record:
    country, accounts = organisation.country, by_code(organisation)
    kinds = (_SERVICE, _GOODS, _INVENTORY if has_tracking(organisation) else _GOODS)
    kind = kinds[item.number % 3]
    is_below = has_category and kind == _INVENTORY
    record = entity(str(item.number + 2), item.updated_at) | {
        "Name": item.name,
        "Sku": item.code,
        "Description": item.name,
        "Active": True,
        "SubItem": is_below,
        "FullyQualifiedName": f"Stock:{item.name}" if is_below else item.name,
        "Taxable": kind != _SERVICE,
        "UnitPrice": item.sale_price or 0,
        "Type": kind,
        "PurchaseCost": item.purchase_price or 0,
        "TrackQtyOnHand": kind == _INVENTORY,
    }
    if is_below:
        record |= {"ParentRef": _CATEGORY, "Level": 1}
    if item.sale_price is not None or kind == _INVENTORY:
        record["IncomeAccountRef"] = accounts[country.sales_account]
    if item.purchase_price is not None or kind == _INVENTORY:
        record |= {"PurchaseDesc": item.name, "ExpenseAccountRef": accounts[country.purchase_accounts[0]]}
    if kind == _INVENTORY:
        rng = generator(organisation.organisation_id, "stock", item.number)
        stock = next((one for one in accounts.values() if one["name"] == "Inventory"), None)
        record |= {"QtyOnHand": rng.randrange(0, 200), "InvStartDate": "2019-04-01"}
        record |= {"AssetAccountRef": stock} if stock else {}
    if not is_american(organisation):
        taxes = references(organisation)
        record["SalesTaxCodeRef"] = taxes[country.sales_tax]
        record["PurchaseTaxCodeRef"] = taxes[country.purchases_tax]
    elif kind != _SERVICE:
        record["SalesTaxCodeRef"] = reference(PSEUDO_CODES[0])
    return inactive(record) if item.number % 11 == 10 else record
