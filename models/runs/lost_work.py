"""Finds what the database calls open but no workflow works on, and closes it with a message that says so.

A workflow that was terminated, or that the workflow server no longer has, leaves its run open, its client *retrying* or
its connection *disconnecting* for ever. Callers hand in the function that asks whether a workflow is running.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import TextClause, text

from contracts.words.connections import ConnectionStatus
from contracts.words.names import disconnect_client_id, sync_client_id
from contracts.words.runs import Result, RunKind
from models.connections import changes as connection_changes
from models.connections import disconnections, leases
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.runs import ends as run_ends
from models.runs import results as run_results
from models.runs import writes as runs

IsAtWork = Callable[[str], Awaitable[bool]]
"""Whether a workflow with this id has begun and not ended."""

GRACE = timedelta(minutes=5)
"""What was written so recently may be just beginning or just ending."""

AT_ONCE = 10
"""Questions to the workflow server at once."""

LOST = "It was stopped from outside before it had ended. What was already done stays; start it again for the rest."
SYNC_LOST = "Its sync was stopped from outside, so nothing tries it again by itself. Refresh the client on its page."


class ClosedWork(NamedTuple):
    """How many runs, clients that waited in runs, and disconnectings were closed."""

    runs: int
    waiting: int
    disconnecting: int


One = TypeVar("One")


class _OfClient(NamedTuple):
    connection_id: UUID
    slug: str
    code: str


class LostWork:
    """Finds and closes what no workflow works on.

    Args:
        database: The product's database.
        is_at_work: Asks the Temporal server whether a workflow is running.
        now: The clock.
    """

    def __init__(self, database: Database, is_at_work: IsAtWork, now: Callable[[], datetime] = this_moment) -> None:
        self._database = database
        self._is_at_work = is_at_work
        self._now = now

    async def close_all(self) -> ClosedWork:
        """Close the lost work of every practice; what changed within ``GRACE`` is left alone."""
        before = self._now() - GRACE
        open_runs = [str(run_id) for (run_id,) in await self._rows(_OPEN, before=before)]
        closed = [await self.close_run(run_id) for run_id in await self._lost(open_runs, _itself)]
        waiting = await self._close_waiting(await self._rows(_WAITING, before=before, run_id=None))
        leaving = [_OfClient(*row) for row in await self._rows(_LEAVING, before=before)]
        kept = [await self._keep(one) for one in await self._lost(leaving, _disconnecting)]
        return ClosedWork(sum(closed), waiting, sum(kept))

    async def close_waiting(self, run_id: str) -> int:
        """Close the rows of one run that wait for a sync which no longer exists; returns how many."""
        return await self._close_waiting(await self._rows(_WAITING, before=self._now(), run_id=run_id))

    async def close_run(self, run_id: str, result: Result = Result.FAILED, message: str = LOST) -> bool:
        """End a run on which no workflow works; False when it has ended meanwhile."""
        at = self._now()
        async with self._database.transaction() as session:
            try:
                run = await runs.open_run(session, run_id)
            except runs.RunOver:
                return False
            if run.kind is RunKind.CHANGE_CONNECTION:
                of_run = await (await session.connection()).execute(_CONNECTIONS, {"run_id": run_id})
                for (connection_id,) in of_run.all():
                    await connection_changes.discard(session, run_id, connection_id, at)
            await run_ends.finish(session, run, at, result, message)
        async with self._database.transaction() as session:
            await leases.release_of_run(session, run_id)
        return True

    async def _close_waiting(self, rows: Sequence[Any]) -> int:
        lost = await self._lost([_OfClient(*row) for row in rows], _sync)
        for one in lost:
            async with self._database.transaction() as session:
                await leases.release(session, (one.connection_id,), holder=_sync(one))
                await run_results.give_up_waiting(session, one.connection_id, SYNC_LOST, self._now())
        return len(lost)

    async def _keep(self, one: _OfClient) -> bool:
        async with self._database.transaction() as session:
            connection = await disconnections.locked_if_leaving(session, one.connection_id)
            if connection is not None:  # its health is computed anew
                await disconnections.give_up(session, connection, ConnectionStatus.CONNECTED, self._now())
        return connection is not None

    async def _lost(self, found: Sequence[One], named: Callable[[One], str]) -> list[One]:
        """Those whose workflow is not running."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def is_lost(one: One) -> bool:
            async with turns:
                return not await self._is_at_work(named(one))

        answers = await asyncio.gather(*map(is_lost, found))
        return [one for one, is_one in zip(found, answers, strict=True) if is_one]

    async def _rows(self, statement: TextClause, **asked: object) -> Sequence[Any]:
        async with self._database.session() as session:
            return (await (await session.connection()).execute(statement, asked)).all()


def _itself(run_id: str) -> str:
    return run_id


def _sync(one: _OfClient) -> str:
    return sync_client_id(one.slug, one.code)


def _disconnecting(one: _OfClient) -> str:
    return disconnect_client_id(one.slug, one.code)


_OPEN = text("SELECT id FROM runs WHERE stage <> 'finished' AND created_at < :before ORDER BY created_at")

_WAITING = text("""
    SELECT DISTINCT o.connection_id, p.slug, k.code
    FROM run_organisations o
    JOIN runs r ON r.id = o.run_id AND r.stage = 'finished'
    JOIN clients k ON k.id = o.client_id
    JOIN practices p ON p.id = k.practice_id
    WHERE o.outcome = 'retrying' AND o.connection_id IS NOT NULL AND o.updated_at < :before
      AND (CAST(:run_id AS text) IS NULL OR o.run_id = :run_id)
""")

_LEAVING = text("""
    SELECT c.id, p.slug, k.code
    FROM connections c
    JOIN clients k ON k.id = c.client_id
    JOIN practices p ON p.id = k.practice_id
    WHERE c.status = 'disconnecting' AND NOT EXISTS (
        SELECT FROM events e WHERE e.connection_id = c.id AND e.kind = 'connection.disconnecting' AND e.at >= :before)
""")
"""When it was marked, its event tells."""

_CONNECTIONS = text("SELECT connection_id FROM run_organisations WHERE run_id = :run_id AND connection_id IS NOT NULL")
