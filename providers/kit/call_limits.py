"""Plans calls so that a platform's limits are not hit, whatever windows it has: one engine for every provider.

A call waits here only for what another call frees within seconds: a slot of its organisation, a slot of the app, its
practice's turn, and its place in a second where the platform counts seconds. A minute, day or month that is used up
raises ``RateLimited`` at once, with the time at which it opens again: that wait belongs to the caller, which is
durable. What nobody here has counted is learnt from the answers: what they say is left, and 429s.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from uuid import UUID, uuid4

from providers.kit.clock import Clock
from providers.kit.turns import Turns
from providers.kit.windows import (
    MINUTE,
    AnyMinute,
    AnySecond,
    CallsOf,
    CountedIn,
    Unit,
    Window,
    block_of,
    end_of,
    limit_name,
    start_of,
)
from providers.port.call_budget import CallBudget, Counter
from providers.port.errors import RateLimited

ONE_READING = timedelta(seconds=10)
"""Calls for an organisation that follow each other sooner belong to one reading of it."""

UsedUp = Callable[[Mapping[str, str]], Iterable[tuple[CallsOf, Unit]]]
"""Reads from an answer's headers which windows have no call left; each provider has its own words for it."""


def nothing_said(headers: Mapping[str, str]) -> Iterable[tuple[CallsOf, Unit]]:  # noqa: ARG001  # they do not say
    """For platforms whose answers do not say what is left."""
    return ()


class _Block:
    """Calls that this process has taken from a shared window and not made yet."""

    def __init__(self, budget: CallBudget, counter: Counter, window: Window, now: Clock) -> None:
        self._budget, self._counter, self._window, self._now = budget, counter, window, now
        self._taking = asyncio.Lock()
        self._left = 0
        self._ends = now()

    async def take(self) -> datetime:
        """Take one call.

        Returns:
            When the window ends in which it counts.

        Raises:
            RateLimited: The window is used up.
        """
        if self._left > 0 and self._now() < self._ends:  # most calls: nothing to wait for
            self._left -= 1
            return self._ends
        async with self._taking:
            while True:
                now, unit = self._now(), self._window.unit
                if now >= self._ends:
                    self._left = 0
                if self._left > 0:
                    self._left -= 1
                    return self._ends
                begins, calls = start_of(unit, now), self._window.allowed
                self._left = await self._budget.take(self._counter, begins, block_of(calls), calls)
                self._ends = end_of(unit, now)
                if self._left <= 0:
                    raise RateLimited(self._window.limit, self._ends)

    def give_back(self, ends: datetime) -> None:
        """Give back a call that was taken and not made; ``ends`` as ``take`` returned it."""
        if ends == self._ends:
            self._left += 1

    def is_idle(self, now: datetime) -> bool:
        """Whether nothing would be lost without it."""
        return self._left <= 0 or now >= self._ends


@dataclass(slots=True)
class _Usage:
    """What this process knows of the limits of the app, or of one organisation.

    It is small, because an organisation's is kept for a minute after the last call.

    ``slots`` exists only while somebody calls; ``blocked`` is a limit that is used up, and when it opens again;
    ``place`` is that of the organisation's reading among all, by when they began.
    """

    minute: AnyMinute | None
    second: AnySecond | None
    blocks: Sequence[_Block]
    blocked: tuple[str, datetime] | None = None
    users: int = 0
    slots: asyncio.Semaphore | None = None
    place: int = 0
    called_at: datetime | None = None

    def block(self, limit: str, until: datetime) -> None:
        if self.blocked is None or self.blocked[1] < until:
            self.blocked = (limit, until)

    def note(self, error: RateLimited) -> None:
        """A window of ours is used up."""
        if error.retry_at is not None:
            self.block(error.limit, error.retry_at)

    def refuse(self, error: RateLimited) -> None:
        """The platform refused, and knows better than our clock when a window ends that we had reckoned used up."""
        if error.retry_at is not None and self.blocked and self.blocked[0] == error.limit:
            self.blocked = None
        self.note(error)

    def check(self, now: datetime) -> None:
        if self.blocked and self.blocked[1] > now:
            raise RateLimited(*self.blocked)
        if self.minute is not None:
            self.minute.check(now)

    def is_idle(self, now: datetime) -> bool:
        is_blocked = self.blocked is not None and self.blocked[1] > now
        has_called = self.minute is not None and not self.minute.is_idle(now)
        return not (self.users or is_blocked or has_called) and all(block.is_idle(now) for block in self.blocks)


