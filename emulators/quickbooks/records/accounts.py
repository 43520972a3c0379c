"""``Account``: the chart of accounts, bank accounts among them."""

from collections.abc import Mapping
from functools import lru_cache

from emulators.books import accounts as books
from emulators.books.accounts import Kind
from emulators.books.drawing import generator
from emulators.books.money import CURRENCIES
from emulators.books.organisations import Organisation
from emulators.quickbooks.records.preferences import uses_numbers
from emulators.quickbooks.records.record import Record, entity, inactive, reference
from emulators.quickbooks.records.words import BANK_TYPE, CLASSIFICATION_OF, TYPE_OF, TYPE_OF_ROLE

_SUB_ACCOUNT = 7
"""Each so-many-th expense is a sub-account of the first."""


def accounts(organisation: Organisation) -> list[Record]:
    """The chart of accounts."""
    return [record for _, record in _chart(organisation)]


def by_code(organisation: Organisation) -> Mapping[str, Record]:
    """References to the accounts, by their codes in the books."""
    return {
        code: reference(str(record["Id"]), str(record["FullyQualifiedName"]))
        for code, record in _chart(organisation)
        if code
    }


@lru_cache(maxsize=64)
def _chart(organisation: Organisation) -> tuple[tuple[str, Record], ...]:
    """Each account's code in the books, and its record. Items of the same company ask again soon."""
    found: list[tuple[str, Record]] = []
    parent: Record | None = None
    expenses = 0
    for number, account in enumerate(books.accounts(organisation)):
        record = _account(organisation, account, str(number + 1))
        if account.line.kind in (Kind.EXPENSE, Kind.OVERHEAD) and not account.line.role:
            expenses += 1
            if parent is None and account.is_active:
                parent = record
            elif parent is not None and expenses % _SUB_ACCOUNT == 0:
                whole = f"{parent['Name']}:{account.line.name}"
                above = reference(str(parent["Id"]))
                record |= {"SubAccount": True, "ParentRef": above, "FullyQualifiedName": whole}
        found.append((account.line.code, record if account.is_active else inactive(record)))
    return tuple(found)


def _account(organisation: Organisation, account: books.Account, identity: str) -> Record:
    line = account.line
    kind, detail = _type(account)
    currency = organisation.country.currency
    rng = generator(organisation.organisation_id, "balance", line.name)
    balance = round(rng.random() * 20_000 - 2_000, 2) if kind in ("Bank", "Credit Card") else 0
    record = entity(identity, account.updated_at) | {
        "Name": line.name,
        "SubAccount": False,
        "FullyQualifiedName": line.name,
        "Active": True,
        "Classification": CLASSIFICATION_OF[kind],
        "AccountType": kind,
        "AccountSubType": detail,
        "CurrentBalance": balance,
        "CurrentBalanceWithSubAccounts": balance,
        "CurrencyRef": reference(currency, CURRENCIES[currency]),
    }
    if line.code and uses_numbers(organisation):
        record["AcctNum"] = line.code
    if line.description:
        record["Description"] = line.description
    return record


def _type(account: books.Account) -> tuple[str, str]:
    line = account.line
    if line.kind is Kind.BANK:
        return BANK_TYPE["savings" if "Savings" in line.name else line.bank_kind]
    return TYPE_OF_ROLE.get(line.role) or TYPE_OF[line.kind]
