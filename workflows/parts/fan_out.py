"""A bounded fan-out: works on many items, a fixed number at once, page by page, until the history grows too long."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from temporalio import workflow

Item = TypeVar("Item")


class FanOut(Generic[Item]):
    """Works through pages of items in their order.

    Args:
        width: How many are worked on at once.
        page: Reads the items after a key; none when there are no more.
        key: Gives an item's key; pages are ordered by it.
        work: Works on one item; it must not raise for a reason that concerns this item only.
        after: The key after which to begin.

    Attributes:
        after: The last key that was given to a lane.
        is_done: Whether there are no more; False when the history has grown long enough to start a new one.
    """

    def __init__(
        self,
        width: int,
        page: Callable[[UUID | None], Awaitable[Sequence[Item]]],
        key: Callable[[Item], UUID],
        work: Callable[[Item], Awaitable[None]],
        after: UUID | None,
    ) -> None:
        self.after = after
        self.is_done = False
        self._width, self._fetch, self._key, self._work = width, page, key, work
        self._page: deque[Item] = deque()
        self._paging = asyncio.Lock()

    async def run(self) -> bool:
        """Work until no item is left, or until the history is long enough to start a new one.

        Work that has begun is finished in both cases.

        Returns:
            Whether no item is left.
        """
        await asyncio.gather(*(self._lane() for _ in range(self._width)))
        return self.is_done

    async def _lane(self) -> None:
        while (item := await self._next()) is not None:
            await self._work(item)

    async def _next(self) -> Item | None:
        async with self._paging:  # one lane fetches the page; the others wait for it rather than fetch it again
            if not self._page and not self.is_done and not workflow.info().is_continue_as_new_suggested():
                self._page.extend(await self._fetch(self.after))
                self.is_done = not self._page
            if not self._page:
                return None
            item = self._page.popleft()
            self.after = self._key(item)
            return item
