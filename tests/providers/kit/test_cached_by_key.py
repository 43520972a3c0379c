"""Values that are kept by their keys: for a time, the latest few, and loaded by one caller at a time."""

import asyncio
from datetime import timedelta

import pytest

from providers.kit.cached import CachedByKey
from tests.providers.clock import HandClock


class Loads:
    """Counts loads, and fails on demand."""

    def __init__(self) -> None:
        self.count, self.fails = 0, False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self) -> int:
        await self.may_answer.wait()
        if self.fails:
            raise ConnectionError
        self.count += 1
        return self.count


async def test_a_value_is_loaded_once_until_its_time_is_over():
    clock, loads = HandClock(), Loads()
    kept = CachedByKey[int](timedelta(minutes=1), 2, clock)
    loads.may_answer.clear()
    asking = [asyncio.create_task(kept.get("a", loads)) for _ in range(3)]
    asyncio.get_running_loop().call_soon(loads.may_answer.set)
    assert await asyncio.gather(*asking) == [1, 1, 1]
    clock.move(59)
    assert await kept.get("a", loads) == 1
    clock.move(1)
    assert await kept.get("a", loads) == 2


async def test_the_ones_that_were_asked_for_last_stay():
    loads = Loads()
    kept = CachedByKey[int](timedelta(minutes=1), 2, HandClock())
    for key, expected in (("a", 1), ("b", 2), ("a", 1), ("c", 3), ("a", 1), ("b", 4)):
        assert await kept.get(key, loads) == expected


async def test_a_load_that_failed_is_tried_again_by_the_next():
    loads = Loads()
    kept = CachedByKey[int](timedelta(minutes=1), 2, HandClock())
    loads.fails = True
    with pytest.raises(ConnectionError):
        await kept.get("a", loads)
    loads.fails = False
    assert await kept.get("a", loads) == 1


async def test_who_wants_a_fresh_one_gets_it_and_others_wait_for_it():
    loads = Loads()
    kept = CachedByKey[int](timedelta(minutes=1), 2, HandClock())
    assert await kept.get("a", loads) == 1
    loads.may_answer.clear()
    asking = [asyncio.create_task(kept.get("a", loads, is_fresh=fresh)) for fresh in (True, False)]
    asyncio.get_running_loop().call_soon(loads.may_answer.set)
    assert await asyncio.gather(*asking) == [2, 2]
