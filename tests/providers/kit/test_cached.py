"""A value that is kept: fetched by one caller at a time, for all who wait, whatever comes of it."""

import asyncio
from datetime import timedelta

import pytest

from providers.kit.cached import Cached
from providers.port.errors import Unavailable
from tests.providers.clock import HandClock


class Source:
    """Answers when it is let, as often as it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_down = True
        self.answers = asyncio.Event()

    async def __call__(self) -> int:
        self.asked += 1
        await self.answers.wait()
        if self.is_down:
            raise Unavailable("away")
        return self.asked


async def crowd(cached: Cached[int], source: Source) -> list[int | BaseException]:
    """Twenty who ask at once."""
    source.answers.clear()
    asking = [asyncio.create_task(cached.get(source)) for _ in range(20)]
    while not source.asked:
        await asyncio.wait({asking[0]}, timeout=0)
    source.answers.set()
    return await asyncio.gather(*asking, return_exceptions=True)


async def test_who_waits_for_what_cannot_be_had_is_told_with_the_first(clock: HandClock) -> None:
    """Else each would wait for a try of their own, one after the other, for as long as a silent server takes."""
    source = Source()
    cached = Cached[int](timedelta(hours=1), clock)
    assert {type(one) for one in await crowd(cached, source)} == {Unavailable}
    assert source.asked == 1
    with pytest.raises(Unavailable):
        await cached.get(source)
    assert source.asked == 2  # who comes later tries again
    source.is_down = False
    assert await cached.get(source) == 3


async def test_where_each_may_fail_for_a_reason_of_its_own_who_waited_tries_too(clock: HandClock) -> None:
    """Nobody is told of another's trouble, and all try at the same time."""
    source = Source()
    cached = Cached[int](timedelta(hours=1), clock, fails_for_all=False)
    assert {type(one) for one in await crowd(cached, source)} == {Unavailable}
    assert source.asked == 20
    source.is_down = False

    async def broken() -> int:
        raise Unavailable("this one's own")

    asking = [asyncio.create_task(cached.get(load)) for load in (broken, source, source)]
    first, *others = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(first, Unavailable)
    assert {type(one) for one in others} == {int}
    assert await cached.get(source) == source.asked


async def test_a_crowd_gets_one_value(clock: HandClock) -> None:
    source = Source()
    source.is_down = False
    cached = Cached[int](timedelta(hours=1), clock)
    assert await crowd(cached, source) == [1] * 20
