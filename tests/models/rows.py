"""Rows of standard information for tests, short to write."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from contracts.words.standard_information import Account, Contact, Item, OrganisationProfile, TaxRate, contact_lists
from models.lists.tables import StandardRow

Stored = TypeVar("Stored", bound=StandardRow)


def stored(table: Callable[..., Stored], **values: object) -> Stored:
    """A row as it is read from the database; columns that are not named are empty."""
    row = table(**values)
    assert set(values) <= set(type(row).model_fields), f"{type(row).__name__} has no such column"
    return row


def contact(key: str, name: str = "Acme", *, supplier: bool = True, customer: bool = False, **more: Any) -> Contact:
    values: dict[str, Any] = dict.fromkeys(Contact._fields)
    values |= {"key": key, "name": name, "is_supplier": supplier, "is_customer": customer}
    suppliers, customers = contact_lists(is_supplier=supplier, is_customer=customer)
    values |= {"in_suppliers": suppliers, "in_customers": customers}
    return Contact(**{**values, "is_archived": False, "record": f'{{"Name":"{name}"}}', **more})


def account(key: str, name: str, *, bank: bool = False, **more: Any) -> Account:
    values: dict[str, Any] = dict.fromkeys(Account._fields)
    flags = {"takes_payments": False, "shows_in_expense_claims": False, "is_archived": False}
    return Account(**{**values, "key": key, "name": name, "is_bank_account": bank, "record": "{}", **flags, **more})


def item(key: str, name: str, quantity: int | None = None) -> Item:
    values: dict[str, Any] = dict.fromkeys(Item._fields)
    quantity_on_hand = None if quantity is None else Decimal(quantity)
    return Item(
        **values | {"key": key, "code": key, "name": name, "quantity_on_hand": quantity_on_hand, "record": "{}"}
    )


def duty(code: str) -> TaxRate:
    """A tax rate that is known by this code."""
    return TaxRate(key=code, name=code, tax_type=code, record="{}")


def profile(organisation_id: str) -> OrganisationProfile:
    values: dict[str, Any] = dict.fromkeys(OrganisationProfile._fields)
    of = {"key": organisation_id, "name": "Smith", "is_demo": False, "is_trial": False, "record": "{}"}
    return OrganisationProfile(**values | of)
