"""The stand-in's only clock: every expiry, limit and date uses it, so that tests set the time instead of waiting."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Real time plus the seconds that control calls have added; it can be stopped.

    Args:
        source: Seconds since the epoch.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._stopped_at: float | None = None

    def now(self) -> float:
        """The stand-in's time, in seconds since the epoch."""
        return (self._source() if self._stopped_at is None else self._stopped_at) + self._offset

    def utc(self) -> datetime:
        """The stand-in's time as an aware datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Jump forward by ``seconds``."""
        self._offset += seconds

    def stop(self) -> None:
        """Stop the clock until :meth:`run`; :meth:`advance` still moves it."""
        if self._stopped_at is None:
            self._stopped_at = self._source()

    def run(self) -> None:
        """Let the clock run again from where it stands."""
        if self._stopped_at is not None:
            self._offset += self._stopped_at - self._source()
            self._stopped_at = None

    def reset(self) -> None:
        """Go back to real time."""
        self._offset, self._stopped_at = 0.0, None

    @property
    def is_stopped(self) -> bool:
        """Whether the clock stands still."""
        return self._stopped_at is not None
