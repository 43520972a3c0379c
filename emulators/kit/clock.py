"""The sandbox's only clock. Every expiry, window and date goes through it, so that tests advance time, never wait."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Real time plus what was added by control; can be stopped.

    Args:
        source: Seconds since the epoch.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._stopped_at: float | None = None

    def now(self) -> float:
        """Seconds since the epoch, in the sandbox."""
        return (self._source() if self._stopped_at is None else self._stopped_at) + self._offset

    def utc(self) -> datetime:
        """The same as an aware datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Jump forward by ``seconds``."""
        self._offset += seconds

    def stop(self) -> None:
        """Stand still until :meth:`run`; :meth:`advance` still moves."""
        if self._stopped_at is None:
            self._stopped_at = self._source()

    def run(self) -> None:
        """Go on from where the clock stands."""
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
