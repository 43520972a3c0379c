"""Sends heartbeats while an activity waits for an answer, so that Temporal notices a killed worker within seconds.

Without them, Temporal would notice only when the activity's time is over, and whoever waits for a list would wait that
long. These heartbeats do not say that the work makes progress. Activities that work for long report progress themselves
(``progress``), and have longer time-outs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

SIGN_OF_LIFE = timedelta(seconds=30)
"""A heartbeat time-out up to this asks whether the worker lives; a longer one, whether the activity gets on."""

SIGNS = 4
"""In each time-out, so that one that is late does no harm. The SDK sends fewer to the server."""

Pause = Callable[[float], Awaitable[None]]


class Liveness(Interceptor):
    """The interceptor, for every worker that runs activities.

    Args:
        pause: Waits for a number of seconds.
    """

    def __init__(self, pause: Pause = asyncio.sleep) -> None:
        self._pause = pause

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # the SDK's name
        """Wrap the next interceptor of every activity."""
        return _Living(next, self._pause)


class _Living(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, pause: Pause) -> None:
        super().__init__(following)
        self._pause = pause

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        timeout = activity.info().heartbeat_timeout
        if not timeout or timeout > SIGN_OF_LIFE:
            return await super().execute_activity(input)
        signs = asyncio.create_task(self._tell(timeout / SIGNS))
        try:
            return await super().execute_activity(input)
        finally:
            signs.cancel()

    async def _tell(self, every: timedelta) -> None:
        while True:
            await self._pause(every.total_seconds())
            activity.heartbeat()
