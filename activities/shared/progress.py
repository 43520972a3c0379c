"""What an activity says of its progress, so that one that is stuck counts as lost, and another worker tries it again.

Whoever reads many pages tells of each. While something was told a moment ago, the worker's signs of life
(``liveness``) stand for the activity too; after ``STUCK`` without a word they stop.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta

STUCK = timedelta(seconds=90)
"""How long an activity that tells of its progress may say nothing: longer than an answer, or a minute's limit."""


class LastProgress:
    """When an activity told of its progress; one for each try.

    Args:
        clock: Gives seconds.

    Attributes:
        where: How far something long has got; None when nothing was said of that.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told_at: float | None = None
        self.where: str | None = None

    def made(self, where: str | None = None) -> None:
        """There is progress, or what will tell of it begins. Call it then, never from a timer.

        Args:
            where: How far something long has got, for the heartbeats: ids and counts alone.
        """
        self._told_at = self._clock()
        self.where = where or self.where

    @property
    def is_stuck(self) -> bool:
        """Whether there has been none for long; False of an activity that tells of none."""
        return self._told_at is not None and self._clock() - self._told_at >= STUCK.total_seconds()


_present: ContextVar[LastProgress | None] = ContextVar("progress", default=None)


def begin(progress: LastProgress) -> None:
    """Take this one for the activity that runs in the present context, and in the tasks that it starts."""
    _present.set(progress)


def made(where: str | None = None) -> None:
    """The present activity has got on; see ``Progress.made``."""
    if (progress := _present.get()) is not None:
        progress.made(where)
