"""Fair semaphore: a fixed number of calls at once from one process, shared fairly among practices.

A run of a thousand clients always has hundreds of calls to make. In order of arrival, a small practice's few calls
would wait for all of them. With more calls at once than the process can handle answers, they would wait for that work.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from providers.port.errors import HeldUp


class FairSemaphore:
    """Gives turns: the next one goes to the caller that holds the fewest, then to the one that waited longest.

    Args:
        at_once: How many turns there are.
        of_one: How many turns one caller may hold; the rest stays free for others.
        longest: How many seconds a caller waits at most.
    """

    def __init__(self, at_once: int, of_one: int, longest: float) -> None:
        self._free = at_once
        self._of_one = of_one
        self._longest = longest
        self._held: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def of(self, caller: Hashable) -> AsyncIterator[None]:
        """Hold one turn inside the context, while the call is made.

        Args:
            caller: The key among which turns are shared, such as a practice's id.

        Raises:
            HeldUp: None came free in time.
        """
        if self._free and self._held[caller] < self._of_one:
            self._free -= 1
            self._held[caller] += 1
        else:
            await self._wait(caller)
        try:
            yield
        finally:
            self._give_back(caller)

    async def _wait(self, caller: Hashable) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(turn)
        try:
            async with asyncio.timeout(self._longest):
                await turn
        except TimeoutError:
            self._leave(caller, turn)
            raise HeldUp("no turn in time") from None
        except asyncio.CancelledError:
            self._leave(caller, turn)
            raise

    def _give_back(self, caller: Hashable) -> None:
        self._held[caller] -= 1
        if not self._held[caller]:
            del self._held[caller]
        self._free += 1
        if not self._waiting:
            return
        # min takes the first of equals, and who waits anew is last.
        following = min(self._waiting, key=self._held.__getitem__)
        if self._held[following] >= self._of_one:
            return
        self._free -= 1
        turn = self._waiting[following].popleft()
        self._move_on(following)
        self._held[following] += 1
        turn.set_result(None)

    def _leave(self, caller: Hashable, turn: asyncio.Future[None]) -> None:
        if turn.cancelled():
            self._waiting[caller].remove(turn)
            self._move_on(caller)
        else:  # it was given at the very moment
            self._give_back(caller)

    def _move_on(self, caller: Hashable) -> None:
        """Put a caller behind the others, or remove it when nothing of it waits."""
        if left := self._waiting.pop(caller):
            self._waiting[caller] = left
