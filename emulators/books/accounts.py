"""Charts of accounts, bank accounts among them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from emulators.books import numbers
from emulators.books.countries import table
from emulators.books.drawing import generator, updated_at
from emulators.books.organisations import Organisation


class Kind(StrEnum):
    """The kinds of accounts."""

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


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One account of a country's chart; its name is unique there.

    Attributes:
        code: Empty for some bank accounts.
        tax: Key of its tax rate.
        role: The software's own use of it, such as ``receivables``; empty for most.
        takes_payments: Whether payments may be posted to it, besides bank accounts.
        takes_claims: Whether employees' expense claims may use it.
        description: May be empty.
        bank_kind: ``account``, ``card`` or ``wallet``; empty unless it is a bank account.
    """

    name: str
    code: str
    kind: Kind
    tax: str
    role: str
    takes_payments: bool
    takes_claims: bool
    description: str
    bank_kind: str


@dataclass(slots=True)
class Account:
    """One account of an organisation.

    Attributes:
        line: The account's line in the country's chart.
        bank_number: Its number at the bank; empty unless it is a bank account.
        updated_at: Seconds since the epoch.
    """

    line: ChartLine
    is_active: bool
    bank_number: str
    updated_at: float


def accounts(organisation: Organisation) -> list[Account]:
    """The chart of accounts: the country's, with some accounts missing or archived, and 2 to 4 bank accounts."""
    country = organisation.country
    rng = generator(organisation.organisation_id, "accounts")
    banks_wanted = rng.randrange(2, 5)
    chart: list[Account] = []
    for line, is_bank, is_optional in _chart(country.code):
        updated, chance, number = updated_at(rng), rng.random(), ""
        if is_bank:
            banks_wanted -= 1
            if banks_wanted < 0:
                continue
            number = numbers.bank_account_number(rng, country.code)
            number = "payments@example.com" if line.bank_kind == "wallet" else number
        elif is_optional and chance < 0.06 and line.code not in country.purchase_accounts:
            continue
        chart.append(Account(line, not (is_optional and chance > 0.96), number, updated))
    return chart


@cache
def _chart(country_code: str) -> tuple[tuple[ChartLine, bool, bool], ...]:
    """The whole chart of a country: each line, whether it is a bank account, and whether somebody may lack it."""
    lines = [
        ChartLine(
            name=name,
            code=code,
            kind=Kind(word),
            tax=tax,
            role=role,
            takes_payments="P" in flags,
            takes_claims="E" in flags,
            description="" if word == Kind.BANK else text,
            bank_kind=text if word == Kind.BANK else "",
        )
        for code, name, word, tax, role, flags, text in table("charts", country_code, 7)
    ]
    return tuple((line, line.kind is Kind.BANK, line.kind in _OPTIONAL and not line.role) for line in lines)
