"""Slots that a process holds of a limit that it shares: kept while it calls, trusted no longer than they are its."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from providers.kit.shared_turns import HELD_FOR, LONGEST_CALL, SharedTurns
from providers.port.errors import HeldUp
from tests.providers.kit.test_turns import one_round, settled


class Keeper:
    """Answers questions for slots when the test lets it, and lets time pass when the test says so.

    Attributes:
        asked: Of each question, how many are in use and how many are wanted.
        gives: What the next answers give; an exception is raised.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        self.gives: int | Exception = 3
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.seconds = 1000.0
        self._pausing: list[asyncio.Future[None]] = []

    async def ask(self, *, in_use: int, wanted: int, seconds: float) -> int:
        assert seconds == HELD_FOR
        self.asked.append((in_use, wanted))
        await self.may_answer.wait()
        if isinstance(self.gives, Exception):
            raise self.gives
        return min(wanted, self.gives)

    async def pause(self, _: float) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._pausing.append(waiting)
        await waiting

    async def next_question(self) -> None:
        """Let all pauses end until one more question is asked."""
        number = len(self.asked)
        async with asyncio.timeout(60):
            while len(self.asked) == number:
                for waiting in self._pausing:
                    if not waiting.done():
                        waiting.set_result(None)
                self._pausing.clear()
                await one_round()
        await settled()


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
async def turns(keeper: Keeper) -> AsyncIterator[SharedTurns]:
    turns = SharedTurns(keeper.ask, 10, 10, 30.0, pause=keeper.pause, seconds_now=lambda: keeper.seconds)
    yield turns
    keeper.gives = 0
    keeper.may_answer.set()
    await turns.close()


class Calls:
    """Calls that are begun and ended by the test."""

    def __init__(self, turns: SharedTurns) -> None:
        self._turns = turns
        self._ends: list[asyncio.Event] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.under_way = 0

    async def begin(self, number: int = 1) -> None:
        for _ in range(number):
            self._ends.append(asyncio.Event())
            self.tasks.append(asyncio.create_task(self._call(self._ends[-1])))
        await settled()

    async def end(self, number: int = 1) -> None:
        for end in [end for end in self._ends if not end.is_set()][:number]:
            end.set()
        await settled()

    async def _call(self, end: asyncio.Event) -> None:
        async with self._turns.of("practice"):
            self.under_way += 1
            try:
                await end.wait()
            finally:
                self.under_way -= 1


async def test_as_many_calls_are_under_way_as_slots_are_held(turns: SharedTurns, keeper: Keeper) -> None:
    calls = Calls(turns)
    await calls.begin(5)
    assert keeper.asked == [(0, 5)]
    assert calls.under_way == 3
    keeper.gives = 4
    await keeper.next_question()
    assert keeper.asked[-1] == (3, 5)
    assert calls.under_way == 4
    keeper.gives = 1
    await keeper.next_question()
    assert calls.under_way == 4, "none is taken from a call under way"
    await calls.end(3)
    assert calls.under_way == 1, "and none begins in its place"
    await calls.end()
    assert calls.under_way == 1
    await calls.end()


async def test_while_it_asks_no_more_are_under_way_than_it_says(turns: SharedTurns, keeper: Keeper) -> None:
    calls = Calls(turns)
    await calls.begin(3)
    await calls.end(2)
    keeper.may_answer.clear()
    await keeper.next_question()
    assert keeper.asked[-1][0] == 1
    await calls.begin(2)
    assert calls.under_way == 1, "the others may be told that the rest is free"
    keeper.may_answer.set()
    await settled()
    assert calls.under_way == 3
    await calls.end(3)


async def test_without_an_answer_nobody_knows_what_is_free(turns: SharedTurns, keeper: Keeper) -> None:
    calls = Calls(turns)
    await calls.begin(3)
    await calls.end(2)
    keeper.gives = ConnectionError("in the middle")
    await keeper.next_question()
    await calls.begin(2)
    assert calls.under_way == 1
    keeper.gives = 3
    await keeper.next_question()
    assert calls.under_way == 3
    await calls.end(3)


async def test_no_call_begins_on_slots_that_may_end_before_it(turns: SharedTurns, keeper: Keeper) -> None:
    calls = Calls(turns)
    await calls.begin()
    keeper.gives = ConnectionError("gone")
    keeper.seconds += HELD_FOR - LONGEST_CALL
    await calls.end()
    async with asyncio.timeout(60), turns.of("practice"):
        pass
    keeper.seconds += 0.1
    with pytest.raises(HeldUp):
        async with turns.of("practice"):
            pass


async def test_more_is_asked_for_as_soon_as_more_calls_wait(turns: SharedTurns, keeper: Keeper) -> None:
    keeper.gives = 9
    calls = Calls(turns)
    await calls.begin()
    assert keeper.asked == [(0, 1)]
    await calls.begin(20)
    await keeper.next_question()
    assert keeper.asked[-1] == (1, 10), "and not for more than it has use for"
    assert calls.under_way == 9
    await calls.end(9)
    await calls.end(9)
    await calls.end(9)


async def test_an_idle_process_gives_all_back_and_asks_no_more(turns: SharedTurns, keeper: Keeper) -> None:
    calls = Calls(turns)
    await calls.begin()
    await calls.end()
    await keeper.next_question()
    await keeper.next_question()
    assert keeper.asked[-1] == (0, 0)
    number = len(keeper.asked)
    await turns.close()
    assert len(keeper.asked) == number
    await calls.begin()
    assert calls.under_way == 1, "and the next call asks anew"
    await calls.end()


async def test_closing_gives_back_what_is_held(keeper: Keeper) -> None:
    turns = SharedTurns(keeper.ask, 10, 10, 30.0, pause=keeper.pause, seconds_now=lambda: keeper.seconds)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(turns.of("practice"))
    await turns.close()
    assert keeper.asked[-1] == (0, 0)
