"""A value that is fetched once, kept for a while, and fetched by one caller at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from providers.clock import Clock

Value = TypeVar("Value")


class Cached(Generic[Value]):
    """Keeps what ``load`` returned for ``lifetime``; callers that come while it loads wait for the same result."""

    def __init__(self, load: Callable[[], Awaitable[Value]], lifetime: timedelta, now: Clock) -> None:
        self._load = load
        self._lifetime = lifetime
        self._now = now
        self._lock = asyncio.Lock()
        self._held: tuple[Value, datetime] | None = None

    async def get(self, *, other_than: Value | None = None) -> Value:
        """The value.

        Args:
            other_than: A value that turned out to be out of date: load anew, unless somebody just did.
        """
        async with self._lock:
            if self._held is not None:
                value, loaded_at = self._held
                if value is not other_than and self._now() - loaded_at < self._lifetime:
                    return value
            value = await self._load()
            self._held = (value, self._now())
            return value
