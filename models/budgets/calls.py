"""The app-wide call allowance, shared by every process: one row for each app, one statement for each take.

It counts in fixed minutes by this machine's clock, and knows nothing of what the calls are for.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text

from models.kit.columns import now
from models.kit.database import Database


class SharedCallBudget:
    """Gives out calls of the minute; over all processes never more than the limit.

    Args:
        database: Where the count is.
        clock: This moment (aware).
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        # A transaction costs two more round trips. Where transactions share connections there must be one, or the
        # statement is prepared on one connection and asked for on another.
        alone = {} if database.shares_connections else {"isolation_level": "AUTOCOMMIT"}
        self._engine = database.engine.execution_options(**alone)
        self._clock = clock

    async def take(self, app: str, calls: int, limit: int) -> int:
        """Take calls out of this minute's allowance.

        A process whose clock is behind takes from the newest minute that any process has begun.

        Args:
            app: Which app at which provider, as ``provider:client-id``.
            calls: How many are wanted.
            limit: How many the app has in a minute.

        Returns:
            How many were given: 0 to ``calls``.
        """
        minute = self._clock().replace(second=0, microsecond=0)
        asked = {"app": app, "minute": minute, "calls": calls, "limit": limit}
        async with self._engine.begin() as connection:
            used_before: int = (await connection.execute(_TAKE, asked)).scalar_one() - calls
        return max(0, min(calls, limit - used_before))


_TAKE = text("""
    INSERT INTO call_windows AS there (app, window_start, used) VALUES (:app, :minute, :calls)
    ON CONFLICT (app) DO UPDATE
        SET window_start = greatest(there.window_start, excluded.window_start),
            used = CASE WHEN there.window_start < excluded.window_start THEN 0 ELSE least(there.used, :limit) END
                   + excluded.used
    RETURNING used
""")
"""Asking is counted in full and what was there before is worked out from the answer: one statement, and the row's own
lock makes it atomic. Capping at the limit first keeps a crowd of askers from overflowing it."""
