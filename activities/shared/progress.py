"""Tells the server that an activity gets on, so that one that is stuck is noticed and tried again."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import activity

BETWEEN_WORDS = timedelta(seconds=5)
"""At least; the server waits for one much longer. Each is a write there, and most activities end sooner."""


class Heartbeat:
    """What an activity has told of its progress: made when it begins.

    Args:
        now: The clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._told_at = now()

    def made(self) -> None:
        """Tell of it, unless that was done a moment ago. To be called from progress, never from a timer."""
        if (at := self._now()) - self._told_at >= BETWEEN_WORDS:
            self._told_at = at
            activity.heartbeat()