class _Plan:
    """The windows of one scope that can be counted, each where the engine needs it.

    Raises:
        ValueError: Two of them are of the same length.
    """

    def __init__(self, scope: CallsOf, windows: Iterable[Window]) -> None:
        of_it = [one for one in windows if one.scope is scope and one.calls is not None]
        by_unit = {one.unit: one for one in of_it}
        if len(by_unit) < len(of_it):
            raise ValueError(f"two windows of the same length for the same {scope}")
        self.at_once = by_unit.pop(Unit.AT_ONCE, None)
        self._second = by_unit.pop(Unit.SECOND, None)
        self._shared = [one for one in by_unit.values() if one.counted is CountedIn.SHARED]
        self._minute = next((one for one in by_unit.values() if one.counted is CountedIn.PROCESS), None)

    def usage(self, budget: CallBudget, provider: str, scope_key: str, now: Clock) -> _Usage:
        """Of an app or an organisation of which nothing is known yet."""
        blocks = [_Block(budget, Counter(provider, scope_key, one.unit), one, now) for one in self._shared]
        minute = AnyMinute(self._minute) if self._minute else None
        return _Usage(minute, AnySecond(self._second) if self._second else None, blocks)


class CallLimits:
    """Admits calls, and learns from their answers. There is one for each app in each process.

    Args:
        provider: The provider's name.
        app: The app's id at the provider.
        windows: All limits of the platform.
        used_up: Reads from an answer which windows have no call left.
        budget: What all processes share.
        now: The clock, aware, in UTC.
        pause: Waits for a number of seconds.

    Raises:
        ValueError: Two windows have the same scope and the same length.
    """

    def __init__(
        self,
        provider: str,
        app: str,
        windows: Sequence[Window],
        used_up: UsedUp,
        budget: CallBudget,
        now: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._provider, self._app_id, self._used_up, self._budget, self._now = provider, app, used_up, budget, now
        self._pause = pause
        of_app, self._of_organisation = _Plan(CallsOf.APP, windows), _Plan(CallsOf.ORGANISATION, windows)
        of_one = self._of_organisation.at_once
        self._slots_of_organisation = of_one.allowed if of_one else sys.maxsize
        self._app = of_app.usage(budget, provider, app, now)
        self._organisations: dict[str, _Usage] = {}
        self._places = count(1)
        self._sweep_at = now() + MINUTE
        self._counts_every_call_at_once = of_app.at_once is not None
        hold = None
        if of_app.at_once is not None and of_app.at_once.counted is CountedIn.SHARED:
            hold = partial(budget.hold, Counter(provider, app, Unit.AT_ONCE), uuid4(), limit=of_app.at_once.allowed)
        self._turns = Turns(of_app.at_once.allowed if of_app.at_once else None, hold)

    @asynccontextmanager
    async def call(
        self, organisation_id: str | None, practice_id: UUID | None, *, is_short: bool = False
    ) -> AsyncIterator[None]:
        """Wait for the admission of one call; hold the context while the call is made.

        Args:
            organisation_id: The organisation whose limits it counts against; None for a call without an organisation.
            practice_id: The practice for which it is made; None for none.
            is_short: Whether its answer is short; see ``Turns``.

        Raises:
            RateLimited: A limit is used up; no call was made, and none is counted.
            HeldUp: The calls that are in flight keep all turns; no call was made.
        """
        if organisation_id is None:
            async with self._turns.of(practice_id) if self._counts_every_call_at_once else nullcontext():
                await self._admit(self._app)
                yield
            return
        self._sweep()
        if (usage := self._organisations.get(organisation_id)) is None:
            usage = self._organisations[organisation_id] = self._of_organisation.usage(
                self._budget, self._provider, f"{self._app_id} {organisation_id}", self._now
            )
        slots = usage.slots = usage.slots or asyncio.Semaphore(self._slots_of_organisation)
        place = self._place(usage)
        usage.users += 1
        try:
            in_a_second = self._within(usage.second) if usage.second else nullcontext()
            async with slots, in_a_second, self._turns.of(practice_id, place, is_short=is_short):
                await self._admit(usage, self._app)
                yield
        finally:
            usage.users -= 1
            if not usage.users:
                usage.slots = None

    def _place(self, usage: _Usage) -> int:
        """The place of an organisation's call among its practice's: behind whose reading began before, all to its end.

        In order of arrival, a hundred organisations that are begun at once would all be read to the end at once, and
        nothing would be stored meanwhile.
        """
        now = self._now()
        if not usage.users and (usage.called_at is None or now - usage.called_at > ONE_READING):
            usage.place = next(self._places)
        usage.called_at = now
        return usage.place

    @asynccontextmanager
    async def _within(self, second: AnySecond) -> AsyncIterator[None]:
        """Wait for a place in a second, and hold it while a call is made."""
        while (wait := second.begin(self._now())) is not None:
            await self._pause(wait.total_seconds())
        try:
            yield
        finally:
            second.end(self._now())

    def learn(self, organisation_id: str | None, headers: Mapping[str, str]) -> None:
        """Note what an answer says is left; a window without a call is closed until it ends."""
        for scope, unit in self._used_up(headers):
            if (usage := self._usage(scope, organisation_id)) is not None:
                now = self._now()
                minute = usage.minute if unit is Unit.MINUTE else None
                usage.block(limit_name(scope, unit), minute.opens(now) if minute else end_of(unit, now))

    def refused(self, organisation_id: str | None, error: RateLimited) -> None:
        """Note a 429, so that other calls do not run into the same limit before it ends.

        One about calls at once closes nothing: it is over when another call is.
        """
        if error.is_at_once:
            return
        if (
            usage := self._usage(CallsOf.APP if error.is_of_app else CallsOf.ORGANISATION, organisation_id)
        ) is not None:
            usage.refuse(error)

    async def close(self) -> None:
        """Give back what other processes wait for. No call may be under way."""
        await self._turns.close()

    def _usage(self, scope: CallsOf, organisation_id: str | None) -> _Usage | None:
        return self._app if scope is CallsOf.APP else self._organisations.get(organisation_id or "")

    async def _admit(self, *usages: _Usage) -> None:
        """Count a call in every window, or in none."""
        self._check(usages)  # after each wait: the calls before this one may have used up a limit
        taken: list[tuple[_Block, datetime]] = []
        try:
            for usage in usages:
                for block in usage.blocks:
                    try:
                        taken.append((block, await block.take()))
                    except RateLimited as limit:
                        usage.note(limit)
                        raise
            now = self._check(usages)
        except BaseException:
            for block, ends in taken:
                block.give_back(ends)
            raise
        for usage in usages:
            if usage.minute is not None:
                usage.minute.count(now)

    def _check(self, usages: Iterable[_Usage]) -> datetime:
        now = self._now()
        for usage in usages:
            usage.check(now)
        return now

    def _sweep(self) -> None:
        """Once a minute, forget organisations about which nothing has to be remembered."""
        now = self._now()
        if now < self._sweep_at:
            return
        self._sweep_at = now + MINUTE
        for key in [key for key, usage in self._organisations.items() if usage.is_idle(now)]:
            del self._organisations[key]
