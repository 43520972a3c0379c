"""Fair semaphore: a fixed number of calls at once from one process, shared fairly among practices.

A run of a thousand clients always has hundreds of calls to make. In order of arrival, a small practice's few calls
would wait for all of them. With more calls at once than the process can work on, their answers would wait instead.
"""

import asyncio
from collections import Counter
from collections.abc import Hashable
from contextlib import AbstractAsyncContextManager
from heapq import heapify, heappop, heappush
from itertools import count
from types import TracebackType

from providers.port.errors import HeldUp


class FairSemaphore:
    """Gives turns: the next one goes to the caller that holds the fewest, then to the one that waited longest.

    Args:
        at_once: How many turns there are.
        of_one: How many turns one caller may hold; the rest stays free for others.
        longest: How many seconds a caller waits at most.
    """

    def __init__(self, at_once: int, of_one: int, longest: float) -> None:
        self._free = self._at_once = at_once
        self._of_one = of_one
        self._longest = longest
        self._held: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, list[tuple[int, int, asyncio.Future[None]]]] = {}
        self._arrivals = count()

    @property
    def in_use(self) -> int:
        """How many turns are held."""
        return self._at_once - self._free

    def resize(self, at_once: int, of_one: int) -> None:
        """Change how many turns there are. None is taken away: with fewer, no more are given until some come back.

        Args:
            at_once: How many turns there are.
            of_one: How many turns one caller may hold.
        """
        self._free += at_once - self._at_once
        self._at_once, self._of_one = at_once, of_one
        while self._give_next():
            pass

    def of(self, caller: Hashable, place: int = 0) -> AbstractAsyncContextManager[None]:
        """Hold one turn inside the context, while the call is made.

        Args:
            caller: The key among which turns are shared, such as a practice's id.
            place: Of what one caller waits for, the least comes first, then what has waited longest.

        Raises:
            HeldUp: None came free in time.
        """
        return _Turn(self, caller, place)

    async def take(self, caller: Hashable, place: int = 0) -> None:
        """Take a turn; ``of`` gives it back too."""
        if self._free > 0 and self._held[caller] < self._of_one:
            self._free -= 1
            self._held[caller] += 1
        else:
            await self._wait(caller, place)

    async def _wait(self, caller: Hashable, place: int) -> None:
        turn = asyncio.get_running_loop().create_future()
        heappush(self._waiting.setdefault(caller, []), (place, next(self._arrivals), turn))
        try:
            async with asyncio.timeout(self._longest):
                await turn
        except TimeoutError:
            self._leave(caller, turn)
            raise HeldUp("no turn in time") from None
        except asyncio.CancelledError:
            self._leave(caller, turn)
            raise

    def give_back(self, caller: Hashable) -> None:
        """Give a turn back that was taken."""
        self._held[caller] -= 1
        if not self._held[caller]:
            del self._held[caller]
        self._free += 1
        self._give_next()

    def _give_next(self) -> bool:
        while self._waiting and self._free > 0:
            # min takes the first of equals, and who waits anew is last.
            following = min(self._waiting, key=self._held.__getitem__)
            if self._held[following] >= self._of_one:
                return False
            *_, turn = heappop(self._waiting[following])
            if turn.cancelled():  # whoever waited has not woken up yet to leave
                self._drop_if_empty(following)
                continue
            # Behind the others, unless nothing of it waits any more.
            if left := self._waiting.pop(following):
                self._waiting[following] = left
            self._free -= 1
            self._held[following] += 1
            turn.set_result(None)
            return True
        return False

    def _leave(self, caller: Hashable, turn: asyncio.Future[None]) -> None:
        if not turn.cancelled():  # it was given at the very moment
            self.give_back(caller)
        elif caller in self._waiting:
            self._waiting[caller] = [one for one in self._waiting[caller] if one[-1] is not turn]
            heapify(self._waiting[caller])
            self._drop_if_empty(caller)

    def _drop_if_empty(self, caller: Hashable) -> None:
        if not self._waiting[caller]:
            del self._waiting[caller]


class _Turn(AbstractAsyncContextManager[None]):
    """One turn; a class, since a generator for each of a run's thousands of calls costs twice as much."""

    __slots__ = ("_caller", "_place", "_turns")

    def __init__(self, turns: FairSemaphore, caller: Hashable, place: int) -> None:
        self._turns, self._caller, self._place = turns, caller, place

    async def __aenter__(self) -> None:
        await self._turns.take(self._caller, self._place)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turns.give_back(self._caller)
