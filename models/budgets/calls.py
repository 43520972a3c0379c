"""Calls that all processes share: one row for each limit, one statement for each take; and slots of calls at once.

It counts, and knows nothing of what the calls are for. Whose windows there are, how long they are and when they begin
is said by whoever takes.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.kit.database import Database
from rules.slots import Holder, may_use


class SharedCallBudget:
    """Gives out calls; over all processes never more than the limit.

    Args:
        database: Where the counts are.
    """

    def __init__(self, database: Database) -> None:
        # A transaction costs two more round trips. Where transactions share connections there must be one, or the
        # statement is prepared on one connection and asked for on another.
        alone = {} if database.shares_connections else {"isolation_level": "AUTOCOMMIT"}
        self._single = database.engine.execution_options(**alone)
        self._engine = database.engine

    async def take(self, counter: tuple[str, str, str], begins: datetime, calls: int, limit: int) -> int:
        """Take calls out of a window.

        Args:
            counter: Whose window: provider, key of the app or organisation, unit.
            begins: When it has begun, by the clock of the process that asks. If that is behind, the calls are taken
                from the newest window that any process has begun.
            calls: How many are wanted.
            limit: How many there are in a window.

        Returns:
            How many were given: 0 to ``calls``.
        """
        provider, scope_key, unit = counter
        asked = {
            "provider": provider,
            "scope_key": scope_key,
            "unit": unit,
            "begins": begins,
            "calls": calls,
            "limit": limit,
            "is_short": unit == "minute",
        }
        async with self._single.begin() as connection:
            used_before: int = (await connection.execute(_TAKE, asked)).scalar_one() - calls
        return max(0, min(calls, limit - used_before))

    async def hold(
        self, counter: tuple[str, str, str], holder: UUID, *, in_use: int, wanted: int, limit: int, seconds: float
    ) -> int:
        """Hold slots of a limit on calls at once, instead of those that the holder held; see ``rules/slots.py``.

        Times are the database's, so that a slot is free again at the same moment for all.

        Args:
            counter: Whose limit: provider, key of the app, unit.
            holder: Which process, or which part of one.
            in_use: How many of its slots have calls under way.
            wanted: How many it has use for; 0, with none in use, gives all back.
            limit: How many there are.
            seconds: For how long, unless it asks again before.

        Returns:
            How many it may use now. It holds as many, or ``in_use`` where that is more.
        """
        of = {"provider": counter[0], "scope_key": counter[1]}
        async with self._engine.begin() as connection:
            # One asks at a time, also where there is no row yet to lock.
            await connection.execute(_ONE_AT_A_TIME, {"key": f"call slots {counter[0]} {counter[1]}"})
            at: datetime = (await connection.execute(_AT)).scalar_one()
            there = {row.holder: row for row in await connection.execute(_HOLDERS, of)}
            before = there.pop(holder, None)
            held_before = before.held if before and before.held_until > at else 0
            since = before.since if before else at
            others = [
                Holder(str(row.holder), row.held, row.wanted, row.since)
                for row in there.values()
                if row.held_until > at
            ]
            usable = may_use(Holder(str(holder), held_before, max(wanted, in_use), since), others, limit)
            held = max(in_use, usable)
            await connection.execute(_FORGET, of | {"holder": holder, "at": at})
            if held or wanted:
                new = {
                    "holder": holder,
                    "held": held,
                    "wanted": wanted,
                    "since": since if before and bool(held) == bool(held_before) else at,
                    "held_until": at + timedelta(seconds=seconds),
                }
                await connection.execute(_HOLD, of | new)
        return usable


async def used_since(session: AsyncSession, provider: str, scope_key: str, unit: str, begins: datetime) -> int:
    """How many calls were taken out of a window that has begun at a moment, or out of a later one.

    Args:
        session: Any session.
        provider: The provider's name.
        scope_key: Whose calls.
        unit: The window's unit.
        begins: When it has begun.
    """
    query = text("""
        SELECT used FROM call_windows
        WHERE provider = :provider AND scope_key = :scope_key AND unit = :unit AND window_start >= :begins
    """)
    asked = {"provider": provider, "scope_key": scope_key, "unit": unit, "begins": begins}
    return (await (await session.connection()).execute(query, asked)).scalar_one_or_none() or 0


_TAKE = text("""
    INSERT INTO call_windows AS there (provider, scope_key, unit, window_start, used)
    VALUES (:provider, :scope_key, :unit, :begins, :calls)
    ON CONFLICT (provider, scope_key, unit) DO UPDATE
        SET window_start = greatest(there.window_start, excluded.window_start),
            used = CASE WHEN there.window_start < excluded.window_start THEN 0 ELSE least(there.used, :limit) END
                   + excluded.used
    RETURNING used, set_config(
        'synchronous_commit',
        CASE WHEN CAST(:is_short AS boolean) THEN 'off' ELSE current_setting('synchronous_commit') END,
        true
    )
""")
"""Asking is counted in full and what was there before is worked out from the answer: one statement, and the row's own
lock makes it atomic. Capping at the limit first keeps a crowd of askers from overflowing it. Of a minute, nobody waits
until it is on disk: a crash of PostgreSQL may lose the last half second of it, and is longer than that itself."""

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
_AT = text("SELECT clock_timestamp()")
"""After the lock: when the transaction began, it may have had to wait."""
_HOLDERS = text("""
    SELECT holder, held, wanted, since, held_until FROM call_slots
    WHERE provider = :provider AND scope_key = :scope_key
""")
_FORGET = text("""
    DELETE FROM call_slots
    WHERE provider = :provider AND scope_key = :scope_key AND (holder = :holder OR held_until <= :at)
""")
_HOLD = text("""
    INSERT INTO call_slots (provider, scope_key, holder, held, wanted, since, held_until)
    VALUES (:provider, :scope_key, :holder, :held, :wanted, :since, :held_until)
""")
