"""The organisations and the people that one sandbox has, and who may do what in which organisation."""

from dataclasses import dataclass, replace
from random import Random

from emulators.xero.books import numbers
from emulators.xero.books.countries import AUSTRALIA, NEW_ZEALAND, UNITED_KINGDOM, UNITED_STATES, Country
from emulators.xero.books.ids import guid
from emulators.xero.books.words import FIRST_NAMES, PLACES_IN_NAMES, SURNAMES, TRADES

DEMO_INDEX = 3
TRIAL_INDEX = 4
SAME_NAME_INDEXES = (5, 6)
MANY_CONTACTS_INDEX = 7
NO_CONTACTS_INDEX = 8
SCENARIO_MINIMUM = 12
"""With at least this many organisations, the scenario ``practice`` has the awkward ones at the indexes above."""

MANY_CONTACTS = 3000
CONNECTING_ROLES = frozenset({"STANDARD", "FINANCIALADVISER"})
"""The roles that may connect an organisation to an app."""

_COUNTRY_OF = (UNITED_KINGDOM,) * 11 + (AUSTRALIA,) * 4 + (NEW_ZEALAND,) * 3 + (UNITED_STATES,) * 2
_PLANS = ("STARTER", "STANDARD", "PREMIUM", "IGNITE", "GROW", "COMPREHENSIVE", "ULTIMATE", "LEDGER")
_ROLES = ("FINANCIALADVISER",) * 5 + ("STANDARD",) * 2 + ("READONLY",) + (None,) * 2


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation's traits; its records are generated from them.

    Attributes:
        organisation_id: GUID; also the tenant id.
        index: Its place in the sandbox, from 0.
        contacts: How many contacts, archived ones included.
        items: How many items.
        tracking: How many tracking categories, 0 to 2.
        plan: Xero's ``Class`` when it is neither demo nor trial.
        is_nameless: Whether ``/connections`` lists it with a null name, as was seen; its profile has the name.
    """

    organisation_id: str
    index: int
    name: str
    country: Country
    trade: str
    contacts: int
    items: int
    tracking: int
    plan: str
    tax_number: str
    registration_number: str
    is_demo: bool = False
    is_trial: bool = False
    is_nameless: bool = False

    @property
    def plan_class(self) -> str:
        """Xero's ``Class``."""
        return "DEMO" if self.is_demo else "TRIAL" if self.is_trial else self.plan


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in.

    Attributes:
        person_id: The ``xero_userid``.
        index: Place in the sandbox, from 0; person 0 is an adviser everywhere.
    """

    person_id: str
    index: int
    first_name: str
    last_name: str
    email: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def people(seed: int, count: int) -> list[Person]:
    """The first ``count`` people of ``seed``."""
    found: list[Person] = []
    for index in range(count):
        rng = Random(f"{seed}:person:{index}")  # noqa: S311  # invented data, no secret
        first, last = rng.choice(FIRST_NAMES), rng.choice(SURNAMES)
        number = "" if index < 3 else str(index)
        email = f"{first}.{last}{number}@example.com".lower()
        if any(other.email == email for other in found):
            email = f"{first}.{last}.{index}@example.com".lower()
        found.append(Person(guid(seed, "person", index), index, first, last, email))
    return found


def role_of(person_index: int, organisation_index: int) -> str | None:
    """Xero's role word of a person in an organisation, or None.

    Person 0 is an adviser everywhere. Of ten organisations another person advises five, is standard in two, may only
    read one and does not know two; which ones differs by person, so that people overlap.
    """
    if person_index == 0:
        return "FINANCIALADVISER"
    return _ROLES[(organisation_index * 7 + person_index * 3) % 10]


def organisations(seed: int, count: int, scenario: str) -> list[Organisation]:
    """The first ``count`` organisations of ``seed``."""
    found = [_organisation(seed, index, scenario) for index in range(count)]
    if scenario == "practice" and count >= SCENARIO_MINIMUM:
        _make_awkward(seed, found)
    return found


def _organisation(seed: int, index: int, scenario: str) -> Organisation:
    rng = Random(f"{seed}:organisation:{index}")  # noqa: S311  # invented data, no secret
    country = _COUNTRY_OF[rng.randrange(len(_COUNTRY_OF))]
    trade, line_of_business = TRADES[rng.randrange(len(TRADES))]
    first_word = rng.choice(PLACES_IN_NAMES if rng.random() < 0.6 else SURNAMES)
    second_word = f" {rng.choice(SURNAMES)}" if rng.random() < 0.5 else ""
    tax_number, registration_number = _company_numbers(rng, country)
    return Organisation(
        organisation_id=guid(seed, "organisation", index),
        index=index,
        name=f"{first_word}{' &' + second_word if second_word else ''} {trade} {country.suffix}",
        country=country,
        trade=line_of_business,
        contacts=_contact_count(rng, scenario),
        items=rng.choice((0, 0, rng.randrange(1, 15), rng.randrange(5, 41))),
        tracking=rng.choice((0, 1, 1, 2)),
        plan=rng.choice(_PLANS),
        tax_number=tax_number,
        registration_number=registration_number,
    )


def _contact_count(rng: Random, scenario: str) -> int:
    usual, chance = rng.randrange(20, 151), rng.random()
    if scenario != "practice" or chance < 0.93:
        return usual
    if chance < 0.98:
        return rng.randrange(151, 600)
    if chance < 0.995:
        return rng.randrange(600, 2000)
    return rng.randrange(2000, 5001)


def _company_numbers(rng: Random, country: Country) -> tuple[str, str]:
    if country.code == "GB":
        return numbers.uk_vat_number(rng), numbers.uk_company_number(rng)
    if country.code == "AU":
        company_number = numbers.acn(rng)
        return numbers.abn(company_number), company_number
    if country.code == "NZ":
        return numbers.nz_ird_number(rng), numbers.nz_company_number(rng)
    number = numbers.ein(rng)
    return number, number


def _make_awkward(seed: int, found: list[Organisation]) -> None:
    rng = Random(f"{seed}:demo")  # noqa: S311  # invented data, no secret
    tax_number, registration_number = _company_numbers(rng, UNITED_KINGDOM)
    found[DEMO_INDEX] = replace(
        found[DEMO_INDEX],
        name="Demo Company (UK)",
        country=UNITED_KINGDOM,
        is_demo=True,
        contacts=52,
        tax_number=tax_number,
        registration_number=registration_number,
    )
    found[TRIAL_INDEX] = replace(found[TRIAL_INDEX], is_trial=True)
    first, second = SAME_NAME_INDEXES
    country = found[first].country
    tax_number, registration_number = _company_numbers(rng, country)
    found[second] = replace(
        found[second],
        name=found[first].name,
        country=country,
        tax_number=tax_number,
        registration_number=registration_number,
    )
    found[MANY_CONTACTS_INDEX] = replace(found[MANY_CONTACTS_INDEX], contacts=MANY_CONTACTS)
    found[NO_CONTACTS_INDEX] = replace(found[NO_CONTACTS_INDEX], contacts=0)
