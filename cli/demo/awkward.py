"""The awkward organisations of the demo: which plays which part, what happens to it, and how it must end.

The stand-in's data already has a demo company, a trial, two of one name, one with many contacts and one with none. The
others are ordinary organisations that get a fault through the stand-in's control calls.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from cli.demo import FEWEST
from cli.demo.failure import DemoError
from cli.demo.sandbox import Fault, SandboxOrganisation
from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Verdict

MANY = 3_000
MINUTE_WAIT = 4.0
"""Seconds: a real minute limit lasts up to 60, which the run waits out in the same way."""

DAY_WAIT = 6 * 3600.0
"""Seconds until a day's calls are given again; fixed, so that the demo ends the same at any hour."""


class When(Enum):
    """The moments at which something happens to an organisation."""

    NEVER = "never"
    BEFORE_SIGN_IN = "before sign-in"
    AFTER_LISTING = "after listing"


class Ending(NamedTuple):
    """The result that an organisation must have.

    Attributes:
        verdict: Its verdict in the list.
        outcome: Its outcome in the report.
        cause: The cause of that outcome; None without one.
    """

    verdict: Verdict
    outcome: Outcome
    cause: Cause | None = None


class Part(Enum):
    """The parts, each with its title, in the report's order."""

    DEMO = "demo company"
    TRIAL = "trial organisation"
    NAMESAKE = "one of two of one name"
    OTHER_NAMESAKE = "the other of that name"
    COLLEAGUES = "a colleague's client already"
    LOOKALIKE = "looks like an existing client"
    MANY_CONTACTS = "3,000 contacts"
    NO_CONTACTS = "no contacts"
    ACCESS_LOST = "loses access after listing"
    OFFLINE = "offline for the whole run"
    OUT_OF_CALLS = "out of calls for the day"
    FAULTY = "answers 500 twice, then works"
    MINUTE_LIMIT = "meets the minute limit"

    @property
    def ending(self) -> Ending:
        """The result that it must have."""
        return _ENDINGS.get(self, Ending(Verdict.NEW, Outcome.CREATED))

    @property
    def when(self) -> When:
        """The moment at which something happens to it."""
        if self is Part.OFFLINE:
            return When.BEFORE_SIGN_IN
        return When.AFTER_LISTING if self in _BEFALLEN else When.NEVER


_ENDINGS = {
    Part.DEMO: Ending(Verdict.DEMO_OR_TRIAL, Outcome.SKIPPED),
    Part.TRIAL: Ending(Verdict.DEMO_OR_TRIAL, Outcome.CREATED),
    Part.COLLEAGUES: Ending(Verdict.ALREADY_CLIENT, Outcome.ALREADY_CLIENT),
    Part.LOOKALIKE: Ending(Verdict.LOOKS_LIKE_CLIENT, Outcome.LINKED),
    Part.ACCESS_LOST: Ending(Verdict.NEW, Outcome.FAILED, Cause.ACCESS_LOST),
    Part.OFFLINE: Ending(Verdict.NEW, Outcome.RETRYING, Cause.PROVIDER_UNAVAILABLE),
    Part.OUT_OF_CALLS: Ending(Verdict.NEW, Outcome.RETRYING, Cause.RATE_LIMITED),
}

_BEFALLEN = (Part.ACCESS_LOST, Part.OFFLINE, Part.OUT_OF_CALLS, Part.FAULTY, Part.MINUTE_LIMIT)
"""Those to whom something happens; what it is in a stand-in's words stands in ``cli/demo/stand_ins``."""


class Casting(NamedTuple):
    """Which organisation plays which part."""

    organisation_of: dict[Part, SandboxOrganisation]

    def faults(self, when: When, faults: Mapping[Part, Fault]) -> Iterator[Fault]:
        """The faults for a moment.

        Args:
            when: The moment.
            faults: The fault for each part, in the stand-in's words.
        """
        for part, organisation in self.organisation_of.items():
            if part.when is when:
                yield faults[part]._replace(organisation_id=organisation.organisation_id)

    def part_of(self, organisation_id: str) -> Part | None:
        """The part of an organisation; None for ordinary ones."""
        parts = (part for part, played in self.organisation_of.items() if played.organisation_id == organisation_id)
        return next(parts, None)


def cast_parts(organisations: Sequence[SandboxOrganisation], within_colleagues_reach: Sequence[str]) -> Casting:
    """Give each part to an organisation; the same practice always gives the same result.

    Args:
        organisations: All organisations of the stand-in.
        within_colleagues_reach: Ids of those that Ben can connect.

    Raises:
        DemoError: A part finds nobody.
    """
    first, second = _namesakes(organisations)
    found = {
        Part.DEMO: _one(Part.DEMO, (o for o in organisations if o.is_demo)),
        Part.TRIAL: _one(Part.TRIAL, (o for o in organisations if o.is_trial)),
        Part.NAMESAKE: first,
        Part.OTHER_NAMESAKE: second,
        Part.MANY_CONTACTS: _one(Part.MANY_CONTACTS, (o for o in organisations if o.contacts == MANY)),
        Part.NO_CONTACTS: _one(Part.NO_CONTACTS, (o for o in organisations if o.contacts == 0)),
    }
    taken = {organisation.organisation_id for organisation in found.values()}
    ordinary = [o for o in organisations if o.organisation_id not in taken and not (o.is_demo or o.is_trial)]
    reach = set(within_colleagues_reach)
    found[Part.COLLEAGUES] = _one(Part.COLLEAGUES, (o for o in ordinary if o.organisation_id in reach))
    left = iter([o for o in ordinary if o is not found[Part.COLLEAGUES]])
    for part in (Part.LOOKALIKE, *_BEFALLEN):
        found[part] = _one(part, left)
    return Casting({part: found[part] for part in Part})


def _one(part: Part, candidates: Iterator[SandboxOrganisation]) -> SandboxOrganisation:
    found = next(candidates, None)
    if found is None:
        raise DemoError(f"No organisation of the stand-in can play “{part.value}”; use at least {FEWEST}.")
    return found


def _namesakes(organisations: Sequence[SandboxOrganisation]) -> tuple[SandboxOrganisation, SandboxOrganisation]:
    by_name: dict[str, list[SandboxOrganisation]] = defaultdict(list)
    for organisation in organisations:
        if not (organisation.is_demo or organisation.is_trial or organisation.contacts in (0, MANY)):
            by_name[organisation.name].append(organisation)
    pairs = (tuple(same[:2]) for same in by_name.values() if len(same) >= 2)
    for first, second in pairs:
        return first, second
    raise DemoError(f"No two organisations of the stand-in have one name; use at least {FEWEST}.")
