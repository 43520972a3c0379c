"""Sends a heartbeat when an activity makes progress, so that Temporal notices one that is stuck and tries it again."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import activity

BETWEEN_WORDS = timedelta(seconds=5)
"""At least; the server waits for one much longer. Each is a write there, and most activities end sooner."""


class Heartbeat:
    """Sends an activity's heartbeats; create it when the activity begins.

    Args:
        now: The clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._told_at = now()

    def made(self) -> None:
        """Send a heartbeat, unless one was sent a moment ago. Call it when there is progress, never from a timer."""
        if (at := self._now()) - self._told_at >= BETWEEN_WORDS:
            self._told_at = at
            activity.heartbeat()
