"""Rows of standard information for tests, short to write."""

from decimal import Decimal

from contracts.words.standard_information import Account, Contact, Item, OrganisationProfile, contact_lists


def contact(key: str, name: str = "Acme", *, supplier: bool = True, customer: bool = False, **more: object) -> Contact:
    values: dict[str, object] = dict.fromkeys(Contact._fields)
    values |= {"key": key, "name": name, "is_supplier": supplier, "is_customer": customer}
    suppliers, customers = contact_lists(is_supplier=supplier, is_customer=customer)
    values |= {"in_suppliers": suppliers, "in_customers": customers}
    return Contact(**{**values, "is_archived": False, "record": f'{{"Name":"{name}"}}', **more})


def account(key: str, name: str, *, bank: bool = False, **more: object) -> Account:
    values: dict[str, object] = dict.fromkeys(Account._fields)
    flags = {"takes_payments": False, "shows_in_expense_claims": False, "is_archived": False}
    return Account(**{**values, "key": key, "name": name, "is_bank_account": bank, "record": "{}", **flags, **more})


def item(key: str, name: str, quantity: int | None = None) -> Item:
    values: dict[str, object] = dict.fromkeys(Item._fields)
    quantity_on_hand = None if quantity is None else Decimal(quantity)
    return Item(
        **values | {"key": key, "code": key, "name": name, "quantity_on_hand": quantity_on_hand, "record": "{}"}
    )


def profile(organisation_id: str) -> OrganisationProfile:
    values: dict[str, object] = dict.fromkeys(OrganisationProfile._fields)
    of = {"key": organisation_id, "name": "Smith", "is_demo": False, "is_trial": False, "record": "{}"}
    return OrganisationProfile(**values | of)
