"""The end of a run: every organisation gets an outcome, the run its result, and the history one event."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Result, RunKind, Stage
from models.events import writes as events
from models.runs import reassignments
from models.runs import writes as runs
from models.runs.tables import Run
from models.runs.tallies import tally_of
from rules.runs.run_results import result_of, summary


class End(NamedTuple):
    """The result of a run, its message, and the counts of outcomes and causes."""

    result: Result
    message: str
    outcomes: dict[Outcome, int]
    causes: dict[Cause, int]


async def finish(session: AsyncSession, run: Run, at: datetime, result: Result | None, message: str | None) -> End:
    """End a run; one that has ended already stays as it is.

    Args:
        session: The transaction in which the run is locked.
        run: The run.
        at: This moment.
        result: How it ended; None to compute it from the outcomes.
        message: The message for the colleague; None to compose it from the counts.
    """
    if run.stage is Stage.FINISHED and run.result is not None:
        return End(run.result, run.message or "", *await _counted(session, run.id))
    await runs.close_books(session, run, at)
    if run.kind is RunKind.REASSIGN_CLIENTS:
        await reassignments.tell_old_owners(session, run.id, at)  # of what moved, however the run ended
    outcomes, causes = await _counted(session, run.id)
    ended = End(result or result_of(run.kind, outcomes), message or summary(outcomes), outcomes, causes)
    runs.end(run, ended.result, ended.message, at)
    session.add(run)
    await events.record(
        session,
        [
            {
                "practice_id": run.practice_id,
                "run_id": run.id,
                "colleague_id": run.colleague_id,
                "kind": "run.finished",
                "after": ended.result.value,
                "at": at,
            }
        ],
    )
    return ended


async def _counted(session: AsyncSession, run_id: str) -> tuple[dict[Outcome, int], dict[Cause, int]]:
    tally = await tally_of(session, run_id)
    return tally.counts, tally.causes
