"""The awkward organisations of the demo: which plays which part, what happens to it, and how it must end.

A stand-in's data already has a demo company, two of one name, one with many contacts and one with none, and others
that only this stand-in has. The rest are ordinary organisations that get a fault through the stand-in's control calls.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from cli.demo import FEWEST
from cli.demo.failure import DemoError
from cli.demo.sandbox import FaultToAdd, SandboxOrganisation
from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Verdict

MINUTE_WAIT = 4.0
"""Seconds: a real limit of a minute lasts up to 60, which the run waits out in the same way."""

DAY_WAIT = 6 * 3600.0
"""Seconds until a day's calls are given again; fixed, so that the demo ends the same at any hour."""


class When(Enum):
    """The moments at which something happens to an organisation."""

    BEFORE_SIGN_IN = "before sign-in"
    AFTER_LISTING = "after listing"


class ExpectedEnding(NamedTuple):
    """The result that an organisation must have.

    Attributes:
        verdict: Its verdict in the list.
        outcome: Its outcome in the report.
        cause: The cause of that outcome; None without one.
    """

    verdict: Verdict
    outcome: Outcome
    cause: Cause | None = None


class AwkwardPart(Enum):
    """The parts that there are at any stand-in, each with its title, in the report's order."""

    OWN = "the practice's own business"
    DEMO = "demo company"
    TRIAL = "trial organisation"
    NAMESAKE = "one of two of one name"
    OTHER_NAMESAKE = "the other of that name"
    COLLEAGUES = "a colleague's client already"
    LOOKALIKE = "looks like an existing client"
    MANY_CONTACTS = "thousands of contacts"
    NO_CONTACTS = "no contacts"
    NO_DIMENSIONS = "a plan without dimensions"
    NO_CURRENCIES = "a plan without other currencies"
    SUBSCRIPTION_ENDED = "subscription has ended"
    ACCESS_LOST = "loses access after listing"
    ROLE_TOO_LOW = "may not read one list"
    OFFLINE = "offline for the whole run"
    OUT_OF_CALLS = "out of calls for the day"
    FAULTY = "answers 500 twice, then works"
    LIMITED = "meets a limit of calls"


CREATED = ExpectedEnding(Verdict.NEW, Outcome.CREATED)
IsOne = Callable[[SandboxOrganisation], bool]


class Played(NamedTuple):
    """How a part is played at a stand-in.

    Attributes:
        ending: The result that whoever plays it must have.
        is_one: Tells whether the stand-in's data made an organisation for it; None where any ordinary one will do.
        fault: What goes wrong with it, in the stand-in's words.
        when: When that happens.
    """

    ending: ExpectedEnding = CREATED
    is_one: IsOne | None = None
    fault: FaultToAdd | None = None
    when: When = When.AFTER_LISTING


Parts = Mapping[AwkwardPart, Played]
"""The parts that are played at one stand-in."""


def everywhere(many: int) -> Parts:
    """The parts that are played at every stand-in.

    Args:
        many: How many contacts the organisation has that has thousands.
    """
    return {
        AwkwardPart.DEMO: Played(ExpectedEnding(Verdict.DEMO_OR_TRIAL, Outcome.SKIPPED), lambda one: one.is_demo),
        AwkwardPart.TRIAL: Played(ExpectedEnding(Verdict.DEMO_OR_TRIAL, Outcome.CREATED), lambda one: one.is_trial),
        AwkwardPart.MANY_CONTACTS: Played(is_one=lambda one: one.contacts == many),
        AwkwardPart.NO_CONTACTS: Played(is_one=lambda one: one.contacts == 0),
        AwkwardPart.NAMESAKE: Played(),
        AwkwardPart.OTHER_NAMESAKE: Played(),
        AwkwardPart.COLLEAGUES: Played(ExpectedEnding(Verdict.ALREADY_CLIENT, Outcome.ALREADY_CLIENT)),
        AwkwardPart.LOOKALIKE: Played(ExpectedEnding(Verdict.LOOKS_LIKE_CLIENT, Outcome.LINKED)),
    }


class Casting(NamedTuple):
    """Which organisation plays which part.

    Attributes:
        organisation_of: The organisations, in the report's order.
        parts: How the parts are played.
    """

    organisation_of: dict[AwkwardPart, SandboxOrganisation]
    parts: Parts

    def ending(self, part: AwkwardPart) -> ExpectedEnding:
        """The result that whoever plays a part must have."""
        return self.parts[part].ending

    def faults(self, when: When) -> Iterator[FaultToAdd]:
        """The faults for a moment."""
        for part, organisation in self.organisation_of.items():
            played = self.parts[part]
            if played.fault is not None and played.when is when:
                yield played.fault._replace(organisation_id=organisation.organisation_id)

    def part_of(self, organisation_id: str) -> AwkwardPart | None:
        """The part of an organisation; None for ordinary ones."""
        parts = (part for part, played in self.organisation_of.items() if played.organisation_id == organisation_id)
        return next(parts, None)

    def is_left_out(self, organisation_id: str) -> bool:
        """Whether the colleague does not choose it."""
        part = self.part_of(organisation_id)
        return part is not None and self.ending(part).outcome is Outcome.SKIPPED


def cast_parts(
    organisations: Sequence[SandboxOrganisation], within_colleagues_reach: Sequence[str], parts: Parts
) -> Casting:
    """Give each part to an organisation; the same practice always gives the same result.

    Args:
        organisations: All organisations of the stand-in.
        within_colleagues_reach: Ids of those that Ben can connect.
        parts: How the parts are played there.

    Raises:
        DemoError: A part finds nobody.
    """
    found = {
        part: _one(part, (one for one in organisations if played.is_one(one)))
        for part, played in parts.items()
        if played.is_one is not None
    }
    special = {one.organisation_id for one in found.values()}
    twins = _namesakes([one for one in organisations if one.organisation_id not in special])
    found[AwkwardPart.NAMESAKE], found[AwkwardPart.OTHER_NAMESAKE] = twins
    taken = special | {one.organisation_id for one in twins}
    ordinary = [o for o in organisations if o.organisation_id not in taken and not (o.is_demo or o.is_trial)]
    reach = set(within_colleagues_reach)
    found[AwkwardPart.COLLEAGUES] = _one(AwkwardPart.COLLEAGUES, (o for o in ordinary if o.organisation_id in reach))
    left = iter([o for o in ordinary if o is not found[AwkwardPart.COLLEAGUES]])
    for part in AwkwardPart:
        if part in parts and part not in found:
            found[part] = _one(part, left)
    return Casting({part: found[part] for part in AwkwardPart if part in parts}, parts)


def _one(part: AwkwardPart, candidates: Iterator[SandboxOrganisation]) -> SandboxOrganisation:
    found = next(candidates, None)
    if found is None:
        raise DemoError(f"No organisation of the stand-in can play “{part.value}”; use at least {FEWEST}.")
    return found


def _namesakes(organisations: Sequence[SandboxOrganisation]) -> tuple[SandboxOrganisation, SandboxOrganisation]:
    by_name: dict[str, list[SandboxOrganisation]] = defaultdict(list)
    for organisation in organisations:
        by_name[organisation.name].append(organisation)
    pairs = (tuple(same[:2]) for same in by_name.values() if len(same) >= 2)
    for first, second in pairs:
        return first, second
    raise DemoError(f"No two organisations of the stand-in have one name; use at least {FEWEST}.")
