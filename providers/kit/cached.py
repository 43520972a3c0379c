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
    """Keeps the result of ``load`` for ``lifetime``; callers that come while it loads wait for the same result."""

    def __init__(self, load: Callable[[], Awaitable[Value]], lifetime: timedelta, now: Clock) -> None:
        self._load = load
        self._lifetime = lifetime
        self._now = now
        self._lock = asyncio.Lock()
        self._held: tuple[Value, datetime] | None = None
        self._failures = 0
        self._failed: Transient | None = None

    async def get(self, *, other_than: Value | None = None) -> Value:
        """The value.

        Args:
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
                value = await self._load()
            except Transient as error:
                if self._held is None or self._held[0] is other_than:
                    self._failures, self._failed = self._failures + 1, error
                    raise
                value, _ = self._held
                self._held = (value, self._now() - self._lifetime + TRY_AGAIN_AFTER)
                return value
            self._held = (value, self._now())
            return value


class CachedByKey(Generic[Value]):
    """Keeps values by their keys, each for ``lifetime``; callers that come while one loads wait for the same result.

    Args:
        lifetime: How long a value is kept.
        most: How many are kept: those that were asked for last.
        now: The clock, aware.
    """

    def __init__(self, lifetime: timedelta, most: int, now: Clock) -> None:
        self._lifetime, self._most, self._now = lifetime, most, now
        self._held: dict[str, _Held[Value]] = {}

    async def get(self, key: str, load: Callable[[], Awaitable[Value]], *, is_fresh: bool = False) -> Value:
        """The value of a key.

        Args:
            key: The key.
            load: Fetches it where it is not there, or too old.
            is_fresh: Whether it is fetched in any case; others that come meanwhile wait for it.

        Raises:
            Exception: Whatever ``load`` raises; the next caller loads again.
        """
        held = self._held[key] = self._held.pop(key) if key in self._held else _Held()
        if len(self._held) > self._most:
            del self._held[next(iter(self._held))]
        async with held.lock:
            if is_fresh or held.value is None or self._now() - held.value[1] >= self._lifetime:
                held.value = (await load(), self._now())
            return held.value[0]


class _Held(Generic[Value]):
    """A value with the moment at which it was loaded; None before."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.value: tuple[Value, datetime] | None = None
