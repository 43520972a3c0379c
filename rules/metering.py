"""How far a month's budget of calls is used, and how far it will be; pure."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

NEARLY: Final = 0.8
"""The part of the budget at which somebody is warned in any case."""

EARLIEST: Final = timedelta(days=1)
"""Before that much of a month is over, nothing can be said of the rest."""


class MeterState(StrEnum):
    """What is to be said of a meter."""

    FINE = "fine"
    TOO_FAST = "too_fast"
    """At this pace the budget does not last for the month."""
    NEARLY_USED = "nearly_used"
    USED_UP = "used_up"


class Reading(NamedTuple):
    """A month's calls so far.

    Attributes:
        used: How many were made; of the last hundred of each process, some may not have been yet.
        budget: How many there are in the month.
        forecast: How many it will be at its end, at this pace; None on the first day.
        state: What is to be said of it.
    """

    used: int
    budget: int
    forecast: int | None
    state: MeterState


def read(used: int, budget: int, at: datetime) -> Reading:
    """Read a meter.

    Args:
        used: Calls since the month began, by UTC.
        budget: Calls of the whole month.
        at: This moment (aware).
    """
    now = at.astimezone(UTC)
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends = (begins + timedelta(days=31)).replace(day=1)
    elapsed = now - begins
    forecast = round(used * ((ends - begins) / elapsed)) if elapsed >= EARLIEST else None
    if used >= budget:
        state = MeterState.USED_UP
    elif used >= NEARLY * budget:
        state = MeterState.NEARLY_USED
    elif forecast is not None and forecast > budget:
        state = MeterState.TOO_FAST
    else:
        state = MeterState.FINE
    return Reading(used, budget, forecast, state)
