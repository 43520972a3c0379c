"""A list that a platform has alike for everybody: over all processes, and restarts of them, it is read once a day."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import orjson
import pytest

from contracts.words.standard_information import Currency
from providers.kit.json_values import Record
from providers.kit.reads.lists_for_all import ListForAll
from providers.port.errors import Unavailable
from providers.port.shared import AnswerKey
from providers.sage.books import currency
from tests.providers.clock import HandClock
from tests.providers.conftest import Answers

HOUR = 3600.0
KEY = AnswerKey("sage", "app", "currencies")
EURO, POUND = ({"id": "EUR", "displayed_as": "Euro"}, {"id": "GBP", "displayed_as": "Pound"})


class Platform:
    """Answers with what it has, and counts; or it is away."""

    def __init__(self) -> None:
        self.records: list[Record] = [dict(EURO), dict(POUND)]
        self.asked = 0
        self.is_away = False
        self.answers = asyncio.Event()
        self.answers.set()

    async def __call__(self) -> list[Record]:
        self.asked += 1
        await self.answers.wait()
        if self.is_away:
            raise Unavailable("away")
        return self.records


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def process(answers: Answers, clock: HandClock) -> Callable[[], ListForAll[Currency]]:
    """Starts a process, with a memory of its own."""
    return lambda: ListForAll(answers, KEY, currency, clock)


Process = Callable[[], ListForAll[Currency]]


async def keys(asked: Awaitable[tuple[Currency, ...]]) -> list[str]:
    return [row.key for row in await asked]


async def test_another_process_and_the_next_one_read_nothing(
    platform: Platform, process: Process, clock: HandClock
) -> None:
    first = await process().rows(platform)
    clock.move(HOUR * 23)
    other = process()
    assert await other.rows(platform) == first
    assert platform.asked == 1
    clock.move(HOUR)  # a day after it was read, whenever the other process has heard of it
    platform.records.pop()
    assert await keys(other.rows(platform)) == ["EUR"]
    assert await keys(process().rows(platform)) == ["EUR"]
    assert platform.asked == 2


async def test_processes_that_come_at_the_same_moment_each_read_once_at_most(
    platform: Platform, process: Process
) -> None:
    one, other = process(), process()
    platform.answers.clear()
    asking = [asyncio.create_task(each.rows(platform)) for each in (one, other) * 20]
    while platform.asked < 2:
        await asyncio.wait({asking[0]}, timeout=0)
    platform.answers.set()
    came = await asyncio.gather(*asking)
    assert len(set(came)) == 1
    assert platform.asked == 2
    assert await process().rows(platform) == came[0]
    assert platform.asked == 2


async def test_what_is_kept_counts_while_the_platform_does_not_answer(
    platform: Platform, process: Process, clock: HandClock
) -> None:
    """Also in a process that has never read it, and for a few minutes."""
    await process().rows(platform)
    clock.move(HOUR * 72)
    platform.is_away, restarted = True, process()
    assert [await keys(restarted.rows(platform)) for _ in range(3)] == [["EUR", "GBP"]] * 3
    assert platform.asked == 2
    clock.move(HOUR / 12)
    platform.is_away = False
    await restarted.rows(platform)
    assert platform.asked == 3


async def test_an_answer_that_fails_in_one_s_name_is_nobody_else_s(platform: Platform, process: Process) -> None:
    """Neither in this process nor in another one."""
    one, other = process(), process()

    async def offline() -> list[Record]:
        raise Unavailable("this one's own")

    came = await asyncio.gather(one.rows(offline), one.rows(platform), other.rows(platform), return_exceptions=True)
    assert isinstance(came[0], Unavailable)
    assert [isinstance(each, tuple) for each in came] == [False, True, True]


@pytest.mark.parametrize(
    "kept",
    ["", "no JSON", "{}", "[]", "null", '["EUR"]', "[{}]", '[{"code": "EUR"}]', '{"release": 2, "rows": [["EUR"]]}'],
)
async def test_what_another_release_has_kept_in_another_form_is_read_anew(
    kept: str, platform: Platform, process: Process, answers: Answers, clock: HandClock
) -> None:
    answers.there[KEY] = (kept, clock())
    assert await keys(process().rows(platform)) == ["EUR", "GBP"]
    assert orjson.loads(answers.there[KEY][0]) == [EURO, POUND]


async def test_a_clock_that_was_years_ahead_does_not_keep_it_for_years(
    platform: Platform, process: Process, answers: Answers, clock: HandClock
) -> None:
    answers.there[KEY] = (orjson.dumps([EURO]).decode(), clock() + timedelta(days=4000))
    assert await keys(process().rows(platform)) == ["EUR", "GBP"]
    assert answers.there[KEY][1] == clock()
