"""Call limits as data: how many calls a platform takes in which windows, and the arithmetic of one window.

A provider names its windows in a tuple; ``providers/kit/call_limits.py`` enforces any of them. Nothing here waits,
and nothing knows a platform.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from providers.port.errors import RateLimited

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class CallsOf(StrEnum):
    """Whose calls a window counts."""

    APP = "app"
    """All calls of our app."""
    ORGANISATION = "organisation"
    """The calls for one organisation."""


class Unit(StrEnum):
    """How long a window is; the value is its word in ``RateLimited.limit``."""

    AT_ONCE = "concurrent"
    """Calls under way at the same time."""
    SECOND = "second"
    """So short that calls wait for it where they are, and none is refused for it."""
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    """A calendar month."""


class CountedIn(StrEnum):
    """Where a window's calls are counted."""

    PROCESS = "process"
    """In this process alone: right where one process at a time calls, as a pull's lease sees to for an organisation. A
    minute is then any sixty seconds, which holds wherever the platform's own minutes begin."""
    SHARED = "shared"
    """In the database, over all processes. A minute, day or month is then the clock's, by UTC."""


@dataclass(frozen=True, slots=True)
class Window:
    """One limit of a platform.

    Attributes:
        scope: Whose calls it counts.
        unit: How long it is.
        calls: How many are allowed in it; None where the number differs from organisation to organisation, so that only
            the platform's refusal tells that they are used up.
        counted: Where they are counted.

    Raises:
        ValueError: A day or a month that a process would count (it outlives the process), an organisation's calls at
            once that processes would share (one process at a time reads an organisation), or a second that is not of
            an organisation and counted by its process (it is shorter than asking others).
    """

    scope: CallsOf
    unit: Unit
    calls: int | None
    counted: CountedIn = CountedIn.PROCESS

    def __post_init__(self) -> None:
        if self.calls is None:
            return
        if self.calls < 1:
            raise ValueError("a window without a call can never be used")
        is_long = self.unit in {Unit.DAY, Unit.MONTH}
        if self.counted is CountedIn.PROCESS and is_long:
            raise ValueError(f"a {self.unit} outlives the process that would count it")
        if self.unit is Unit.SECOND and (self.counted, self.scope) != (CountedIn.PROCESS, CallsOf.ORGANISATION):
            raise ValueError("a second is an organisation's, and counted in the process that reads it")
        if self.counted is CountedIn.SHARED and self.unit is Unit.AT_ONCE and self.scope is CallsOf.ORGANISATION:
            raise ValueError("an organisation's calls at once are counted in the process that reads it")

    @property
    def allowed(self) -> int:
        """How many calls are allowed; beyond counting where the platform alone knows."""
        return sys.maxsize if self.calls is None else self.calls

    @property
    def limit(self) -> str:
        """Its name in ``RateLimited.limit``."""
        return limit_name(self.scope, self.unit)


def limit_name(scope: CallsOf, unit: Unit) -> str:
    """The name of a limit in ``RateLimited.limit``: its unit, with ``app_`` before it where it is the whole app's."""
    return f"app_{unit}" if scope is CallsOf.APP else str(unit)


def start_of(unit: Unit, at: datetime) -> datetime:
    """When the clock's minute, day or month of ``at`` (aware) has begun, by UTC.

    Raises:
        ValueError: Calls at once have no beginning, and a second is any second.
    """
    if unit in {Unit.AT_ONCE, Unit.SECOND}:
        raise ValueError(f"a window of calls {unit} has no beginning by the clock")
    minute = at.astimezone(UTC).replace(second=0, microsecond=0)
    if unit is Unit.MINUTE:
        return minute
    day = minute.replace(hour=0, minute=0)
    return day if unit is Unit.DAY else day.replace(day=1)


def end_of(unit: Unit, at: datetime) -> datetime:
    """When the clock's minute, day or month of ``at`` (aware) ends, by UTC."""
    start = start_of(unit, at)
    if unit is Unit.MINUTE:
        return start + MINUTE
    if unit is Unit.DAY:
        return start + timedelta(days=1)
    return start_of(Unit.MONTH, start + timedelta(days=31))


BLOCK = 100
"""Calls taken from a shared window at a time: one trip to the database for a hundred calls."""


def block_of(calls: int) -> int:
    """How many calls a process takes at a time from a shared window of ``calls``: at most a tenth of it.

    What a process leaves unused is lost to the others until the window ends.
    """
    return max(1, min(BLOCK, calls // 10))


class AnyMinute:
    """Counts calls in one process so that never more than allowed begin within any sixty seconds.

    It is small, because there is one for each organisation that was called within the last minute.
    """

    __slots__ = ("_begun", "_window")

    def __init__(self, window: Window) -> None:
        self._window = window
        self._begun: list[datetime] = []

    def check(self, now: datetime) -> None:
        """Look whether a call may begin now.

        Raises:
            RateLimited: Not before half of those that count are a minute old.
        """
        self._forget(now)
        if len(self._begun) >= self._window.allowed:
            raise RateLimited(self._window.limit, self.opens(now))

    def count(self, now: datetime) -> None:
        """Count a call that begins now."""
        self._begun.append(now)

    def opens(self, now: datetime) -> datetime:
        """When it is worth going on once all calls are used up: half of those that count are a minute old then.

        With the first alone, whoever goes on has one call, and the next as fast as they came a minute ago: about as
        fast as they are made now. So it would be stopped again by chance, and each stop is one of a pull's few tries.
        """
        return (self._begun[(len(self._begun) - 1) // 2] if self._begun else now) + MINUTE

    def is_idle(self, now: datetime) -> bool:
        """Whether nothing counts any more."""
        self._forget(now)
        return not self._begun

    def _forget(self, now: datetime) -> None:
        moment, begun = now - MINUTE, self._begun
        while begun and begun[0] <= moment:  # not a search: a clock may have been set back
            del begun[0]


class AnySecond:
    """Spreads an organisation's calls in one process so that never more than allowed can arrive within any second.

    A call arrives at some moment between its beginning and its answer. So it counts until a second after the answer:
    where a machine or a network is busy, calls that began in two seconds may arrive in one.
    """

    __slots__ = ("_asked", "_ended", "_open", "_window")

    def __init__(self, window: Window) -> None:
        self._window = window
        self._open = 0
        self._ended: list[datetime] = []
        self._asked: datetime | None = None

    def begin(self, now: datetime) -> timedelta | None:
        """Begin a call; or how long to wait before asking again, because none may begin now."""
        ended = self._ended
        if self._asked is not None and now < self._asked:  # the clock was set back
            ended.clear()
        self._asked = now
        while ended and ended[0] <= now - SECOND:
            del ended[0]
        if self._open + len(ended) < self._window.allowed:
            self._open += 1
            return None
        return ended[0] + SECOND - now if ended else SECOND

    def end(self, now: datetime) -> None:
        """Its answer came, or there was none."""
        self._open -= 1
        self._ended.append(now)


def retry_after(headers: Mapping[str, str], now: datetime, longest: timedelta) -> datetime | None:
    """The moment that Retry-After names; None where there is none that can be read.

    Args:
        headers: Of the answer, compared without case (as ``httpx2.Headers`` does).
        now: When it came, aware.
        longest: No limit of the platform's is longer; a greater wait is a mistake, and is cut. The shortest is a
            second.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        wait = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        try:
            wait = parsedate_to_datetime(text).replace(tzinfo=UTC) - now
        except ValueError:
            return None
    return now + min(max(wait, timedelta(seconds=1)), longest)
