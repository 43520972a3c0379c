"""A fixed stock of addresses, phones and balances for each country, which contacts refer to.

A large practice has hundreds of thousands of contacts. Generating these parts for each contact was the slowest thing
that a stand-in did; parts of a stock can be written once and cached.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from emulators.books.countries import COUNTRIES, Country
from emulators.books.drawing import generator
from emulators.books.words import STREETS

_STOCK = 128


@dataclass(frozen=True, slots=True)
class Address:
    """A street address, in the country of the stock."""

    line: str
    town: str
    region: str
    post_code: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in its three parts."""

    country_code: str
    area_code: str
    number: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What is open between the organisation and a contact, in its base currency.

    Attributes:
        receivable: What a customer owes; None if it is none.
        payable: What a supplier is owed; None if it is none.
    """

    receivable: float | None
    payable: float | None


@dataclass(frozen=True, slots=True)
class ContactStock:
    """One country's stock. Contacts name its parts by their place in it.

    Attributes:
        addresses: About half are None: no address is known.
        phones: More than half are None.
        balances: By whether the contact is a supplier and whether a customer.
    """

    addresses: tuple[Address | None, ...]
    phones: tuple[Phone | None, ...]
    balances: dict[tuple[bool, bool], tuple[Balance, ...]]


@cache
def contact_stock(country_code: str) -> ContactStock:
    """The stock of a country; the same every time."""
    country, rng = COUNTRIES[country_code], generator("contact parts", country_code)
    return ContactStock(
        addresses=tuple(_address(country, rng) for _ in range(_STOCK)),
        phones=tuple(_phone(country, rng) for _ in range(_STOCK)),
        balances={
            (is_supplier, is_customer): tuple(_balance(rng, is_supplier, is_customer) for _ in range(_STOCK))
            for is_supplier in (True, False)
            for is_customer in (True, False)
        },
    )


def _address(country: Country, rng: Random) -> Address | None:
    if rng.random() >= 0.5:
        return None
    town, region, post_code = rng.choice(country.towns)
    return Address(f"{rng.randrange(1, 200)} {rng.choice(STREETS)}", town, region, post_code)


def _phone(country: Country, rng: Random) -> Phone | None:
    if rng.random() >= 0.4:
        return None
    number = f"{rng.randrange(1_000_000, 9_999_999)}"
    return Phone(country.phone_code, f"{rng.randrange(100, 999)}", number)


def _balance(rng: Random, is_supplier: bool, is_customer: bool) -> Balance:
    receivable = round(rng.random() * 900, 2) if is_customer else None
    return Balance(receivable, round(rng.random() * 900, 2) if is_supplier else None)
