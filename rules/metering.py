"""How far a month's budget of calls is used, and how far it will be; pure."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from rules.night.digesting import Letter

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


class MeterReading(NamedTuple):
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


def read(used: int, budget: int, at: datetime) -> MeterReading:
    """Read a meter.

    Args:
        used: Calls since the month began, by UTC.
        budget: Calls of the whole month.
        at: This moment (aware).
    """
    now = at.astimezone(UTC)
    begins = begin_of(now)
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
    return MeterReading(used, budget, forecast, state)


def begin_of(at: datetime) -> datetime:
    """When the month of a moment (aware) has begun, by UTC."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def warning(state: MeterState, *, is_refused_beyond: bool) -> str | None:
    """What an admin should know; None while nothing is to be said.

    Args:
        state: The meter's.
        is_refused_beyond: Whether calls beyond the budget are refused; otherwise they are paid for.
    """
    then = "calls wait for the next month" if is_refused_beyond else "each further call is paid for"
    match state:
        case MeterState.FINE:
            return None
        case MeterState.TOO_FAST:
            return f"At this pace the month's budget is used up before its end; {then} from there on."
        case MeterState.NEARLY_USED:
            return f"More than {NEARLY:.0%} of the month's budget is used; when it is used up, {then}."
        case MeterState.USED_UP:
            return f"The month's budget is used up: {then}."


def letter(title: str, reading: MeterReading, warned: str, name: str, link: str | None) -> Letter:
    """The mail that warns an admin.

    Args:
        title: The accounting software's name.
        reading: How far the budget is used.
        warned: See ``warning``.
        name: The admin's.
        link: Address of the practice's page; None where it is not known.
    """
    counted = f"{reading.used:,} of {reading.budget:,} calls of this month are made, for all practices together."
    where = f"The count: {link}" if link else "The count is in Clientsync, under Practice."
    what = "Whoever runs Clientsync can book more calls there; you need not do anything."
    parts = (f"Hello {name},", f"{warned} {counted}", what, where)
    return Letter(f"{title}: the month's calls", "\n\n".join(parts) + "\n")
