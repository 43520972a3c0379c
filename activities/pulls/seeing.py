"""Reads the profile of each connection that is about to be called healthy and was not read for a day.

That a provider lists an organisation proves less, since it may refuse every read of it. Each profile is read with the
connection's own login; nothing is repaired here.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from activities.pulls.limits import note_limit_of_app
from activities.shared.grant_reader import GrantReader
from models.budgets import limits as app_limits
from models.connections import health as connection_health
from models.kit.database import Database
from models.runs import surveys
from models.runs.tables import Run
from providers.port.errors import ProviderError
from rules.night.diagnosing import Look
from rules.runs.surveying import LivingConnection, needs_no_repair

READ_LASTS = timedelta(days=1)
"""How long after something of an organisation was read it is called healthy because it is listed."""

AT_ONCE = 50
"""Profiles read at once: enough for thousands within an activity's time, and few enough not to wait for a turn."""


class Seen:
    """Reads profiles of a practice's connections for a run.

    Args:
        database: Where connections are stored.
        reach: Reads profiles.
        now: The clock.
    """

    def __init__(self, database: Database, reach: GrantReader, now: Callable[[], datetime]) -> None:
        self._database = database
        self._reach = reach
        self._now = now

    async def look(self, run_id: str) -> None:
        """Read the profiles of connections that would be called healthy and were not read for a day.

        What each read says of the connection's health is stored.
        """
        at = self._now()
        oldest = at - READ_LASTS
        async with self._database.session() as session:
            run = await session.get_one(Run, run_id)
            living = await surveys.living_connections(session, run.practice_id, run.provider, at)
        doubtful = [
            one
            for one in living
            if needs_no_repair(one) and one.cause is None and (one.last_good_at is None or one.last_good_at <= oldest)
        ]
        for begin in range(0, len(doubtful), AT_ONCE):
            # Stored as they come: where the provider is slow, the next try goes on behind them.
            some = doubtful[begin : begin + AT_ONCE]
            await self._store(run.provider, some, await asyncio.gather(*(self._read(run, one) for one in some)))

    async def _read(self, run: Run, one: LivingConnection) -> ProviderError | None:
        try:
            await self._reach.profile(run.provider, one.grant_id, one.organisation_id, run.practice_id)
        except ProviderError as error:
            return error.with_traceback(None)
        return None

    async def _store(
        self, provider: str, looked_at: Sequence[LivingConnection], came: Sequence[ProviderError | None]
    ) -> None:
        at = self._now()
        async with self._database.transaction() as session:
            await note_limit_of_app(session, provider, [error for error in came if error is not None])
            is_app_limited = provider in await app_limits.in_force(session, at)
            await connection_health.lock(session, [one.connection_id for one in looked_at])
            same = await surveys.as_they_were(session, looked_at)  # what was read of others is newer than this
            read: list[UUID] = []
            looks: list[Look] = []
            for one, error in zip(looked_at, came, strict=True):
                if one.connection_id not in same:
                    continue
                if error is None:
                    read.append(one.connection_id)
                else:
                    until = None if is_app_limited else error.retry_at  # the app's limit is not the connection's
                    looks.append(Look(one.connection_id, error.cause, error.detail, until))
            await surveys.mark_read(session, read, at)
            await connection_health.write(session, looks, at)
