"""FairSemaphore: who waits is served fairly, and nothing that ends early keeps a turn."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.kit.fair_semaphore import FairSemaphore
from providers.port.errors import HeldUp

PATIENT = 60.0


class Callers:
    """Who waits for turns, and in which order they got them; each caller's calls by their numbers, too."""

    def __init__(self, turns: FairSemaphore) -> None:
        self._turns = turns
        self.served: list[str | None] = []
        self.numbers: defaultdict[str | None, list[int]] = defaultdict(list)
        self.calls: list[asyncio.Task[None]] = []
        self._answers: list[asyncio.Event] = []

    async def call(self, *callers: str | None, place: int = 0) -> None:
        """Let callers ask for a turn each."""
        for caller in callers:
            answered = asyncio.Event()
            self._answers.append(answered)
            self.calls.append(asyncio.create_task(self._call(caller, place, answered)))
        await settled()

    async def _call(self, caller: str | None, place: int, answered: asyncio.Event) -> None:
        async with self._turns.of(caller, place):
            self.served.append(caller)
            self.numbers[caller].append(self._answers.index(answered))
            await answered.wait()

    async def answer(self, *which: int) -> None:
        """Answer calls, so that their turns come free."""
        for one in which:
            self._answers[one].set()
            await settled()


async def one_round() -> None:
    """Let the loop run what is ready."""
    loop = asyncio.get_running_loop()
    passed = loop.create_future()
    loop.call_soon(passed.set_result, None)
    await passed


async def settled() -> None:
    for _ in range(5):
        await one_round()


@asynccontextmanager
async def callers(at_once: int, of_one: int) -> AsyncIterator[Callers]:
    """Callers; at the end each call that is still there is answered and must get its turn."""
    there = Callers(FairSemaphore(at_once, of_one, PATIENT))
    yield there
    await there.answer(*range(len(there.calls)))
    async with asyncio.timeout(60):
        await asyncio.gather(*there.calls, return_exceptions=True)


async def test_a_newcomer_goes_before_the_many_that_wait() -> None:
    async with callers(2, 2) as all_of_them:
        await all_of_them.call(*["big"] * 6, "small")
        assert all_of_them.served == ["big", "big"]
        await all_of_them.answer(0)
        assert all_of_them.served == ["big", "big", "small"]


async def test_equals_are_served_in_turn() -> None:
    async with callers(1, 1) as all_of_them:
        await all_of_them.call("a", "a", "a", "b", "b", "c")
        await all_of_them.answer(0, 1, 3, 5, 2, 4)
        assert all_of_them.served == ["a", "a", "b", "c", "a", "b"]


async def test_of_one_caller_the_least_place_comes_first_and_of_equals_whoever_waited_longest() -> None:
    async with callers(1, 1) as all_of_them:
        await all_of_them.call("a", "a", place=2)
        await all_of_them.call("a", place=3)
        await all_of_them.call("a", "a", place=1)
        await all_of_them.answer(*range(5))
        assert all_of_them.numbers["a"] == [0, 3, 4, 1, 2]


async def test_a_place_is_nothing_to_others() -> None:
    async with callers(1, 1) as all_of_them:
        await all_of_them.call("a", "a", "a", place=1)
        await all_of_them.call("b", place=9)
        await all_of_them.answer(0, 3, 1, 2)
        assert all_of_them.served == ["a", "a", "b", "a"]


async def test_some_turns_are_kept_for_whoever_comes_next() -> None:
    async with callers(3, 2) as all_of_them:
        await all_of_them.call("big", "big", "big")
        assert all_of_them.served == ["big", "big"]
        await all_of_them.call("small")
        assert all_of_them.served == ["big", "big", "small"]
        await all_of_them.answer(3)
        assert all_of_them.served == ["big", "big", "small"], "the big one has all that it may have"
        await all_of_them.answer(0)
        assert all_of_them.served == ["big", "big", "small", "big"]


async def test_callers_without_a_name_are_one_caller() -> None:
    async with callers(1, 1) as all_of_them:
        await all_of_them.call(None, None)
        await all_of_them.answer(0)
        assert all_of_them.served == [None, None]


