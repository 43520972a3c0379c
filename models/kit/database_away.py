"""Tells whether an error means that the database is away: unreachable, or without free connections at present.

Only this module knows the error texts and codes of the driver and of PostgreSQL for that. Such an error passes by
itself. Errors that a statement or its values cause are not among them. It also tells which mistake of whoever runs the
installation an error shows, such as a mistyped name.
"""

from enum import Enum, auto
from typing import Any, Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from models.kit import moments
from models.kit.database_silence import watch

_AWAY_CLASSES = ("08", "53", "57", "58")
"""First characters of PostgreSQL's codes: connection exceptions; insufficient resources; operator intervention, which
are shutdowns, crashes, starts under way and statements that took too long; system errors of the server's machine."""

_AWAY = frozenset({"25006", "25P03", "40001", "40P01", "55P03"})
"""A server that only reads, such as one whose place another has just taken; a transaction that was idle for too long,
did not fit beside others, or waited too long for them."""

_NEVER = frozenset({"57P04"})
"""A database that was dropped does not come back."""


class Mistake(Enum):
    """What whoever runs the installation has to mend before the database can be used."""

    NO_DATABASE = auto()
    """The server has no database of that name."""
    NOT_LET_IN = auto()
    """The server does not let the role in: there is none of that name, or its password is wrong."""
    NOT_UPGRADED = auto()
    """Tables or columns are missing: a migration has not run."""


_MISTAKES: Final = {
    "3D000": Mistake.NO_DATABASE,
    "28000": Mistake.NOT_LET_IN,
    "28P01": Mistake.NOT_LET_IN,
    "42P01": Mistake.NOT_UPGRADED,
    "42703": Mistake.NOT_UPGRADED,
    "42704": Mistake.NOT_UPGRADED,
    "42883": Mistake.NOT_UPGRADED,
}
"""By PostgreSQL's codes; the last four: an undefined table, column, type or function."""


class DatabaseAway(ConnectionError):
    """No connection to the database could be opened."""


async def connect(*args: Any, **options: Any) -> asyncpg.Connection:
    """The driver's own ``connect``, with keepalive set; refusals and silence become an error of our own.

    Raises:
        DatabaseAway: Nobody answered, or not in time, or the server refused the connection. That includes what only
            whoever runs the database can correct, such as a wrong password: callers wait for that too.
    """
    try:
        connection: asyncpg.Connection = await asyncpg.connect(*args, **options)
        try:
            await moments.have_numbers(connection)
            await watch(connection, is_shared=options.get("statement_cache_size") == 0)
        except BaseException:
            connection.terminate()
            raise
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # time-outs are among the first
        raise DatabaseAway(f"the database does not answer, or does not let us in: {error}") from error
    return connection


def is_away(error: BaseException) -> bool:
    """Whether an error means that the database is away.

    Args:
        error: From a session, a connection or a group of tasks.
    """
    if isinstance(error, BaseExceptionGroup):
        return any(is_away(one) for one in error.exceptions)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and _is_passing(error.orig))
    return isinstance(error, DatabaseAway | NoConnectionFree) or _is_passing(error)


def _is_passing(error: BaseException) -> bool:
    """Whether one of the driver's errors passes by itself; SQLAlchemy may have wrapped it."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return state not in _NEVER and (state in _AWAY or state.startswith(_AWAY_CLASSES))
    return "connection is closed" in str(error) and type(error).__name__ == "InterfaceError"


def mistake_in(error: BaseException | None) -> Mistake | None:
    """The mistake that an error shows, by the code of PostgreSQL in it or in what it comes from; None for another."""
    while error is not None:
        if (mistake := _MISTAKES.get(str(getattr(error, "sqlstate", None)))) is not None:
            return mistake
        error = getattr(error, "orig", None) or error.__cause__
    return None
