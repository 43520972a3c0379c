"""A value that is fetched once, kept for some time, and fetched by one caller at a time.

When the value is due and cannot be fetched, the old one is used for a few more minutes. Without an old value, callers
that waited for a fetch that failed get its error, and do not start a fetch of their own.
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
    """Keeps a value for ``lifetime``; callers that come while it loads wait for the same result."""

    def __init__(self, lifetime: timedelta, now: Clock) -> None:
        self._lifetime = lifetime
        self._now = now
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
            if self._failed is not None and self._failures > failures:
                raise self._failed
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
