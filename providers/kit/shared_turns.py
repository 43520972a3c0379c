"""A limit on the app's calls at once that several processes share: slots that each holds for a time.

Asking the database for every call would cost more than many calls do. So a process holds as many slots as it has use
for, says so anew while it calls, and gives them back when it does not. A process that is killed loses its slots when
their time is over. What each may hold is decided where they are kept (``CallBudget.hold``).
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from providers.kit.fair_semaphore import FairSemaphore
from providers.port.errors import HeldUp

logger = logging.getLogger(__name__)

LONGEST_CALL = 45.0
"""Seconds. A call is bounded to 40 (``providers.kit.bounds``); none begins on a slot that may end before it does."""

HELD_FOR = 60.0
"""Seconds for which slots are held: so long those of a killed process are missing. Without the database, calls go on to
begin for the difference to ``LONGEST_CALL``."""

ASKED_EVERY = 0.5
"""Seconds between two questions while calls are made, and so how long a process may wait for what another gives back.
Twice a second of each process is little beside what its calls store."""

ASKED_AGAIN_AFTER = 0.05
"""Seconds after which more is asked for when more calls wait than slots were asked for."""


class Ask(Protocol):
    """Asks for slots; see ``CallBudget.hold``."""

    def __call__(self, *, in_use: int, wanted: int, seconds: float) -> Awaitable[int]:
        """How many may be used now, those in use among them."""
        ...


class SharedTurns:
    """Turns as those of a ``FairSemaphore``, as many as this process holds slots.

    Args:
        ask: Asks for slots.
        most: How many this process has use for at most.
        of_one: How many of ``most`` one caller may hold; of fewer turns, as large a part.
        longest: How many seconds a caller waits at most.
        pause: Waits for a number of seconds.
        seconds_now: A clock that is never put forward or back, in seconds.
    """

    def __init__(
        self,
        ask: Ask,
        most: int,
        of_one: int,
        longest: float,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds_now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask, self._most, self._of_one = ask, most, of_one
        self._pause, self._seconds_now = pause, seconds_now
        self._turns = FairSemaphore(0, 0, longest)
        self._callers = 0
        self._most_callers = 0
        self._asked_for = 0
        self._begin_until = 0.0
        self._more = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def of(self, caller: Hashable, place: int = 0) -> AsyncIterator[None]:
        """Hold one turn inside the context, while the call is made.

        Args:
            caller: The key among which turns are shared, such as a practice's id.
            place: As of a ``FairSemaphore``.

        Raises:
            HeldUp: None came free in time, or it came from slots that may end before the call does.
        """
        self._callers += 1
        self._most_callers = max(self._most_callers, self._callers)
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())
        elif min(self._callers, self._most) > self._asked_for:
            self._more.set()
        try:
            async with self._turns.of(caller, place):
                if self._seconds_now() > self._begin_until:
                    raise HeldUp("no slot of the app's calls at once")
                yield
        finally:
            self._callers -= 1

    async def close(self) -> None:
        """Give all slots back. No call may be under way."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
            await self._ask_once(wanted=0)

    async def _keep(self) -> None:
        """Hold slots while there are callers; ends when all are given back."""
        while True:
            wanted = min(max(self._most_callers, self._callers), self._most)
            self._most_callers = self._callers
            self._more.clear()
            is_answered = await self._ask_once(wanted)
            if not wanted and is_answered and not self._callers:
                self._keeper = None
                return
            await self._pause(ASKED_AGAIN_AFTER)
            await self._wait()

    async def _wait(self) -> None:
        """Until it is time to ask again, or more are wanted than were asked for."""
        pausing = asyncio.ensure_future(self._pause(ASKED_EVERY))
        more = asyncio.ensure_future(self._more.wait())
        try:
            await asyncio.wait((pausing, more), return_when=asyncio.FIRST_COMPLETED)
        finally:
            pausing.cancel()
            more.cancel()

    async def _ask_once(self, wanted: int) -> bool:
        """Ask for slots; whether there was an answer.

        While it is asked, no more calls are under way than were said to be, because the others may be told that the
        rest is free. Without an answer it stays so: nobody knows what was written down.
        """
        in_use, asked_at = self._turns.in_use, self._seconds_now()
        self._asked_for = wanted
        self._resize(in_use)
        try:
            # Not for longer than calls may begin on the slots that are held now.
            async with asyncio.timeout(max(1.0, self._begin_until - asked_at)):
                usable = await self._ask(in_use=in_use, wanted=wanted, seconds=HELD_FOR)
        except Exception as error:  # noqa: BLE001  # whatever the database's client raises; it is asked again
            logger.warning("slots of calls at once could not be asked for: %s", type(error).__name__)
            if self._seconds_now() > self._begin_until:
                self._resize(0)
            return False
        self._begin_until = asked_at + HELD_FOR - LONGEST_CALL
        self._resize(usable)
        return True

    def _resize(self, slots: int) -> None:
        turns = min(slots, self._most)
        self._turns.resize(turns, -(-turns * self._of_one // self._most))
