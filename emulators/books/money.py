"""Tax rates and currencies."""

from dataclasses import dataclass
from functools import cache

from emulators.books.countries import COUNTRIES, table
from emulators.books.drawing import generator
from emulators.books.organisations import Organisation

CURRENCIES = {
    "GBP": "British Pound",
    "AUD": "Australian Dollar",
    "NZD": "New Zealand Dollar",
    "USD": "United States Dollar",
    "EUR": "Euro",
    "CAD": "Canadian Dollar",
    "SGD": "Singapore Dollar",
    "JPY": "Japanese Yen",
}
"""Names by ISO 4217 code."""


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax rate.

    Attributes:
        key: Names the rate within its country, for good.
        rate: In per cent.
        applies_to: Letters: Assets, Equity, eXpenses, Liabilities, Revenue.
        status: ``active``, ``archived`` or ``deleted``.
        parts: Name and per cent of what it is made of.
    """

    name: str
    key: str
    rate: float
    applies_to: str
    status: str
    parts: tuple[tuple[str, float], ...]


@cache
def tax_rates(country_code: str) -> tuple[TaxRate, ...]:
    """The tax rates of a country."""
    return tuple(
        TaxRate(name, key, float(rate), applies, status, _parts(country_code, float(rate)))
        for name, key, rate, applies, status in table("tax_rates", country_code, 5)
    )


def _parts(country_code: str, rate: float) -> tuple[tuple[str, float], ...]:
    parts = COUNTRIES[country_code].tax_parts
    if len(parts) > 1 and not rate:
        return (("Tax", rate),)
    *fixed, (last, _) = parts
    return (*fixed, (last, rate - sum(share for _, share in fixed)))


def currencies(organisation: Organisation) -> list[str]:
    """The codes of the base currency and of up to three more."""
    rng = generator(organisation.organisation_id, "currencies")
    base = organisation.country.currency
    others = [code for code in CURRENCIES if code != base]
    return [base, *rng.sample(others, rng.choice((0, 0, 1, 2, 3)))]
