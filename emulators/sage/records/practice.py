"""Which businesses the stand-in for Sage has: a practice of Partner Edition, where they are, and the awkward ones."""

from dataclasses import replace
from uuid import UUID

from emulators.books.countries import CANADA, IRELAND, UNITED_KINGDOM
from emulators.books.organisations import Organisation, Surroundings
from emulators.books.organisations import organisations as generated
from emulators.books.words import SURNAMES

OWN_INDEX = 0
"""The practice's own business: the lead business of whoever reaches it."""
DEMO_INDEX = 3
TRIAL_INDEX = 4
SAME_NAME_INDEXES = (5, 6)
MANY_CONTACTS_INDEX = 7
NO_CONTACTS_INDEX = 8
START_INDEX = 9
LAPSED_INDEX = 10
NORTHERN_IRELAND_INDEX = 11
SCENARIO_MINIMUM = 12
"""With at least this many businesses, the scenario ``practice`` has the awkward ones at the indexes above."""

MANY_CONTACTS = 2300

_COUNTRIES = (UNITED_KINGDOM,) * 6 + (IRELAND,) * 2 + (CANADA,) * 2
_PLANS = ("START", "MICRO", "ACCOUNTS", "STANDARD", "STANDARD", "PLUS", "PLUS", "PLUS")
_NAMES = {
    "START": "Accounting Start",
    "MICRO": "Accounting Start",
    "ACCOUNTS": "Accounting Standard",
    "STANDARD": "Accounting Standard",
    "PLUS": "Accounting Plus",
}
_TIERS = {"START": "START", "MICRO": "START", "ACCOUNTS": "STANDARD", "STANDARD": "STANDARD", "PLUS": "PLUS"}


def organisations(seed: int, count: int, scenario: str) -> list[Organisation]:
    """The first ``count`` businesses of ``seed``.

    Args:
        seed: Decides everything.
        count: How many.
        scenario: ``practice`` or ``plain``.
    """
    is_practice = scenario == "practice"
    found = [_as_here(one) for one in generated(seed, count, Surroundings(_COUNTRIES, _PLANS, is_practice))]
    if found:
        name = f"{SURNAMES[seed % len(SURNAMES)]} & Partners Accountants {found[0].country.suffix}"
        found[OWN_INDEX] = replace(found[OWN_INDEX], name=name, trade="Accountancy practice", plan="PLUS")
    if is_practice and count >= SCENARIO_MINIMUM:
        _make_awkward(found)
    return found


def tier(organisation: Organisation) -> str:
    """What the plan of a business comes to: ``START``, ``STANDARD`` or ``PLUS``."""
    return _TIERS[organisation.plan]


def plan_name(organisation: Organisation) -> str:
    """The plan's name."""
    return _NAMES[organisation.plan]


def is_northern_irish(organisation: Organisation) -> bool:
    """Whether a business is based in Northern Ireland."""
    return organisation.country is UNITED_KINGDOM and organisation.index % 20 == NORTHERN_IRELAND_INDEX


def _as_here(organisation: Organisation) -> Organisation:
    """With an id as Sage writes it, and a plan that its country has: Canada has no Standard."""
    plan = organisation.plan
    if organisation.country is CANADA and _TIERS[plan] == "STANDARD":
        plan = "PLUS"
    return replace(organisation, organisation_id=UUID(organisation.organisation_id).hex, plan=plan)


def _make_awkward(found: list[Organisation]) -> None:
    found[DEMO_INDEX] = replace(found[DEMO_INDEX], name="Demonstration Business", is_demo=True, contacts=52)
    found[TRIAL_INDEX] = replace(found[TRIAL_INDEX], is_trial=True)
    first, second = SAME_NAME_INDEXES
    found[second] = replace(found[second], name=found[first].name)
    found[MANY_CONTACTS_INDEX] = replace(found[MANY_CONTACTS_INDEX], contacts=MANY_CONTACTS, plan="PLUS")
    found[NO_CONTACTS_INDEX] = replace(found[NO_CONTACTS_INDEX], contacts=0)
    found[START_INDEX] = replace(found[START_INDEX], plan="START")
    found[LAPSED_INDEX] = replace(found[LAPSED_INDEX], is_lapsed=True)
    found[NORTHERN_IRELAND_INDEX] = replace(found[NORTHERN_IRELAND_INDEX], country=UNITED_KINGDOM)
