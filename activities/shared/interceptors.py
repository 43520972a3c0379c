"""Interceptor that lets an activity wait for a row whose transaction is not committed yet.

A run's workflow is started inside the transaction that inserts the run's row, so that neither exists without the other.
Its first activity may ask for the row a moment before the commit.
"""

from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.shared.error_scrubber import ErrorScrubber
from activities.shared.failures import run_over_error
from activities.shared.liveness import LivenessInterceptor
from models.runs.writes import RunOver

NOT_THERE_YET = "not_there_yet"
"""The type of these failures; they are tried again like any other."""

TRIES = 6
"""About six seconds by the policy of database steps. What is not there then will not be there later either."""


class Patience(Interceptor):
    """Runs an activity again a few times when it did not find a row in the database."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # the SDK's name
        """Wrap the next interceptor of every activity."""
        return _Patient(next)


class _Patient(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        try:
            return await super().execute_activity(input)
        except LookupError as error:
            # A KeyError or IndexError, which are LookupErrors too, is a fault of ours and keeps its name.
            if type(error) is not LookupError or activity.info().attempt >= TRIES:
                raise
            raise ApplicationError(str(error), type=NOT_THERE_YET) from None
        except RunOver:
            raise run_over_error() from None


INTERCEPTORS = (Patience(), LivenessInterceptor(), ErrorScrubber())
"""For every worker that runs activities."""
