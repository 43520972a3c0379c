"""The demo's report: the awkward organisations one by one, the others as a count, and totals that must add up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from rich.table import Table

from cli.demo.awkward import AwkwardPart, Casting, ExpectedEnding
from cli.kit.output import table, words
from contracts.words.runs import Outcome
from starter.answers.runs import OrganisationAnswer, RunAnswer
from starter.software import named_of

ADDED_UP = (
    Outcome.CREATED,
    Outcome.LINKED,
    Outcome.ALREADY_CLIENT,
    Outcome.FAILED,
    Outcome.RETRYING,
    Outcome.SKIPPED,
)
"""Every outcome that an organisation can have in *Add clients*."""

Named = TypeVar("Named", bound=StrEnum)
_COLOURS = {Outcome.FAILED: "red", Outcome.RETRYING: "yellow"}


@dataclass(frozen=True, slots=True)
class Report:
    """The result of the demo.

    Attributes:
        run: The finished run.
        casting: Which organisation played which part.
        clients: How many client accounts the practice has, from the API.
        looked_at: How many clients' lists were read.
        rows: How many rows of standard information these lists have.
        again: The second run of the same choice, finished.
        unmet: A sentence for each expectation that was not met.
        seconds: How long each step took.
    """

    run: RunAnswer
    casting: Casting
    clients: int
    looked_at: int
    rows: int
    again: RunAnswer
    unmet: list[str]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def totals(self) -> str:
        """The totals in one line: ``40 listed = 34 created + 1 linked + …``."""
        return totals(len(self.run.organisations), self.run.counts)

    @property
    def looked(self) -> str:
        """A sentence on what the API says about the clients."""
        return (
            f"The API counts {self.clients} clients; the nine lists of {self.looked_at} of them "
            f"hold {self.rows:,} rows."
        )

    @property
    def repeated(self) -> str:
        """A sentence on what the second run did."""
        created = self.again.counts.get(Outcome.CREATED, 0) + self.again.counts.get(Outcome.LINKED, 0)
        return f"The same selection once more created {created} clients: {counted(self.again.counts)}."

    def as_json(self) -> dict[str, object]:
        """The report for scripts."""
        return {
            "ok": not self.unmet,
            "unmet": self.unmet,
            "totals": self.totals,
            "run_id": self.run.run_id,
            "listed": len(self.run.organisations),
            "counts": {outcome.value: self.run.counts.get(outcome, 0) for outcome in ADDED_UP},
            "causes": {cause.value: count for cause, count in self.run.causes.items()},
            "clients": self.clients,
            "lists": {"clients": self.looked_at, "rows": self.rows},
            "awkward": [
                _row_json(part, organisation, self.casting.ending(part))
                for part, organisation in awkward(self.run, self.casting)
            ],
            "second_run": {
                "run_id": self.again.run_id,
                "listed": len(self.again.organisations),
                "counts": {outcome.value: self.again.counts.get(outcome, 0) for outcome in ADDED_UP},
            },
            "seconds": self.seconds,
        }


def totals(listed: int, counts: Mapping[Outcome, int]) -> str:
    """The line of totals, with every outcome."""
    parts = [f"{counts.get(outcome, 0)} {words(outcome)}" for outcome in ADDED_UP]
    return f"{listed} listed = {' + '.join(parts)}"


def counted(counts: Mapping[Named, int]) -> str:
    """Counts in one line, without zeros."""
    return " · ".join(f"{count} {words(name)}" for name, count in counts.items() if count)


def awkward(run: RunAnswer, casting: Casting) -> list[tuple[AwkwardPart, OrganisationAnswer]]:
    """The awkward organisations in the run, in the order of the parts."""
    by_id = {organisation.organisation_id: organisation for organisation in run.organisations}
    return [
        (part, by_id[played.organisation_id])
        for part, played in casting.organisation_of.items()
        if played.organisation_id in by_id
    ]


def verdict_table(run: RunAnswer, casting: Casting) -> Table:
    """The verdicts of the awkward organisations, before anything was created."""
    made = table("Awkward one", "Organisation", "Listed as", "", title=f"Listed: {counted(run.verdicts)}")
    for part, organisation in awkward(run, casting):
        made.add_row(part.value, organisation.name, words(organisation.verdict), organisation.verdict_message or "")
    return made


def outcome_table(run: RunAnswer, casting: Casting) -> Table:
    """The outcome of each awkward organisation, and of the others together."""
    made = table("Awkward one", "Organisation", "Outcome", "Cause", "What it says")
    known = awkward(run, casting)
    for part, organisation in known:
        outcome = words(organisation.outcome)
        colour = _COLOURS.get(organisation.outcome) if organisation.outcome else None
        made.add_row(
            part.value,
            organisation.name,
            f"[{colour}]{outcome}[/]" if colour else outcome,
            named_of(words(organisation.cause), run.provider),
            named_of(said(organisation), run.provider),
        )
    theirs = {organisation.organisation_id for _, organisation in known}
    others: dict[Outcome, int] = {}
    for organisation in run.organisations:
        if organisation.organisation_id not in theirs and organisation.outcome is not None:
            others[organisation.outcome] = others.get(organisation.outcome, 0) + 1
    made.add_row("all others", f"{sum(others.values())} organisations", counted(others), "", "")
    return made


def said(organisation: OrganisationAnswer) -> str:
    """What people read beside an outcome, with the time of the next try; details for support stay in the run."""
    message = organisation.cause.sentence if organisation.cause else organisation.message or ""
    return f"{message} Next try {moment(organisation.retry_at)}." if organisation.retry_at else message


def moment(at: datetime) -> str:
    """A time of day for people, in UTC."""
    return f"{at:%d %b %H:%M} UTC"


def _row_json(part: AwkwardPart, organisation: OrganisationAnswer, ending: ExpectedEnding) -> dict[str, object]:
    return {
        "part": part.name.lower(),
        "organisation_id": organisation.organisation_id,
        "name": organisation.name,
        "verdict": organisation.verdict,
        "outcome": organisation.outcome,
        "cause": organisation.cause,
        "retry_at": organisation.retry_at,
        "expected": {"verdict": ending.verdict, "outcome": ending.outcome, "cause": ending.cause},
    }
