"""Which organisations the stand-in for Xero has: where they are, what they pay for, and the awkward ones."""

from dataclasses import replace

from emulators.books.countries import AUSTRALIA, NEW_ZEALAND, UNITED_KINGDOM, UNITED_STATES
from emulators.books.drawing import generator
from emulators.books.numbers import company_numbers
from emulators.books.organisations import Organisation, Surroundings
from emulators.books.organisations import organisations as generated
from emulators.books.people import Role

DEMO_INDEX = 3
TRIAL_INDEX = 4
SAME_NAME_INDEXES = (5, 6)
MANY_CONTACTS_INDEX = 7
NO_CONTACTS_INDEX = 8
SCENARIO_MINIMUM = 12
"""With at least this many organisations, the scenario ``practice`` has the awkward ones at the indexes above."""

MANY_CONTACTS = 3000
CONNECTING_ROLES = frozenset({Role.STANDARD, Role.ADVISER})
"""The roles that may connect an organisation to an app."""

_COUNTRIES = (UNITED_KINGDOM,) * 11 + (AUSTRALIA,) * 4 + (NEW_ZEALAND,) * 3 + (UNITED_STATES,) * 2
_PLANS = ("STARTER", "STANDARD", "PREMIUM", "IGNITE", "GROW", "COMPREHENSIVE", "ULTIMATE", "LEDGER")


def organisations(seed: int, count: int, scenario: str) -> list[Organisation]:
    """The first ``count`` organisations of ``seed``.

    Args:
        seed: Decides everything.
        count: How many.
        scenario: ``practice`` or ``plain``.
    """
    is_practice = scenario == "practice"
    found = generated(seed, count, Surroundings(_COUNTRIES, _PLANS, some_are_large=is_practice))
    if is_practice and count >= SCENARIO_MINIMUM:
        _make_awkward(seed, found)
    return found


def plan_class(organisation: Organisation) -> str:
    """Xero's ``Class``."""
    return "DEMO" if organisation.is_demo else "TRIAL" if organisation.is_trial else organisation.plan


def _make_awkward(seed: int, found: list[Organisation]) -> None:
    rng = generator(seed, "demo")
    tax_number, registration_number = company_numbers(rng, "GB")
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
    tax_number, registration_number = company_numbers(rng, country.code)
    found[second] = replace(
        found[second],
        name=found[first].name,
        country=country,
        tax_number=tax_number,
        registration_number=registration_number,
    )
    found[MANY_CONTACTS_INDEX] = replace(found[MANY_CONTACTS_INDEX], contacts=MANY_CONTACTS)
    found[NO_CONTACTS_INDEX] = replace(found[NO_CONTACTS_INDEX], contacts=0)
