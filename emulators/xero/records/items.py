"""``Items`` and ``TrackingCategories``."""

from emulators.books import items as books
from emulators.books.dimensions import Dimension, dimensions
from emulators.books.ids import guid
from emulators.books.organisations import Organisation
from emulators.xero.records.record import Record, json_date
from emulators.xero.records.words import tax_types


def items(organisation: Organisation) -> list[Record]:
    """The goods and services of an organisation."""
    return [_item(organisation, item) for item in books.items(organisation)]


def _item(organisation: Organisation, item: books.Item) -> Record:
    country = organisation.country
    types = tax_types(country.code)
    record: Record = {
        "ItemID": guid(organisation.organisation_id, "item", item.number),
        "Code": item.code,
        "Name": item.name,
        "IsSold": item.sale_price is not None,
        "IsPurchased": item.purchase_price is not None,
        "IsTrackedAsInventory": False,
        "UpdatedDateUTC": json_date(item.updated_at),
    }
    if item.sale_price is not None:
        record["Description"] = f"{item.name}, as sold"
        record["SalesDetails"] = {
            "UnitPrice": item.sale_price,
            "AccountCode": country.sales_account,
            "TaxType": types[country.sales_tax][0],
        }
    if item.purchase_price is not None:
        record["PurchaseDescription"] = f"{item.name}, as bought"
        record["PurchaseDetails"] = {
            "UnitPrice": item.purchase_price,
            "AccountCode": country.purchase_accounts[0],
            "TaxType": types[country.purchases_tax][0],
        }
    return record


def tracking_categories(organisation: Organisation) -> list[Record]:
    """Up to two active categories with their options, and sometimes an archived one."""
    return [_category(organisation.organisation_id, dimension) for dimension in dimensions(organisation)]


def _category(identity: str, dimension: Dimension) -> Record:
    return {
        "Name": dimension.name,
        "Status": "ACTIVE" if dimension.is_active else "ARCHIVED",
        "TrackingCategoryID": guid(identity, "tracking", dimension.name),
        "Options": [
            {
                "TrackingOptionID": guid(identity, "tracking", dimension.name, value),
                "Name": value,
                "Status": "ACTIVE" if is_active else "ARCHIVED",
            }
            for value, is_active in dimension.values
        ],
    }
