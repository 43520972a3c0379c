"""The engine with windows of any platform: never more than they allow, no call counted twice or for nothing."""

import asyncio
from collections import Counter as Tally
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.kit.call_limits import ONE_READING, CallLimits
from providers.kit.turns import OF_ONE_PRACTICE, SHORT_TO_ONE
from providers.kit.windows import CallsOf, CountedIn, Unit, Window, start_of
from providers.port.call_budget import Counter
from providers.port.errors import RateLimited
from tests.providers.clock import HandClock
from tests.providers.kit.test_turns import settled

A_MINUTE, A_MONTH = 4, 30
WINDOWS = (
    Window(CallsOf.ORGANISATION, Unit.AT_ONCE, 2),
    Window(CallsOf.ORGANISATION, Unit.MINUTE, A_MINUTE),
    Window(CallsOf.ORGANISATION, Unit.DAY, 9, CountedIn.SHARED),
    Window(CallsOf.APP, Unit.MINUTE, 12, CountedIn.SHARED),
    Window(CallsOf.APP, Unit.MONTH, A_MONTH, CountedIn.SHARED),
)


@dataclass
class Book:
    """The counts of all processes, as the database keeps them."""

    taken: Tally[tuple[Counter, datetime]] = field(default_factory=Tally)

    async def take(self, counter: Counter, begins: datetime, calls: int, limit: int) -> int:
        given = min(calls, limit - self.taken[counter, begins])
        self.taken[counter, begins] += given
        return given

    async def hold(
        self, counter: Counter, holder: UUID, *, in_use: int, wanted: int, limit: int, seconds: float
    ) -> int:
        raise AssertionError("there is no such window")


def nothing_said(_: Mapping[str, str]) -> list[tuple[CallsOf, Unit]]:
    return []


def engine(book: Book, now: Callable[[], datetime], windows: tuple[Window, ...] = WINDOWS) -> CallLimits:
    return CallLimits("books", "app", windows, nothing_said, book, now)


async def admitted(limits: CallLimits, organisation: str | None) -> RateLimited | None:
    """Why a call was not admitted."""
    try:
        async with limits.call(organisation, None):
            return None
    except RateLimited as limit:
        return limit


steps = st.lists(
    st.tuples(
        st.sampled_from((0, 1)), st.sampled_from(("o", "p", None)), st.sampled_from((0, 0, 0, 5, 31, 4000, 90_000))
    ),
    max_size=80,
)


@given(steps)
def test_no_window_ever_has_more_calls_than_it_allows(asking):
    """Of two processes, with any calls at any time; and what is refused is open when it says so."""

    async def go_through() -> None:
        clock, book = HandClock(), Book()
        processes = [engine(book, clock) for _ in range(2)]
        made: list[tuple[int, str | None, datetime]] = []
        for process, organisation, pause in asking:
            clock.move(pause)
            refused = await admitted(processes[process], organisation)
            if refused is None:
                made.append((process, organisation, clock()))
                continue
            assert refused.retry_at is not None
            assert refused.retry_at > clock()
        for unit, most in ((Unit.MINUTE, 12), (Unit.MONTH, A_MONTH)):
            assert max(Tally(start_of(unit, at) for _, _, at in made).values(), default=0) <= most
        of_one = [(organisation, start_of(Unit.DAY, at)) for _, organisation, at in made if organisation]
        assert max(Tally(of_one).values(), default=0) <= 9
        for process in (0, 1):
            for organisation in ("o", "p"):
                begun = [at for which, of, at in made if (which, of) == (process, organisation)]
                assert all(b - a >= timedelta(minutes=1) for a, b in zip(begun, begun[A_MINUTE:], strict=False))
        for (counter, _), taken in book.taken.items():
            if counter.unit == "month" and len({start_of(Unit.MONTH, at) for _, _, at in made}) == 1:
                # Each process may have a part of a block left; nothing else was counted.
                assert len(made) <= taken <= len(made) + 2 * (A_MONTH // 10)

    asyncio.run(go_through())


@given(steps)
def test_nobody_waits_for_ever(asking):
    """Whatever was called before: who comes again when it was told to is admitted, or told a later time."""

    async def go_through() -> None:
        clock, book = HandClock(), Book()
        processes = [engine(book, clock) for _ in range(2)]
        for process, organisation, pause in asking:
            clock.move(pause)
            await admitted(processes[process], organisation)
        for limits in processes:
            for _ in range(6):  # at most once for each window
                refused = await admitted(limits, "o")
                if refused is None:
                    break
                assert refused.retry_at is not None
                clock.time = refused.retry_at
            else:
                raise AssertionError("it is told to come again and again")

    asyncio.run(go_through())


async def test_a_call_that_one_window_refuses_is_counted_in_none() -> None:
    clock, book = HandClock(), Book()
    limits = engine(book, clock)
    for _ in range(A_MINUTE):
        assert await admitted(limits, "o") is None
    taken = dict(book.taken)
    for _ in range(20):
        refused = await admitted(limits, "o")
        assert refused is not None
        assert refused.limit == "minute"
    assert book.taken == taken
    assert await admitted(limits, "p") is None


async def test_what_was_taken_is_given_back_when_a_later_window_is_used_up() -> None:
    """An organisation's day has calls left and the app's minute has none: the day keeps them."""
    clock, book = HandClock(), Book()
    windows = (
        Window(CallsOf.ORGANISATION, Unit.DAY, 40, CountedIn.SHARED),
        Window(CallsOf.APP, Unit.MINUTE, 1, CountedIn.SHARED),
    )
    limits = engine(book, clock, windows)
    for _ in range(20):
        assert await admitted(limits, "o") is None
        refused = await admitted(limits, "p")
        assert refused is not None
        assert (refused.limit, refused.is_of_app) == ("app_minute", True)
        clock.move(60)
    assert book.taken[Counter("books", "app p", "day"), start_of(Unit.DAY, clock())] == 4, "one block"


async def test_what_an_organisation_has_left_of_its_day_is_not_forgotten_with_its_minute() -> None:
    clock, book = HandClock(), Book()
    limits = engine(book, clock, (Window(CallsOf.ORGANISATION, Unit.DAY, 30, CountedIn.SHARED),))
    for _ in range(30):
        assert await admitted(limits, "o") is None
        clock.move(70)
    refused = await admitted(limits, "o")
    assert refused is not None
    assert (refused.limit, refused.is_of_app) == ("day", False)


async def test_calls_that_wait_for_their_block_together_are_looked_at_once_more() -> None:
    """All of them were admitted by their organisation before the block came."""
    came = asyncio.Event()

    class Slow(Book):
        async def take(self, counter: Counter, begins: datetime, calls: int, limit: int) -> int:
            await came.wait()
            return await super().take(counter, begins, calls, limit)

    limits = engine(Slow(), HandClock(), tuple(window for window in WINDOWS if window.unit is not Unit.AT_ONCE))
    calls = [asyncio.create_task(admitted(limits, "o")) for _ in range(A_MINUTE + 3)]
    await settled()
    came.set()
    refused = await asyncio.gather(*calls)
    assert [limit.limit for limit in refused if limit is not None] == ["minute"] * 3


async def test_calls_at_once_of_the_app_count_every_call() -> None:
    """Those without an organisation, too."""
    limits = engine(Book(), HandClock(), (Window(CallsOf.APP, Unit.AT_ONCE, 3),))
    async with AsyncExitStack() as under_way:
        for organisation in ("o", "p", None):
            await under_way.enter_async_context(limits.call(organisation, None))
        for organisation in ("o", None):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01), limits.call(organisation, None):
                    pass
    assert await admitted(limits, None) is None


