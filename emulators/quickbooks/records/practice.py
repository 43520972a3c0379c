"""Which companies the stand-in for QuickBooks has: an accounting firm's, where they are, and the awkward ones."""

from dataclasses import replace

from emulators.books.countries import AUSTRALIA, CANADA, UNITED_KINGDOM, UNITED_STATES
from emulators.books.drawing import generator
from emulators.books.numbers import company_numbers
from emulators.books.organisations import Organisation, Surroundings
from emulators.books.organisations import organisations as generated
from emulators.books.words import SURNAMES

OWN_INDEX = 0
"""The firm's own books, which an accountant's login is offered first."""
ESSENTIALS_INDEX = 2
DEMO_INDEX = 3
TRIAL_INDEX = 4
SAME_NAME_INDEXES = (5, 6)
MANY_CONTACTS_INDEX = 7
NO_CONTACTS_INDEX = 8
SIMPLE_START_INDEX = 9
LAPSED_INDEX = 10
BRITISH_INDEX = 11
SCENARIO_MINIMUM = 12
"""With at least this many companies, the scenario ``practice`` has the awkward ones at the indexes above."""

MANY_CONTACTS = 2300

_COUNTRIES = (UNITED_STATES,) * 6 + (UNITED_KINGDOM,) * 2 + (CANADA, AUSTRALIA)
PLANS = {
    "SIMPLE_START": "QuickBooks Online Simple Start",
    "ESSENTIALS": "QuickBooks Online Essentials",
    "PLUS": "QuickBooks Online Plus",
    "ADVANCED": "QuickBooks Online Advanced",
}
_SHARES = ("SIMPLE_START", "ESSENTIALS", "PLUS", "PLUS", "PLUS", "ADVANCED")
_TRACKING = frozenset({"PLUS", "ADVANCED"})
_REALMS = (4_620_816_360_000_000_000, 9_130_340_000_000_000, 123_145_000_000_000)
"""Realms have 15 to 19 digits; most that are given out now have 19, which no floating-point number holds."""


def realm_of(guid: str) -> str:
    """The realm of a company, made of the GUID that its books have."""
    number = int(guid.replace("-", ""), 16)
    start = _REALMS[0 if number % 5 else 1 + number // 5 % 2]
    return str(start + number // 10 % 10**12)


def organisations(seed: int, count: int, scenario: str) -> list[Organisation]:
    """The first ``count`` companies of ``seed``.

    Args:
        seed: Decides everything.
        count: How many.
        scenario: ``practice`` or ``plain``.
    """
    is_practice = scenario == "practice"
    around = Surroundings(_COUNTRIES, _SHARES, is_practice)
    found = [replace(one, organisation_id=realm_of(one.organisation_id)) for one in generated(seed, count, around)]
    if found:
        name = f"{SURNAMES[seed % len(SURNAMES)]} & Partners Accountants {found[0].country.suffix}"
        found[OWN_INDEX] = replace(found[OWN_INDEX], name=name, trade="Accountancy practice", plan="ADVANCED")
    if is_practice and count >= SCENARIO_MINIMUM:
        _make_awkward(found)
    return found


def plan_name(organisation: Organisation) -> str:
    """The plan's name, which is the company's ``OfferingSku``."""
    return PLANS[organisation.plan]


def has_tracking(organisation: Organisation) -> bool:
    """Whether the plan has classes and locations."""
    return organisation.plan in _TRACKING


def is_american(organisation: Organisation) -> bool:
    """Whether the company is in the United States, where taxes are another matter."""
    return organisation.country is UNITED_STATES


def _make_awkward(found: list[Organisation]) -> None:
    found[ESSENTIALS_INDEX] = replace(found[ESSENTIALS_INDEX], plan="ESSENTIALS", dimensions=1)
    found[DEMO_INDEX] = replace(found[DEMO_INDEX], name="Sandbox Company", is_demo=True, contacts=52)
    found[TRIAL_INDEX] = replace(found[TRIAL_INDEX], is_trial=True)
    first, second = SAME_NAME_INDEXES
    found[second] = replace(found[second], name=found[first].name)
    many = found[MANY_CONTACTS_INDEX]
    found[MANY_CONTACTS_INDEX] = replace(many, contacts=MANY_CONTACTS, plan="PLUS", dimensions=2, items=30)
    found[NO_CONTACTS_INDEX] = replace(found[NO_CONTACTS_INDEX], contacts=0)
    found[SIMPLE_START_INDEX] = replace(found[SIMPLE_START_INDEX], plan="SIMPLE_START")
    found[LAPSED_INDEX] = replace(found[LAPSED_INDEX], is_lapsed=True)
    found[BRITISH_INDEX] = _as_british(replace(found[BRITISH_INDEX], plan="PLUS", dimensions=2))


def _as_british(organisation: Organisation) -> Organisation:
    tax_number, registration_number = company_numbers(generator(organisation.organisation_id, "numbers"), "GB")
    return replace(
        organisation,
        name=f"{organisation.name.removesuffix(organisation.country.suffix)}{UNITED_KINGDOM.suffix}",
        country=UNITED_KINGDOM,
        tax_number=tax_number,
        registration_number=registration_number,
    )
