"""Rows of standard information for tests, short to write."""

from contracts.words.standard_information import Account, Contact, contact_lists


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
