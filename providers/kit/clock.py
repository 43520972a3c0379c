"""The clock that providers are given, so that tests can set the time instead of waiting."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Tells the time, aware, in UTC."""


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def next_minute(now: datetime) -> datetime:
    """The start of the minute after ``now``."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)
