"""Sends heartbeats while an activity waits for an answer, so that Temporal notices a killed worker within seconds.

Without them, Temporal would notice only when the activity's time is over, and whoever waits for a list would wait that
long. These heartbeats do not say that the work makes progress. Of an activity that tells of its progress (``progress``)
they end when it has told nothing for long. What tells the server itself has a longer time-out, and gets none.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.shared import progress
from activities.shared.progress import LastProgress

SIGN_OF_LIFE = timedelta(seconds=30)
"""A heartbeat time-out up to this asks whether the worker lives; a longer one, whether the activity gets on."""

SIGNS = 4
"""In each time-out, so that one that is late does no harm. The SDK sends fewer to the server."""

Pause = Callable[[float], Awaitable[None]]


class LivenessInterceptor(Interceptor):
    """The interceptor, for every worker that runs activities.

    Args:
        pause: Waits for a number of seconds.
        begun: Makes what is known of the progress of an activity that begins.
    """

    def __init__(self, pause: Pause = asyncio.sleep, begun: Callable[[], LastProgress] = LastProgress) -> None:
        self._pause, self._begun = pause, begun

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # the SDK's name
        """Wrap the next interceptor of every activity."""
        return _Living(next, self._pause, self._begun)


class _Living(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, pause: Pause, begun: Callable[[], LastProgress]) -> None:
        super().__init__(following)
        self._pause, self._begun = pause, begun

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        timeout = activity.info().heartbeat_timeout
        if not timeout or timeout > SIGN_OF_LIFE:
            return await super().execute_activity(input)
        told = self._begun()
        progress.begin(told)
        signs = asyncio.create_task(self._tell(timeout / SIGNS, told))
        try:
            return await super().execute_activity(input)
        finally:
            signs.cancel()

    async def _tell(self, every: timedelta, told: LastProgress) -> None:
        while True:
            await self._pause(every.total_seconds())
            if not told.is_stuck:
                activity.heartbeat(*([told.where] if told.where else []))
