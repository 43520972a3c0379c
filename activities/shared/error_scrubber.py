"""Keeps what a database error quotes (rows, contacts) out of failures, histories and logs.

PostgreSQL names the failing row in its errors. An activity that fails on one tells its class and its SQLSTATE, which is
what support staff need to look it up, and nothing else. One that fails because the database is away says so.
"""

from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.shared.failures import outage_error
from models.kit.database_away import is_away

DATABASE_ERROR = "database_error"
"""The type of these failures; they are tried again like any other."""


class ErrorScrubber(Interceptor):
    """For every worker that runs activities."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # the SDK's name
        """Stand in front of every activity."""
        return _Scrubbing(next)


class _Scrubbing(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        try:
            return await super().execute_activity(input)
        except (OSError, SQLAlchemyError, BaseExceptionGroup) as error:
            if is_away(error):
                raise outage_error(error) from None
            if not isinstance(error, DBAPIError):
                raise
            # From None: the chain would carry PostgreSQL's own words.
            raise ApplicationError(described(error), type=DATABASE_ERROR) from None


def described(error: DBAPIError) -> str:
    """A database error without the values that it quotes."""
    state = getattr(error.orig, "sqlstate", None) or "no SQLSTATE"
    return f"The database answered {type(error).__name__} ({state})."