async def test_a_cancelled_wait_leaves_the_queue() -> None:
    async with callers(1, 1) as all_of_them:
        await all_of_them.call("a", "b", "c")
        all_of_them.calls[1].cancel()
        await all_of_them.answer(0)
        assert all_of_them.served == ["a", "c"]


async def test_a_turn_that_is_given_at_the_moment_of_cancelling_goes_to_the_next() -> None:
    turns = FairSemaphore(1, 1, PATIENT)
    first = turns.of("a")
    await first.__aenter__()
    waiting = asyncio.create_task(turns.of("b").__aenter__())
    await settled()
    await first.__aexit__(None, None, None)  # "b" is given the turn, and has not woken up yet
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(60), turns.of("c"):
        pass


async def test_a_failed_call_gives_its_turn_back() -> None:
    turns = FairSemaphore(1, 1, PATIENT)
    with pytest.raises(LookupError):
        async with turns.of("a"):
            raise LookupError
    async with asyncio.timeout(60), turns.of("b"):
        pass


async def test_nobody_waits_for_ever() -> None:
    turns = FairSemaphore(1, 1, longest=0.001)
    async with turns.of("a"):
        with pytest.raises(HeldUp):
            await turns.of("b").__aenter__()
    async with asyncio.timeout(60), turns.of("c"):
        pass


async def test_a_wait_that_was_cancelled_a_moment_ago_is_passed_over() -> None:
    """The turn comes free before whoever is cancelled has woken up to leave the queue."""
    turns = FairSemaphore(1, 1, PATIENT)
    first = turns.of("a")
    await first.__aenter__()
    waiting = asyncio.create_task(turns.of("b").__aenter__())
    await settled()
    waiting.cancel()
    await first.__aexit__(None, None, None)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(60), turns.of("c"):
        pass


async def test_fewer_turns_take_none_away_and_more_go_to_who_waits() -> None:
    turns = FairSemaphore(2, 2, PATIENT)
    there = Callers(turns)
    await there.call("a", "a", "a", "b")
    turns.resize(1, 1)
    assert turns.in_use == 2
    await there.answer(0)
    assert there.served == ["a", "a"], "one is still under way, and there is one"
    await there.answer(1)
    assert there.served == ["a", "a", "a"]
    turns.resize(0, 0)
    await there.answer(2)
    assert (there.served, turns.in_use) == (["a", "a", "a"], 0)
    turns.resize(3, 3)
    await settled()
    assert there.served == ["a", "a", "a", "b"]
    await there.answer(3)


step = st.one_of(
    st.tuples(st.just("call"), st.sampled_from(("a", "b", "c", "late b"))),
    st.tuples(st.sampled_from(("answer", "cancel")), st.integers(0, 40)),
    st.tuples(st.just("resize"), st.integers(0, 5)),
)


@given(st.lists(step, max_size=50))
def test_order_is_kept_among_equals_and_nobody_is_forgotten(steps: list[tuple[str, str | int]]) -> None:
    """Whatever comes between: calls, answers, cancellations at any moment, and more or fewer turns."""

    async def go_through() -> None:
        turns = FairSemaphore(2, 2, PATIENT)
        there, size, under_way, late = Callers(turns), 2, 0, list[int]()
        for kind, what in steps:
            if kind == "call":
                await there.call(str(what)[-1], place=len(str(what)))
                late.extend([len(there.calls) - 1] if len(str(what)) > 1 else [])
            elif kind == "resize":
                size = int(what)
                turns.resize(size, size)
                await settled()
            elif there.calls:
                number = int(what) % len(there.calls)
                if kind == "cancel":
                    there.calls[number].cancel()
                    await one_round()  # it gives back; whoever gets its turn has not woken up yet
                else:
                    await there.answer(number)
            assert turns.in_use <= max(size, under_way), "none is given beyond what there are"
            under_way = turns.in_use
        turns.resize(3, 3)
        await there.answer(*range(len(there.calls)))
        async with asyncio.timeout(60):
            await asyncio.gather(*there.calls, return_exceptions=True)
        assert turns.in_use == 0
        for caller in "abc":
            for served in (
                [number for number in there.numbers[caller] if number not in late],
                [number for number in there.numbers[caller] if number in late],
            ):
                assert served == sorted(served), "of those with the same place: first come, first served"

    asyncio.run(go_through())
