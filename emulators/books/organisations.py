"""The organisations: their traits, of which everything in their books is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from emulators.books.countries import Country
from emulators.books.drawing import generator
from emulators.books.ids import guid
from emulators.books.numbers import company_numbers
from emulators.books.words import PLACES_IN_NAMES, SURNAMES, TRADES


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation's traits; its records are generated from them.

    Attributes:
        organisation_id: GUID.
        index: Its place among the organisations, from 0.
        contacts: How many contacts, archived ones included.
        items: How many items.
        dimensions: How many active tracking dimensions, 0 to 2.
        plan: What it pays for, in its platform's word.
        is_demo: Whether it is a platform's demonstration company.
        is_trial: Whether it is on trial.
        is_nameless: Whether a platform lists it without a name; its profile has the name.
        is_lapsed: Whether it no longer pays for its plan.
    """

    organisation_id: str
    index: int
    name: str
    country: Country
    trade: str
    contacts: int
    items: int
    dimensions: int
    plan: str
    tax_number: str
    registration_number: str
    is_demo: bool = False
    is_trial: bool = False
    is_nameless: bool = False
    is_lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a platform's organisations have in common.

    Attributes:
        countries: Where they are; one that stands here more often is more frequent.
        plans: What they may pay for, in the platform's words.
        some_are_large: Whether one of fourteen has more than 150 contacts, up to 5,000.
    """

    countries: Sequence[Country]
    plans: Sequence[str]
    some_are_large: bool


def organisations(seed: int, count: int, surroundings: Surroundings) -> list[Organisation]:
    """The first ``count`` organisations of ``seed``."""
    return [_organisation(seed, index, surroundings) for index in range(count)]


def _organisation(seed: int, index: int, surroundings: Surroundings) -> Organisation:
    rng = generator(seed, "organisation", index)
    country = surroundings.countries[rng.randrange(len(surroundings.countries))]
    trade, line_of_business = TRADES[rng.randrange(len(TRADES))]
    first_word = rng.choice(PLACES_IN_NAMES if rng.random() < 0.6 else SURNAMES)
    second_word = f" {rng.choice(SURNAMES)}" if rng.random() < 0.5 else ""
    tax_number, registration_number = company_numbers(rng, country.code)
    return Organisation(
        organisation_id=guid(seed, "organisation", index),
        index=index,
        name=f"{first_word}{' &' + second_word if second_word else ''} {trade} {country.suffix}",
        country=country,
        trade=line_of_business,
        contacts=_contact_count(rng, surroundings.some_are_large),
        items=rng.choice((0, 0, rng.randrange(1, 15), rng.randrange(5, 41))),
        dimensions=rng.choice((0, 1, 1, 2)),
        plan=rng.choice(surroundings.plans),
        tax_number=tax_number,
        registration_number=registration_number,
    )


def _contact_count(rng: Random, some_are_large: bool) -> int:
    usual, chance = rng.randrange(20, 151), rng.random()
    if not some_are_large or chance < 0.93:
        return usual
    if chance < 0.98:
        return rng.randrange(151, 600)
    if chance < 0.995:
        return rng.randrange(600, 2000)
    return rng.randrange(2000, 5001)
