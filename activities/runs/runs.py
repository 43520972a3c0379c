"""Writes what a run itself has: stages, outcomes that no other activity writes, and the run's end."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.pulls.lease import holder
from activities.shared.failures import met_at
from contracts.payloads.pulling import HandOverInput, RecordFailureInput
from contracts.payloads.runs import EnterStageInput, FinishRunInput, ReopenRunInput, RunResult, SeeRunInput
from contracts.payloads.sync_client import SettleSyncInput
from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Stage
from models.connections import health as connection_health
from models.connections import leases
from models.connections import writes as connections
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.runs import ends as run_ends
from models.runs import results as run_results
from models.runs import writes as runs
from models.runs.tables import Run


class RunActivities:
    """Activities that change runs and their rows in short transactions.

    Args:
        database: Where runs are stored.
        now: The clock.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = this_moment) -> None:
        self._database = database
        self._now = now

    @activity.defn
    async def see_run(self, asked: SeeRunInput) -> bool:
        """Whether the run is in the database."""
        async with self._database.session() as session:
            return await session.get(Run, asked.run_id) is not None

    @activity.defn
    async def enter_stage(self, asked: EnterStageInput) -> None:
        """Record the stage that a run has reached; a stage that would take the run back is ignored."""
        async with self._database.transaction() as session:
            run = await runs.locked_run(session, asked.run_id)
            if runs.enter(session, run, asked.stage):
                run.message = asked.message or run.message

    @activity.defn
    async def hand_over(self, asked: HandOverInput) -> None:
        """Record that a client got a ``SyncClient`` of its own: outcome, health and event together."""
        at = self._now()
        async with self._database.transaction() as session:
            await connection_health.lock(session, (asked.connection_id,))
            row = await connections.run_row(session, asked.run_id, asked.connection_id, locked=True)
            if row is None or row.outcome is not None:  # the run's end gives one to each
                return
            await runs.settle(
                session,
                row,
                Outcome.RETRYING,
                at,
                cause=asked.cause,
                message=asked.cause.sentence,
                retry_at=asked.retry_at,
            )
            await _record_trouble(session, asked, asked.cause, at, asked.retry_at)
            await leases.release(session, (asked.connection_id,), holder=asked.run_id)

    @activity.defn
    async def record_failure(self, asked: RecordFailureInput) -> None:
        """Record a client's failure, unless the pull has recorded it."""
        at = self._now()
        async with self._database.transaction() as session:
            await connection_health.lock(session, (asked.connection_id,))
            row = await connections.run_row(session, asked.run_id, asked.connection_id, locked=True)
            if row is None or row.outcome is not None:
                return
            await runs.settle(session, row, Outcome.FAILED, at, cause=asked.cause, message=asked.cause.sentence)
            await _record_trouble(session, asked, asked.cause, at)
            await leases.release(session, (asked.connection_id,), holder=asked.run_id)

    @activity.defn
    async def settle_sync(self, asked: SettleSyncInput) -> None:
        """Write the end, or the next try, of a client's sync to every run that waits for it."""
        at = self._now()
        async with self._database.transaction() as session:
            if not asked.sources:
                settled = await connections.settle_waiting(
                    session,
                    asked.connection_id,
                    at,
                    cause=asked.cause,
                    retry_at=asked.retry_at,
                    logins=asked.logins,
                )
                await session.flush()
                await run_results.retell(session, settled)
            if asked.cause is not None:
                await _record_trouble(session, asked, asked.cause, at, asked.retry_at)
                await leases.release(session, (asked.connection_id,), holder=holder())

    @activity.defn
    async def reopen_run(self, asked: ReopenRunInput) -> bool:
        """Whether a finished run was put back to be done again.

        Whoever asks for a retry does that in the transaction that starts this workflow; this activity waits for it with
        the run's lock. If that transaction was rolled back, the run stays finished, as the person was told.
        """
        async with self._database.transaction() as session:
            run = await runs.locked_run(session, asked.run_id)
            return run.stage is not Stage.FINISHED

    @activity.defn
    async def finish_run(self, asked: FinishRunInput) -> RunResult:
        """End the run: every organisation gets an outcome, and the run its result. A second call changes nothing."""
        at = self._now()
        async with self._database.transaction() as session:
            run = await runs.locked_run(session, asked.run_id)
            ended = await run_ends.finish(session, run, at, asked.result, asked.message)
        async with self._database.transaction() as session:  # after the run's own lock: pulls lock in the other order
            await leases.release_of_run(session, run.id)
        return RunResult(
            run_id=run.id,
            result=ended.result,
            counts=ended.outcomes,
            causes=ended.causes,
            message=ended.message,
        )


async def _record_trouble(
    session: AsyncSession,
    asked: HandOverInput | RecordFailureInput | SettleSyncInput,
    cause: Cause,
    at: datetime,
    retry_at: datetime | None = None,
) -> None:
    """Write what a client met to its connection, unless the connection was read since."""
    await connections.record_trouble(
        session,
        asked.connection_id,
        cause,
        asked.detail,
        at,
        until=retry_at if cause is Cause.RATE_LIMITED else None,
        login=asked.grant_id,
        met_at=met_at(),
    )
