"""Charts of accounts, bank accounts among them."""

from dataclasses import dataclass
from enum import StrEnum

from emulators.books import numbers
from emulators.books.countries import table
from emulators.books.drawing import generator, updated_at
from emulators.books.organisations import Organisation


class Kind(StrEnum):
    """What an account is for."""

    BANK = "bank"
    CURRENT_ASSET = "current asset"
    PREPAYMENT = "prepayment"
    INVENTORY = "inventory"
    FIXED_ASSET = "fixed asset"
    NONCURRENT_ASSET = "noncurrent asset"
    CURRENT_LIABILITY = "current liability"
    PAYROLL_LIABILITY = "payroll liability"
    LONG_TERM_LIABILITY = "long-term liability"
    EQUITY = "equity"
    REVENUE = "revenue"
    OTHER_INCOME = "other income"
    COST_OF_SALES = "cost of sales"
    OVERHEAD = "overhead"
    EXPENSE = "expense"
    DEPRECIATION = "depreciation"


_OPTIONAL = frozenset({Kind.OVERHEAD, Kind.EXPENSE, Kind.COST_OF_SALES, Kind.FIXED_ASSET})


@dataclass(slots=True)
class Account:
    """One account. Its name is unique in its chart.

    Attributes:
        code: Empty for some bank accounts.
        tax: Key of its tax rate.
        role: What the software itself uses it for, such as ``receivables``; empty for most.
        takes_payments: Whether payments may be posted to it, besides bank accounts.
        takes_claims: Whether employees' expense claims may use it.
        description: May be empty.
        bank_kind: ``account``, ``card`` or ``wallet``; empty unless it is a bank account.
        bank_number: Its number at the bank.
        updated_at: Seconds since the epoch.
    """

    name: str
    code: str
    kind: Kind
    tax: str
    role: str
    takes_payments: bool
    takes_claims: bool
    description: str
    is_active: bool
    bank_kind: str
    bank_number: str
    updated_at: float


def accounts(organisation: Organisation) -> list[Account]:
    """The chart of accounts: the country's, with a few accounts missing or archived, and 2 to 4 bank accounts."""
    country = organisation.country
    rng = generator(organisation.organisation_id, "accounts")
    banks_wanted = rng.randrange(2, 5)
    chart: list[Account] = []
    for code, name, word, tax, role, flags, text in table("charts", country.code, 7):
        updated, chance, kind = updated_at(rng), rng.random(), Kind(word)
        is_bank = kind is Kind.BANK
        if is_bank:
            banks_wanted -= 1
            if banks_wanted < 0:
                continue
        is_optional = kind in _OPTIONAL and not role
        if is_optional and chance < 0.06 and code not in country.purchase_accounts:
            continue
        number = numbers.bank_account_number(rng, country.code) if is_bank else ""
        chart.append(
            Account(
                name=name,
                code=code,
                kind=kind,
                tax=tax,
                role=role,
                takes_payments="P" in flags,
                takes_claims="E" in flags,
                description="" if is_bank else text,
                is_active=not (is_optional and chance > 0.96),
                bank_kind=text if is_bank else "",
                bank_number="payments@example.com" if text == "wallet" else number,
                updated_at=updated,
            )
        )
    return chart
