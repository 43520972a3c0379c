"""Plans calls so that Xero's limits are not hit: for an organisation 5 at once, 60 a minute and a day's; the app's.

Calls wait here only for a free slot of their organisation and for their practice's turn. A limit that is used up raises
``RateLimited`` at once, with the time at which it ends; the caller decides what to do. What other processes have used
is learnt from Xero's remaining-headers and from 429s. Source of the numbers: xero.md section 3.1.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from providers.kit.clock import Clock, next_minute
from providers.kit.fair_semaphore import FairSemaphore
from providers.port.errors import RateLimited
from providers.port.provider import CallBudget
from providers.xero.settings import XeroConfig

MINUTE = timedelta(minutes=1)

LEASE = 100
"""Calls taken from the shared budget at a time: one trip to it for a hundred calls, at most 1 % of it left unused."""

CALLS_AT_ONCE = 112
"""Calls in flight from one process that read organisations. More would only wait for the processor, and everything
else with them."""

OF_ONE_PRACTICE = 96
"""Of these: at 0.6 seconds a call they use up an app's 10,000 a minute, and some are left for whoever comes next."""

TURN_SECONDS = 30.0
"""For a turn: every one may be waiting for a slow page."""

Blocked = tuple[str, datetime]
"""A limit that is used up, and when it lifts."""


@dataclass(slots=True)
class _Organisation:
    """What this process knows of one organisation's limits.

    It is small, because it is kept for a minute after the last call.

    ``slots`` exists only while somebody calls.
    """

    called_at: list[datetime] = field(default_factory=list)
    blocked: Blocked | None = None
    users: int = 0
    slots: asyncio.Semaphore | None = None

    def forget_before(self, moment: datetime) -> None:
        while self.called_at and self.called_at[0] <= moment:  # not a search: a clock may have been set back
            del self.called_at[0]

    def is_idle(self, now: datetime) -> bool:
        self.forget_before(now - MINUTE)
        return not (self.users or self.called_at or (self.blocked and self.blocked[1] > now))


class Limits:
    """Admits calls, and learns from their answers. There is one for each app in each process."""

    def __init__(self, config: XeroConfig, budget: CallBudget, now: Clock) -> None:
        self._config = config
        self._budget = budget
        self._now = now
        self._organisations: dict[str, _Organisation] = {}
        self._sweep_at = now() + MINUTE
        self._app_blocked: Blocked | None = None
        self._lease_lock = asyncio.Lock()
        self._leased = 0
        self._lease_ends = now()
        self._turns = FairSemaphore(CALLS_AT_ONCE, OF_ONE_PRACTICE, TURN_SECONDS)

    @asynccontextmanager
    async def call(self, organisation_id: str | None, practice_id: UUID | None) -> AsyncIterator[None]:
        """Wait for the admission of one call; hold the context while the call is made.

        Args:
            organisation_id: The organisation whose limits it counts against; None for a call without an organisation.
            practice_id: The practice for which it is made; None for none.

        Raises:
            RateLimited: A limit is used up; no call was made.
            HeldUp: The calls that are in flight keep all turns; no call was made.
        """
        if organisation_id is None:
            await self._count_for_app()
            yield
            return
        self._sweep()
        if (organisation := self._organisations.get(organisation_id)) is None:
            organisation = self._organisations[organisation_id] = _Organisation()
        slots = organisation.slots = organisation.slots or asyncio.Semaphore(self._config.calls_at_once)
        organisation.users += 1
        try:
            async with slots, self._turns.of(practice_id):
                # After each wait: the calls before this one may have used up a limit.
                self._check(organisation)
                await self._count_for_app()
                self._check(organisation)
                organisation.called_at.append(self._now())
                yield
        finally:
            organisation.users -= 1
            if not organisation.users:
                organisation.slots = None

    def learn(self, organisation_id: str | None, headers: Mapping[str, str]) -> None:
        """Note the remaining-headers of an answer; a minute limit at 0 blocks calls until the minute ends.

        A day limit at 0 does not block: only a 429 says when it ends, and the next call gets one if the day has not
        ended.
        """
        now = self._now()
        if _remaining(headers, "x-appminlimit-remaining") == 0:
            self._app_blocked = ("app_minute", next_minute(now))
        organisation = self._organisations.get(organisation_id or "")
        if organisation is None:
            return
        if _remaining(headers, "x-minlimit-remaining") == 0:
            first = organisation.called_at[0] if organisation.called_at else now
            organisation.blocked = ("minute", first + MINUTE)

    def refused(self, organisation_id: str | None, error: RateLimited) -> None:
        """Note a 429, so that other calls do not run into the same limit before it ends."""
        if error.retry_at is None or error.limit == "concurrent":
            return
        if error.limit == "app_minute":
            self._app_blocked = (error.limit, error.retry_at)
        elif (organisation := self._organisations.get(organisation_id or "")) is not None:
            organisation.blocked = (error.limit, error.retry_at)

    def _check(self, organisation: _Organisation) -> None:
        now = self._now()
        organisation.forget_before(now - MINUTE)
        if organisation.blocked and organisation.blocked[1] > now:
            raise RateLimited(*organisation.blocked)
        if len(organisation.called_at) >= self._config.calls_per_organisation_minute:
            # Never more than 60 in any 60 seconds keeps the limit wherever Xero's own windows begin.
            raise RateLimited("minute", organisation.called_at[0] + MINUTE)

    async def _count_for_app(self) -> None:
        now = self._now()
        if self._app_blocked and self._app_blocked[1] > now:
            raise RateLimited(*self._app_blocked)
        if self._leased > 0 and now < self._lease_ends:  # most calls: nothing to wait for
            self._leased -= 1
            return
        async with self._lease_lock:
            now = self._now()
            if now >= self._lease_ends:
                self._leased = 0
            if self._leased == 0:
                limit = self._config.calls_per_minute
                wanted = max(1, min(LEASE, limit // 10))
                self._leased = await self._budget.take(self._config.app, wanted, limit)
                self._lease_ends = next_minute(now)
            if self._leased <= 0:
                self._leased = 0
                self._app_blocked = ("app_minute", next_minute(now))
                raise RateLimited(*self._app_blocked)
            self._leased -= 1

    def _sweep(self) -> None:
        """Once a minute, forget organisations about which nothing has to be remembered."""
        now = self._now()
        if now < self._sweep_at:
            return
        self._sweep_at = now + MINUTE
        idle = [key for key, organisation in self._organisations.items() if organisation.is_idle(now)]
        for key in idle:
            del self._organisations[key]


def _remaining(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name)
    return int(text) if text is not None and text.strip().isdecimal() else None
