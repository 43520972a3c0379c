"""A value that is fetched once, kept for some time, and fetched by one caller at a time.

When the value is due and cannot be fetched, the old one is used for a few more minutes. Without an old value, callers
that waited for a fetch that failed get its error, and do not start a fetch of their own; but where a fetch may fail for
a reason of the caller's own, all who waited fetch for themselves, at the same time.

A value may be shared by processes. Before it is fetched, what another process has fetched is looked for; those that
come at the same moment each fetch it once, and the last one's stays.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from providers.kit.clock import Clock
from providers.port.errors import Transient

Value = TypeVar("Value")

TRY_AGAIN_AFTER = timedelta(minutes=5)
"""How long a value is kept that was due and could not be fetched."""


class SharedValue(Protocol[Value]):
    """Where processes keep a value for each other."""

    async def known(self) -> tuple[Value, datetime] | None:
        """The value that was kept last and when it was fetched (aware); None if there is none that can be read."""
        ...

    async def keep(self, value: Value, at: datetime) -> None:
        """Keep a value that was fetched at a moment."""
        ...


class Cached(Generic[Value]):
    """Keeps a value; callers that come while it loads wait for the same result.

    Args:
        lifetime: For how long.
        now: The clock, aware, in UTC.
        fails_for_all: Whether a fetch that failed would have failed for whoever waits as well.
        shared: Where processes keep it for each other; None where each has its own.
    """

    def __init__(
        self,
        lifetime: timedelta,
        now: Clock,
        *,
        fails_for_all: bool = True,
        shared: SharedValue[Value] | None = None,
    ) -> None:
        self._lifetime, self._now, self._fails_for_all, self._shared = lifetime, now, fails_for_all, shared
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
                if value is not other_than and self._is_good(loaded_at):
                    return value
            if self._failed is None or self._failures == failures:
                return await self._loaded(load, other_than)
            if self._fails_for_all:
                raise self._failed
        return await self._loaded(load, other_than)

    def _is_good(self, loaded_at: datetime) -> bool:
        """Whether a value need not be loaded anew; one out of the future is another process's, whose clock is wrong."""
        return abs(self._now() - loaded_at) < self._lifetime

    async def _loaded(self, load: Callable[[], Awaitable[Value]], other_than: Value | None) -> Value:
        if self._shared is not None and (known := await self._shared.known()) is not None:
            value, loaded_at = known
            if value != other_than and self._is_good(loaded_at):
                self._held = known
                return value
            self._held = self._held or known
        try:
            value = await load()
        except Transient as error:
            if self._held is None or self._held[0] is other_than:
                self._failures, self._failed = self._failures + 1, error
                raise
            value, _ = self._held
            self._held = (value, self._now() - self._lifetime + TRY_AGAIN_AFTER)
            return value
        self._held = (value, loaded_at := self._now())
        if self._shared is not None:
            await self._shared.keep(value, loaded_at)
        return value
