"""Call limits: how many calls are admitted in which windows, for one organisation and for the app.

The windows are data.

Windows are fixed: one begins at each full multiple of its length, or at a time that differs for each organisation, is
never midnight UTC, and shows only in the wait that a refusal names. A refused call does not count.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple
from zlib import crc32

from emulators.kit.clock import Clock

UNLIMITED = sys.maxsize
DAY = 86_400
SOON = 600
"""Seconds: a window that ends within them does not stay used up for long enough to look at."""


@dataclass(frozen=True, slots=True)
class Window:
    """One limit.

    Attributes:
        name: Its name in control calls.
        problem: The problem that a refusal names.
        allowed: Calls in one window, or at once.
        seconds: Its length; None limits calls at once.
        is_of_app: Whether all organisations share it.
        begins_apart: Whether it begins at a different time for each organisation.
        tells_wait: Whether a refusal says how long to wait.
        usual: The number of calls that are said to be left at the beginning while limits are off; ``allowed`` when
            None.
    """

    name: str
    problem: str
    allowed: int
    seconds: int | None
    is_of_app: bool = False
    begins_apart: bool = False
    tells_wait: bool = True
    usual: int | None = None


class Refusal(NamedTuple):
    """Why a call is refused.

    Attributes:
        problem: The name of the limit.
        retry_after: Whole seconds to wait; None where the platform does not say.
    """

    problem: str
    retry_after: int | None


@dataclass(slots=True)
class Usage:
    """What one organisation, or the app, has used.

    Attributes:
        begins: Seconds after midnight UTC at which its own windows begin.
        current: The number of the present window, by name.
        used: Calls in the present window, by name; for a limit on calls at once, calls under way.
        peak: The most calls at once so far.
    """

    begins: int
    current: dict[str, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    in_flight: int = 0
    peak: int = 0


class Limits:
    """Counts calls in windows.

    Args:
        clock: The clock that decides about windows.
        windows: All windows. An organisation's longest is checked first, then calls at once, the app's last.
        enforced: Whether any call is refused.
    """

    def __init__(self, clock: Clock, windows: Sequence[Window], *, enforced: bool = True) -> None:
        self._clock = clock
        self._windows = {window.name: window for window in windows}
        self._own = sorted((one for one in windows if not one.is_of_app), key=_longest_first)
        self._shared = sorted((one for one in windows if one.is_of_app), key=_longest_first)
        self._usage: dict[str, Usage] = {}
        self._app = self._fresh(0, self._shared)
        self.allowed: dict[str, int] = {}
        self.enforce(enforced)

    def enforce(self, is_enforced: bool) -> None:
        """Apply the usual limits again, or none."""
        self.allowed = {name: one.allowed if is_enforced else UNLIMITED for name, one in self._windows.items()}

    def usage(self, organisation_id: str) -> Usage:
        """What an organisation has used; windows that have ended are empty."""
        usage = self._usage.get(organisation_id)
        if usage is None:
            usage = self._fresh(1 + crc32(organisation_id.encode()) % (DAY - 1), self._own)
            self._usage[organisation_id] = usage
        self._turn(usage, self._own)
        return usage

    def enter_app(self) -> Refusal | None:
        """Count one call of the app; with a limit on the app's calls at once, :meth:`leave_app` must follow."""
        app = self._app
        self._turn(app, self._shared)
        refusal = self._refusal(app, self._shared)
        if refusal is None:
            _count(app, self._shared)
        return refusal

    def enter(self, usage: Usage) -> Refusal | None:
        """Count one call to an organisation; if it is admitted, :meth:`leave` must follow."""
        if refusal := self._refusal(usage, self._own) or self.enter_app():
            return refusal
        _count(usage, self._own)
        usage.in_flight += 1
        if usage.in_flight > usage.peak:
            usage.peak = usage.in_flight
        return None

    def leave(self, usage: Usage) -> None:
        """End a call to an organisation that was let in."""
        usage.in_flight -= 1
        _end_call(usage, self._own)
        self.leave_app()

    def leave_app(self) -> None:
        """End a call of the app that was let in."""
        _end_call(self._app, self._shared)

    def exhaust(self, usage: Usage | None, name: str) -> None:
        """Use up the current window of an organisation or (None) of the app, even where limits are off.

        A long window that is about to end is moved by half its length first, so that what was used up stays so for a
        while, whatever time of day it is.

        Args:
            usage: Of which organisation; None for the app.
            name: Of the window.
        """
        window = self._windows[name]
        if usage is None:
            self._turn(self._app, self._shared)
            usage = self._app
        if window.begins_apart and window.seconds is not None and window.seconds > 2 * SOON:
            if self._left_of(usage, window) <= SOON:
                usage.begins = (usage.begins + window.seconds // 2) % DAY
            self._turn(usage, self._own)
        usage.used[name] = UNLIMITED

    def begin_short_windows(self) -> None:
        """Let all windows of up to a minute begin anew, as they do when time passes that nobody waits for."""
        for usage in (self._app, *self._usage.values()):
            for name in usage.used:
                seconds = self._windows[name].seconds
                if seconds is not None and seconds <= 60:
                    usage.used[name] = 0

    def left(self, name: str, usage: Usage | None = None) -> int:
        """How many calls are left in a window.

        Args:
            name: Name of the window.
            usage: The organisation's usage; None for a window of the app.
        """
        window, allowed = self._windows[name], self.allowed[name]
        used = (usage or self._app).used[name]
        # Without limits it tells what there is at the beginning of a window, not an absurd number.
        if used < allowed == UNLIMITED:
            return window.allowed if window.usual is None else window.usual
        return max(allowed - used, 0)

    def peaks(self) -> dict[str, int]:
        """The most calls at once that each organisation has had."""
        return {organisation_id: usage.peak for organisation_id, usage in self._usage.items() if usage.peak}

    def forget_peaks(self) -> None:
        """Reset the peaks."""
        for usage in self._usage.values():
            usage.peak = usage.in_flight

    def _refusal(self, usage: Usage, windows: Sequence[Window]) -> Refusal | None:
        used, allowed = usage.used, self.allowed
        for window in windows:
            if used[window.name] >= allowed[window.name]:
                return Refusal(window.problem, self._wait(usage, window))
        return None

    def _wait(self, usage: Usage, window: Window) -> int | None:
        if window.seconds is None or not window.tells_wait:
            return None
        return max(1, ceil(self._left_of(usage, window)))

    def _left_of(self, usage: Usage, window: Window) -> float:
        """Seconds until the current window ends."""
        assert window.seconds is not None  # noqa: S101  # for the type checker
        begins = usage.begins if window.begins_apart else 0
        return window.seconds - (self._clock.now() - begins) % window.seconds

    def _turn(self, usage: Usage, windows: Sequence[Window]) -> None:
        now = int(self._clock.now())
        for window in windows:
            if window.seconds is not None:
                number = (now - usage.begins if window.begins_apart else now) // window.seconds
                if usage.current[window.name] != number:
                    usage.current[window.name], usage.used[window.name] = number, 0

    @staticmethod
    def _fresh(begins: int, windows: Sequence[Window]) -> Usage:
        names = [window.name for window in windows]
        return Usage(begins, dict.fromkeys(names, -1), dict.fromkeys(names, 0))


def _longest_first(window: Window) -> tuple[bool, int]:
    return window.seconds is None, -(window.seconds or 0)


def _count(usage: Usage, windows: Sequence[Window]) -> None:
    used = usage.used
    for window in windows:
        used[window.name] += 1


def _end_call(usage: Usage, windows: Sequence[Window]) -> None:
    for window in windows:
        if window.seconds is None:
            usage.used[window.name] -= 1
