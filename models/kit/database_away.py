"""Whether an error says that the database is away: it cannot be reached, or has no room or time just now.

The one place that knows the driver's and PostgreSQL's own words for it. What it says passes by itself and is nobody's
fault; what a statement or its values are to blame for is something else.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from models.kit.database_silence import watch

_AWAY_CLASSES = ("08", "53", "57", "58")
"""First characters of PostgreSQL's codes: connection exceptions; insufficient resources; operator intervention, which
are shutdowns, crashes, starts under way and statements that took too long; system errors of the server's machine."""

_AWAY = frozenset({"25006", "25P03", "40001", "40P01", "55P03"})
"""A server that only reads, such as one whose place another has just taken; a transaction that was idle for too long,
did not fit beside others, or waited too long for them."""

_NEVER = frozenset({"57P04"})
"""A database that was dropped does not come back."""


class DatabaseAway(ConnectionError):
    """No connection to the database could be had."""


Connect = Callable[..., Coroutine[Any, Any, asyncpg.Connection]]


async def connect(*args: Any, **options: Any) -> asyncpg.Connection:
    """The driver's own ``connect``, watched; nobody answering is told apart from other operating system errors.

    Raises:
        DatabaseAway: Nobody answered, or not in time, or we were not let in: also what those who run it have to put
            right, such as a password, passes for whoever waits.
    """
    try:
        connection: asyncpg.Connection = await asyncpg.connect(*args, **options)
        try:
            await watch(connection, is_shared=options.get("statement_cache_size") == 0)
        except BaseException:
            connection.terminate()
            raise
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # time-outs are among the first
        raise DatabaseAway(f"the database does not answer, or does not let us in: {error}") from error
    return connection


def is_away(error: BaseException) -> bool:
    """Whether the database is away.

    Args:
        error: As it comes out of a session, a connection or a group of tasks.
    """
    if isinstance(error, BaseExceptionGroup):
        return any(is_away(one) for one in error.exceptions)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and _is_passing(error.orig))
    return isinstance(error, DatabaseAway | NoConnectionFree) or _is_passing(error)


def _is_passing(error: BaseException) -> bool:
    """Of the driver's errors, as they are or as SQLAlchemy hands them on."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return state not in _NEVER and (state in _AWAY or state.startswith(_AWAY_CLASSES))
    return "connection is closed" in str(error) and type(error).__name__ == "InterfaceError"
