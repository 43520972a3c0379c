"""A context in a thread of its own: entered and left there, and what it raises is not lost."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from runtime.observability.own_thread import in_own_thread


async def test_it_is_entered_and_left_in_another_thread_with_a_loop_of_its_own() -> None:
    seen: list[tuple[threading.Thread, asyncio.AbstractEventLoop]] = []

    @asynccontextmanager
    async def watched() -> AsyncIterator[None]:
        seen.append((threading.current_thread(), asyncio.get_running_loop()))
        yield
        seen.append((threading.current_thread(), asyncio.get_running_loop()))

    async with in_own_thread(watched) as ended:
        assert len(seen) == 1
        assert not ended.done()
    entered, left = seen
    assert entered == left
    assert entered[0] is not threading.current_thread()
    assert entered[1] is not asyncio.get_running_loop()


async def test_what_entering_raises_comes_out_here() -> None:
    @asynccontextmanager
    async def unready() -> AsyncIterator[None]:
        raise LookupError("no server")
        yield

    with pytest.raises(LookupError, match="no server"):
        async with in_own_thread(unready):
            pytest.fail("it was not entered")


async def test_what_ends_it_early_is_told_and_raised_on_leaving() -> None:
    fail = threading.Event()

    @asynccontextmanager
    async def failing() -> AsyncIterator[None]:
        owner = asyncio.current_task()
        assert owner is not None

        async def wait() -> None:
            await asyncio.to_thread(fail.wait)
            owner.cancel()  # as a Temporal worker does that can go on no longer

        waiting = asyncio.create_task(wait())
        try:
            yield
        except asyncio.CancelledError:
            raise RuntimeError("the worker failed") from None
        finally:
            await waiting

    async def until_it_fails() -> None:
        async with in_own_thread(failing) as ended:
            fail.set()
            await asyncio.wait([ended], timeout=10)
            assert ended.done()

    with pytest.raises(RuntimeError, match="the worker failed"):
        await until_it_fails()
