"""Items and tracking categories."""

from random import Random

from emulators.xero.books.ids import guid
from emulators.xero.books.practice import Organisation
from emulators.xero.books.record import Record, generator, updated_at
from emulators.xero.books.words import GOODS, TRACKING


def items(organisation: Organisation) -> list[Record]:
    """The goods and services of an organisation."""
    identity, rng = organisation.organisation_id, generator(organisation.organisation_id, "items")
    return [_item(organisation, identity, number, rng) for number in range(organisation.items)]


def _item(organisation: Organisation, identity: str, number: int, rng: Random) -> Record:
    country = organisation.country
    goods = GOODS[number % len(GOODS)]
    name = goods if number < len(GOODS) else f"{goods} {number // len(GOODS) + 1}"
    is_sold, is_purchased = rng.random() < 0.9, rng.random() < 0.6
    record: Record = {
        "ItemID": guid(identity, "item", number),
        "Code": f"{goods[:3].upper().strip()}{number + 1:03d}",
        "Name": name,
        "IsSold": is_sold,
        "IsPurchased": is_purchased,
        "IsTrackedAsInventory": False,
        "UpdatedDateUTC": updated_at(rng),
    }
    if is_sold:
        record["Description"] = f"{name}, as sold"
        record["SalesDetails"] = {
            "UnitPrice": round(rng.random() * 400 + 5, 2),
            "AccountCode": country.sales_account,
            "TaxType": country.sales_tax,
        }
    if is_purchased:
        record["PurchaseDescription"] = f"{name}, as bought"
        record["PurchaseDetails"] = {
            "UnitPrice": round(rng.random() * 200 + 2, 4),
            "AccountCode": country.purchase_accounts[0],
            "TaxType": country.purchases_tax,
        }
    return record


def tracking_categories(organisation: Organisation) -> list[Record]:
    """Up to two active categories with their options, and sometimes an archived one."""
    identity, rng = organisation.organisation_id, generator(organisation.organisation_id, "tracking")
    chosen = rng.sample(TRACKING, 3)
    found = [_category(identity, name, options, "ACTIVE", rng) for name, options in chosen[: organisation.tracking]]
    if organisation.tracking and rng.random() < 0.3:
        name, options = chosen[2]
        found.append(_category(identity, name, options, "ARCHIVED", rng))
    return found


def _category(identity: str, name: str, options: tuple[str, ...], status: str, rng: Random) -> Record:
    return {
        "Name": name,
        "Status": status,
        "TrackingCategoryID": guid(identity, "tracking", name),
        "Options": [
            {
                "TrackingOptionID": guid(identity, "tracking", name, option),
                "Name": option,
                "Status": "ARCHIVED" if rng.random() < 0.1 else "ACTIVE",
            }
            for option in options
        ],
    }
