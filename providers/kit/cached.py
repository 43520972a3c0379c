"""A value that is fetched once, kept for some time, and fetched by one caller at a time.

When the value is due and cannot be fetched, the old one is used for a few more minutes. Without an old value, callers
that waited for a fetch that failed get its error, and do not start a fetch of their own; but where a fetch may fail for
a reason of the caller's own, all who waited fetch for themselves, at the same time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from providers.kit.clock import Clock
from providers.port.errors import Transient

Value = TypeVar("Value")

TRY_AGAIN_AFTER = timedelta(minutes=5)
"""How long a value is kept that was due and could not be fetched."""


class Cached(Generic[Value]):
    """Keeps a value; callers that come while it loads wait for the same result.

    Args:
        lifetime: For how long.
        now: The clock, aware, in UTC.
        fails_for_all: Whether a fetch that failed would have failed for whoever waits as well.
    """

    def __init__(self, lifetime: timedelta, now: Clock, *, fails_for_all: bool = True) -> None:
        self._lifetime, self._now, self._fails_for_all = lifetime, now, fails_for_all
        self._lock = asyncio.Lock()
        self._held: tuple[Value, datetime] | None = None
        self._failures = 0
        self._failed: Transient | None = None

    async def get(self, load: Callable[[], Awaitable[Value]], *, other_than: Value | None = None) -> Value:
        """The value.

        Args:
            load: Fetches it where it is not there, or too old.
            other_than: A value that turned out to be out of date: it is loaded again, unless another caller has just
                done so.

        Raises:
            Exception: Whatever ``load`` raises, when there is no value that may be kept instead.
        """
        failures = self._failures
        async with self._lock:
            if self._held is not None:
                value, loaded_at = self._held
                if value is not other_than and self._now() - loaded_at < self._lifetime:
                    return value
            if self._failed is None or self._failures == failures:
                return await self._loaded(load, other_than)
            if self._fails_for_all:
                raise self._failed
        return await self._loaded(load, other_than)

    async def _loaded(self, load: Callable[[], Awaitable[Value]], other_than: Value | None) -> Value:
        try:
            value = await load()
        except Transient as error:
            if self._held is None or self._held[0] is other_than:
                self._failures, self._failed = self._failures + 1, error
                raise
            value, _ = self._held
            self._held = (value, self._now() - self._lifetime + TRY_AGAIN_AFTER)
            return value
        self._held = (value, self._now())
        return value
