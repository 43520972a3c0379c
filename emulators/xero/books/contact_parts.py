"""Addresses, phones and balances of contacts: a stock per country, written as JSON once, drawn from many times.

A large practice has hundreds of thousands of contacts. Writing each one's nested parts anew made generating the
slowest thing that the sandbox does; drawn from a stock, they cost nothing.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

import orjson

from emulators.xero.books.countries import COUNTRIES, Country
from emulators.xero.books.record import Record, generator
from emulators.xero.books.words import STREETS

_STOCK = 128
_EMPTY_ADDRESS = {"City": "", "Region": "", "PostalCode": "", "Country": ""}
_PHONE_TYPES = ("DDI", "DEFAULT", "FAX", "MOBILE")


@dataclass(frozen=True, slots=True)
class ContactParts:
    """One country's stock.

    Attributes:
        addresses: Values of ``Addresses``; half of them empty, as Xero writes an empty one.
        phones: Values of ``Phones``; more than half of them empty.
        balances: Values of ``Balances``, by whether the contact is a supplier and whether a customer.
    """

    addresses: tuple[orjson.Fragment, ...]
    phones: tuple[orjson.Fragment, ...]
    balances: dict[tuple[bool, bool], tuple[orjson.Fragment, ...]]


@cache
def contact_parts(country_code: str) -> ContactParts:
    """The stock of a country; the same every time."""
    country, rng = COUNTRIES[country_code], generator("contact parts", country_code)
    return ContactParts(
        addresses=tuple(_written(_addresses(country, rng)) for _ in range(_STOCK)),
        phones=tuple(_written(_phones(country, rng)) for _ in range(_STOCK)),
        balances={
            (is_supplier, is_customer): tuple(_written(_balances(rng, is_supplier, is_customer)) for _ in range(_STOCK))
            for is_supplier in (True, False)
            for is_customer in (True, False)
        },
    )


def _written(value: object) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(value))


def _addresses(country: Country, rng: Random) -> list[Record]:
    street: Record = {"AddressType": "STREET", **_EMPTY_ADDRESS}
    if rng.random() < 0.5:
        town, region, post_code = rng.choice(country.towns)
        street = {
            "AddressType": "STREET",
            "AddressLine1": f"{rng.randrange(1, 200)} {rng.choice(STREETS)}",
            "City": town,
            "Region": region,
            "PostalCode": post_code,
            "Country": country.code,
        }
    return [street, {"AddressType": "POBOX", **_EMPTY_ADDRESS}]


def _phones(country: Country, rng: Random) -> list[Record]:
    phones: dict[str, Record] = {
        kind: {"PhoneType": kind, "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
        for kind in _PHONE_TYPES
    }
    if rng.random() < 0.4:
        phones["DEFAULT"] = {
            "PhoneType": "DEFAULT",
            "PhoneNumber": f"{rng.randrange(1_000_000, 9_999_999)}",
            "PhoneAreaCode": f"{rng.randrange(100, 999)}",
            "PhoneCountryCode": country.phone_code,
        }
    return list(phones.values())


def _balances(rng: Random, is_supplier: bool, is_customer: bool) -> Record:
    sides = {"AccountsReceivable": is_customer, "AccountsPayable": is_supplier}
    return {
        side: {"Outstanding": round(rng.random() * 900, 2), "Overdue": 0.0}
        for side, is_side in sides.items()
        if is_side
    }