async def test_calls_with_short_answers_have_turns_of_their_own() -> None:
    """A list that somebody waits for, profile by profile, does not wait for a pull of the same practice."""
    limits, practice, other = engine(Book(), HandClock(), ()), uuid4(), uuid4()
    async with AsyncExitStack() as under_way:
        for is_short, turns in ((False, OF_ONE_PRACTICE), (True, SHORT_TO_ONE * OF_ONE_PRACTICE)):
            for number in range(turns):
                await under_way.enter_async_context(limits.call(f"o{number}", practice, is_short=is_short))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01), limits.call("o", practice, is_short=is_short):
                    pass
            async with limits.call("p", other, is_short=is_short):
                pass


async def test_calls_at_once_of_a_platform_are_all_counted_whatever_their_answers() -> None:
    limits = engine(Book(), HandClock(), (Window(CallsOf.APP, Unit.AT_ONCE, 2),))
    async with AsyncExitStack() as under_way:
        for is_short in (False, True):
            await under_way.enter_async_context(limits.call("o", None, is_short=is_short))
        for is_short in (False, True):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01), limits.call("o", None, is_short=is_short):
                    pass


def test_two_windows_of_one_length_are_one_too_many() -> None:
    twice = (Window(CallsOf.APP, Unit.MINUTE, 3), Window(CallsOf.APP, Unit.MINUTE, 5, CountedIn.SHARED))
    with pytest.raises(ValueError, match="same length"):
        engine(Book(), HandClock(), twice)


async def test_calls_beyond_a_second_s_wait_for_it_and_use_up_nothing_else():
    clock, waited = HandClock(), list[float]()

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        clock.move(seconds)

    windows = (Window(CallsOf.ORGANISATION, Unit.SECOND, 2), Window(CallsOf.ORGANISATION, Unit.MINUTE, 6))
    limits = CallLimits("books", "app", windows, nothing_said, Book(), clock, pause)
    for organisation in ("o", "o", "p", "o", "o", "o", None):
        assert await admitted(limits, organisation) is None
    assert waited == [1.0, 1.0]
    assert await admitted(limits, "o") is None
    refused = await admitted(limits, "o")
    assert refused is not None
    assert refused.limit == "minute"


async def test_whose_reading_began_first_is_read_to_its_end_first():
    """Its later calls come before those of organisations that were begun meanwhile; an old reading is over."""
    clock, served, gate = HandClock(), list[str](), asyncio.Semaphore(0)
    limits = engine(Book(), clock, (Window(CallsOf.APP, Unit.AT_ONCE, 1),))

    async def call(organisation: str) -> None:
        async with limits.call(organisation, None):
            served.append(organisation)
            await gate.acquire()

    async with asyncio.TaskGroup() as group:
        for organisation in ("first", "second", "third", "first", "second"):
            group.create_task(call(organisation))
            await settled()
        for _ in range(5):
            gate.release()
            await settled()
    assert served == ["first", "first", "second", "second", "third"]

    clock.move(ONE_READING.total_seconds() + 1)
    served.clear()
    async with asyncio.TaskGroup() as group:
        for organisation in ("third", "fourth", "first", "fourth"):
            group.create_task(call(organisation))
            await settled()
        for _ in range(4):
            gate.release()
            await settled()
    assert served == ["third", "fourth", "fourth", "first"]
