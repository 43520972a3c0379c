"""A clock that tests move by hand."""

from datetime import UTC, datetime, timedelta


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 9, 30, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)
