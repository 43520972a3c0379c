"""Error scrubber: removes what a database error quotes (rows, contacts) from failures, histories and logs.

PostgreSQL quotes the failing row in its errors. The scrubbed failure shows only the error's class and its SQLSTATE, by
which support staff can look it up. When the database is away, the failure says that.
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
    """The interceptor, for every worker that runs activities."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # the SDK's name
        """Wrap the next interceptor of every activity."""
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
    """A database error as text, without the values that it quotes."""
    state = getattr(error.orig, "sqlstate", None) or "no SQLSTATE"
    return f"The database answered {type(error).__name__} ({state})."
