"""What a run's page shows at each stage: one part, which is a template with its values.

A kind of run that needs another part at a stage registers it in ``PARTS``; all others get the usual part.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from contracts.words.runs import RunKind, Stage
from starter.access.sessions import SignedIn
from starter.answers.run_words import progress_of
from starter.answers.views import RunSnapshot, RunView
from starter.operations import Operations
from web.pages.runs import drafts, expected, selecting, sign_ins, taking_over
from web.pages.runs import leftovers as run_leftovers
from web.pages.runs import report as run_report
from web.pages.runs.choice_forms import Chosen


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run's page and who looks at it.

    Attributes:
        door: All operations.
        viewer: The signed-in colleague.
        report: The run, with its outcomes in groups.
        snapshot: The run's numbers at this moment.
        query: The parameters of the page's address.
        chosen: A choice that was sent and is shown again, or that a file has made.
    """

    door: Operations
    viewer: SignedIn
    report: RunView
    snapshot: RunSnapshot
    query: QueryParams
    chosen: Chosen | None = None


SIGNED_IN = "signed_in"
"""In the address of who comes back from the provider."""

Values = Mapping[str, Any]
"""What a template shows, by name."""


@dataclass(frozen=True, slots=True)
class StagePart:
    """A part of the page.

    Attributes:
        template: In ``templates/runs/``; it gets ``run``, ``report`` and ``snapshot`` besides its own values.
        values: A function that finds its values.
    """

    template: str
    values: Callable[[RunPage], Awaitable[Values]]


async def _awaiting_consent(look: RunPage) -> Values:
    # Who comes back from a sign-in is here before the run has begun to list; being asked again would be odd.
    run = look.report.run
    return {
        "is_signed_in": SIGNED_IN in look.query and not run.message,
        "to_allow": await look.door.runs.to_allow_again(look.viewer.actor, run.id),
        **await sign_ins.values(look.door, look.viewer.actor, run.id),
        **expected.values(await look.door.expected_organisations.expected(look.viewer.actor, run.id)),
    }


async def _working(look: RunPage) -> Values:
    run = look.report.run
    return {
        "progress": progress_of(
            run.kind, look.snapshot, is_hand_over=run.is_hand_over, title=look.door.software.title(run.provider)
        )
    }


async def _selecting(look: RunPage) -> Values:
    run = look.report.run
    chosen = look.chosen or await drafts.left(look.door, look.viewer.actor, run.id)
    queue = await look.door.expected_organisations.expected(look.viewer.actor, run.id)
    return {
        **await selecting.values(look.door, look.viewer.actor, run.id, run.provider, chosen, queue),
        **expected.values(queue),
    }


async def _finished(look: RunPage) -> Values:
    return await run_report.values(look.door, look.viewer.actor, look.report, look.query)


async def _taking_over(look: RunPage) -> Values:
    return await taking_over.values(look.door, look.viewer.actor, look.report.run.id, look.chosen)


async def _reconnected(look: RunPage) -> Values:
    return {**await _finished(look), **await run_leftovers.of_reconnect(look.door, look.viewer.actor, look.report)}


async def _reassigned(look: RunPage) -> Values:
    actor = look.viewer.actor
    left = await run_leftovers.of_reassign(look.door, actor, look.report)
    taker = None if left["taker_id"] == actor.colleague_id else str(left["taker"])
    return {**await run_report.values(look.door, actor, look.report, look.query, taker), **left}


_WORKING = StagePart("runs/working.html", _working)

PARTS: dict[tuple[RunKind | None, Stage], StagePart] = {
    (None, Stage.AWAITING_CONSENT): StagePart("runs/awaiting_consent.html", _awaiting_consent),
    (None, Stage.LISTING): _WORKING,
    (None, Stage.AWAITING_SELECTION): _WORKING,
    (None, Stage.AWAITING_CONFIRMATION): _WORKING,
    (None, Stage.CREATING): _WORKING,
    (None, Stage.REPAIRING): _WORKING,
    (None, Stage.REASSIGNING): _WORKING,
    (None, Stage.PULLING): _WORKING,
    (None, Stage.FINISHED): StagePart("runs/finished.html", _finished),
    (RunKind.ADD_CLIENTS, Stage.AWAITING_SELECTION): StagePart("runs/selecting.html", _selecting),
    (RunKind.REASSIGN_CLIENTS, Stage.AWAITING_SELECTION): StagePart("runs/taking_over.html", _taking_over),
    (RunKind.RECONNECT_ALL, Stage.FINISHED): StagePart("runs/finished.html", _reconnected),
    (RunKind.REASSIGN_CLIENTS, Stage.FINISHED): StagePart("runs/finished.html", _reassigned),
}
"""The parts by kind and stage; the kind None is for all that have none of their own."""


AFTER_THE_CHOICE = {RunKind.ADD_CLIENTS: Stage.CREATING, RunKind.REASSIGN_CLIENTS: Stage.REASSIGNING}
"""The stage that follows once people have chosen, for kinds of which a run's page shows the choice."""


def part_of(kind: RunKind, stage: Stage) -> StagePart:
    """The part that a run of this kind shows at this stage."""
    return PARTS.get((kind, stage)) or PARTS[None, stage]
