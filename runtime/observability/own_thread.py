"""Runs an event loop in a thread of its own, for work that must not delay the main thread's loop.

Threads of one interpreter take turns about every millisecond; tasks of one loop take turns only where they wait.
Parsing a page of a thousand records takes tens of milliseconds, during which its loop does nothing else. Objects that
belong to one loop, such as pools and locks, must not be used in the other.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import uvloop

SECONDS = 0.001
"""After which a busy thread lets the other one work. At Python's own five milliseconds, short steps wait longer for
their turns than they take."""


def take_turns_sooner() -> None:
    """Let busy threads of this process take turns every millisecond."""
    sys.setswitchinterval(SECONDS)


@asynccontextmanager
async def in_own_thread(opened: Callable[[], AbstractAsyncContextManager[None]]) -> AsyncIterator[asyncio.Future[None]]:
    """Enter and leave a context in a new thread with its own event loop.

    Args:
        opened: Makes the context; called in that thread.

    Yields:
        A future that is done if the context ends early, with the error that it raised. Leaving raises that error too.

    Raises:
        Exception: Whatever entering the context raised.
    """
    here = asyncio.get_running_loop()
    ready: asyncio.Future[Callable[[], object]] = here.create_future()

    async def hold() -> None:
        there, enough = asyncio.get_running_loop(), asyncio.Event()
        async with opened():
            here.call_soon_threadsafe(ready.set_result, partial(there.call_soon_threadsafe, enough.set))
            await enough.wait()

    ended = here.run_in_executor(None, lambda: uvloop.run(hold()))
    both: tuple[asyncio.Future[Any], ...] = (ready, ended)
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ended.result()
        yield ended
    finally:
        # Again, for whoever was cancelled above: the thread must not be left behind.
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            ready.result()()
        await ended
