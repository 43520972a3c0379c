"""Corrects outcomes and results of runs when something that had failed or waited is repaired, or given up, later."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Result, RunKind, Stage
from models.connections.writes import MADE
from models.kit.arrays import texts
from models.runs import writes as runs
from models.runs.tallies import tally_of
from rules.runs.run_results import result_of, summary

MENDED = "It failed in this run and has worked since."

_MAY_CHANGE = frozenset({Result.COMPLETED, Result.COMPLETED_WITH_FAILURES})
_GOES_ON = (RunKind.ADD_CLIENTS, RunKind.RECONNECT_ALL)
"""Kinds of runs whose clients are still being worked on after the end."""


async def mend(session: AsyncSession, connection_ids: Collection[UUID], at: datetime) -> None:
    """Correct the outcomes of these connections in finished runs, now that all of their lists are stored.

    Rows that still wait are corrected too, because their own sync may have been stopped, so that nothing else would.

    Args:
        session: The transaction that stores the lists.
        connection_ids: The connections.
        at: This moment.
    """
    connection = await session.connection()
    asked = {"ids": texts(connection_ids), "kinds": [kind.value for kind in _GOES_ON]}
    run_ids = [run_id for (run_id,) in await connection.execute(_FAILED_IN, asked)]
    if run_ids:
        mended = {"ids": asked["ids"], "run_ids": run_ids, "message": MENDED, "at": at}
        await connection.execute(_MEND, mended)
        await retell(session, run_ids)


async def give_up_waiting(session: AsyncSession, connection_id: UUID, message: str, at: datetime) -> Sequence[str]:
    """Give an outcome to rows of runs that wait for a sync which no longer exists; their causes stay.

    Args:
        session: The caller's transaction.
        connection_id: The connection of that sync.
        message: The message for people.
        at: This moment.

    Returns:
        The runs that were written to, whose messages were computed again.
    """
    await runs.lock_waiting_for(session, connection_id)
    asked = {"connection_id": connection_id, "message": message, "at": at}
    run_ids = [run_id for (run_id,) in await (await session.connection()).execute(_GIVE_UP, asked)]
    await retell(session, run_ids)
    return run_ids


async def retell(session: AsyncSession, run_ids: Collection[str]) -> None:
    """Compute result and message of finished runs again after their outcomes have changed; open runs are left alone."""
    for run_id in sorted(set(run_ids)):
        run = await runs.locked_run(session, run_id)
        if run.stage is not Stage.FINISHED or run.result not in _MAY_CHANGE or run.kind not in _GOES_ON:
            continue
        outcomes = (await tally_of(session, run_id)).counts
        run.result, run.message = result_of(run.kind, outcomes), summary(outcomes)[:500]
        session.add(run)


_FAILED_IN = text("""
    SELECT id FROM runs
    WHERE stage = 'finished' AND kind = ANY(CAST(:kinds AS text[])) AND id IN (
        SELECT o.run_id FROM run_organisations o JOIN connections c ON c.id = o.connection_id
        WHERE c.id = ANY(CAST(:ids AS text[])::uuid[]) AND o.outcome IN ('failed', 'retrying')
          AND (o.action <> 'repair' OR o.grant_id = c.grant_id))
    ORDER BY id FOR NO KEY UPDATE
""")
"""A repair is one login's: that another one reads the organisation does not make it good."""

_GIVE_UP = text("""
    UPDATE run_organisations SET outcome = 'failed', message = :message, retry_at = NULL, updated_at = :at
    WHERE connection_id = :connection_id AND outcome = 'retrying' RETURNING run_id
""")

_MEND = text(f"""
    UPDATE run_organisations o
    SET outcome = CASE o.action {" ".join(f"WHEN '{action}' THEN '{outcome}'" for action, outcome in MADE.items())} END,
        cause = NULL, message = CASE o.outcome WHEN 'failed' THEN :message END, retry_at = NULL, updated_at = :at
    FROM connections c
    WHERE c.id = o.connection_id AND c.id = ANY(CAST(:ids AS text[])::uuid[])
      AND o.run_id = ANY(CAST(:run_ids AS text[])) AND o.outcome IN ('failed', 'retrying') AND o.action IS NOT NULL
      AND (o.action <> 'repair' OR o.grant_id = c.grant_id)
""")  # noqa: S608  # put together from our own enums
