"""The clock that providers are given, so that tests can set the time instead of waiting."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the time, aware, in UTC."""


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)
