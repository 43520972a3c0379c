"""The four call limits: 5 at once, 60 a minute and so many a day per organisation, 10,000 a minute per app.

Windows are fixed: a minute begins at each full minute, a day at a moment of each organisation's own, which is never
midnight UTC and which only ``Retry-After`` tells. A refused call uses up nothing.
"""

import sys
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple
from zlib import crc32

from emulators.kit.clock import Clock

UNLIMITED = sys.maxsize
DAY = 86_400


class Refusal(NamedTuple):
    """Why a call is refused.

    Attributes:
        problem: The word of ``X-Rate-Limit-Problem``.
        retry_after: Whole seconds to wait; None where Xero does not say.
    """

    problem: str
    retry_after: int | None


@dataclass(slots=True)
class Allowances:
    """How much is allowed.

    Attributes:
        concurrent: Calls at once, per organisation.
        minute: Calls a minute, per organisation.
        day: Calls a day, per organisation.
        app_minute: Calls a minute, over all.
    """

    concurrent: int = 5
    minute: int = 60
    day: int = 5000
    app_minute: int = 10_000

    @classmethod
    def unlimited(cls) -> "Allowances":
        """No limits at all."""
        return cls(UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED)


@dataclass(slots=True)
class Usage:
    """What one organisation used: which windows, and how much of each.

    Attributes:
        day_begins: Seconds after midnight UTC at which its days begin.
    """

    day_begins: int
    minute: int = -1
    minute_used: int = 0
    day: int = -1
    day_used: int = 0
    in_flight: int = 0
    peak: int = 0


class Limits:
    """Counts calls against the allowances."""

    def __init__(self, clock: Clock, allowances: Allowances) -> None:
        self._clock = clock
        self.allowances = allowances
        self._usage: dict[str, Usage] = {}
        self._app_minute = -1
        self._app_used = 0

    def usage(self, organisation_id: str) -> Usage:
        """What an organisation used, with windows that have ended emptied."""
        usage = self._usage.get(organisation_id)
        if usage is None:
            usage = self._usage[organisation_id] = Usage(1 + crc32(organisation_id.encode()) % (DAY - 1))
        now = int(self._clock.now())
        if usage.minute != now // 60:
            usage.minute, usage.minute_used = now // 60, 0
        if usage.day != (day := (now - usage.day_begins) // DAY):
            usage.day, usage.day_used = day, 0
        return usage

    def enter_app(self) -> Refusal | None:
        """Count one call of the app."""
        now = self._clock.now()
        if self._app_minute != int(now) // 60:
            self._app_minute, self._app_used = int(now) // 60, 0
        if self._app_used >= self.allowances.app_minute:
            return Refusal("appminute", self._until(60))
        self._app_used += 1
        return None

    def enter(self, usage: Usage) -> Refusal | None:
        """Count one call to an organisation; one that is let in must be followed by :meth:`leave`."""
        allowed = self.allowances
        if usage.day_used >= allowed.day:
            return Refusal("day", self._until(DAY, usage.day_begins))
        if usage.minute_used >= allowed.minute:
            return Refusal("minute", self._until(60))
        if usage.in_flight >= allowed.concurrent:
            return Refusal("concurrent", None)
        if refusal := self.enter_app():
            return refusal
        usage.day_used += 1
        usage.minute_used += 1
        usage.in_flight += 1
        usage.peak = max(usage.peak, usage.in_flight)
        return None

    def leave(self, usage: Usage) -> None:
        """End a call that was let in."""
        usage.in_flight -= 1

    def exhaust(self, usage: Usage, window: str) -> None:
        """Use up the current window of an organisation, even where limits are off.

        Args:
            usage: Of which organisation.
            window: ``minute`` or ``day``.
        """
        if window == "minute":
            usage.minute_used = UNLIMITED
        else:
            usage.day_used = UNLIMITED

    def remaining(self, usage: Usage) -> tuple[int, int, int]:
        """What is left: of the app's minute, the organisation's minute, its day."""
        allowed = self.allowances
        return (
            self.app_remaining(),
            _left(allowed.minute, usage.minute_used, 60),
            _left(allowed.day, usage.day_used, 5000),
        )

    def app_remaining(self) -> int:
        """What is left of the app's minute."""
        return _left(self.allowances.app_minute, self._app_used, 10_000)

    def peaks(self) -> dict[str, int]:
        """The most calls at once that each organisation has had."""
        return {organisation_id: usage.peak for organisation_id, usage in self._usage.items() if usage.peak}

    def forget_peaks(self) -> None:
        """Begin the peaks anew."""
        for usage in self._usage.values():
            usage.peak = usage.in_flight

    def _until(self, window: int, begins: int = 0) -> int:
        return max(1, ceil(window - (self._clock.now() - begins) % window))


def _left(allowed: int, used: int, usual: int) -> int:
    # Without limits the headers tell what Xero would at the start of a window, not an absurd number.
    return usual if used < allowed == UNLIMITED else max(allowed - used, 0)
