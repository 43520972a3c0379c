"""Another platform's windows, by the same engine: processes that share a month and calls at once, over real sockets.

Each process has a pool of its own to the same PostgreSQL. What the platform sees is counted by its own server.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.budgets.calls import SharedCallBudget
from models.kit.database import Database
from providers.port.errors import HeldUp, ProviderError, RateLimited
from tests.providers.clock import HandClock
from tests.second_provider import A_MONTH, AT_ONCE, LEFT, WINDOWS, SecondCalls

AT_ONCE_ONLY = tuple(window for window in WINDOWS if window.unit == "concurrent")
BIG, SMALL = UUID(int=1), UUID(int=2)
NEXT_MONTH = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass
class Platform:
    """Answers calls when as many are under way as it waits for, the oldest first, and counts them.

    Attributes:
        waits_for: How many calls have to be under way before the oldest is answered.
        says: Status and headers of every answer.
        most_at_once: The most that were ever under way.
        seen: How many calls came.
    """

    waits_for: int = 1
    says: bytes = b"HTTP/1.1 200 OK\r\n"
    most_at_once: int = 0
    seen: int = 0
    url: str = ""
    _under_way: deque[asyncio.Event] = field(default_factory=deque)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                self.seen += 1
                self._came.set()
                is_answered = asyncio.Event()
                self._under_way.append(is_answered)
                self.most_at_once = max(self.most_at_once, len(self._under_way))
                self.look()
                await is_answered.wait()
                writer.write(self.says + b"Content-Length: 0\r\n\r\n")
                await writer.drain()
        writer.close()

    async def until_seen(self, number: int) -> None:
        """Wait until so many calls came."""
        while self.seen < number:
            self._came.clear()
            await self._came.wait()

    def look(self) -> None:
        """Answer the oldest calls while enough are under way."""
        while self._under_way and len(self._under_way) >= self.waits_for:
            self._under_way.popleft().set()


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    platform = Platform()
    server = await asyncio.start_server(platform.serve, "127.0.0.1", 0)
    platform.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield platform


Start = Callable[..., SecondCalls]


@pytest.fixture
async def start(platform: Platform, database: Database, second_database: Database) -> AsyncIterator[Start]:
    """Starts processes, in turn on one pool and on the other."""
    started: list[SecondCalls] = []

    def start(**how: object) -> SecondCalls:
        pool = (database, second_database)[len(started) % 2]
        started.append(SecondCalls(platform.url, SharedCallBudget(pool), **how))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        await one.close()


async def refused(call: SecondCalls, organisation_id: str | None = None) -> RateLimited | None:
    try:
        await call.ask(organisation_id)
    except RateLimited as limit:
        return limit
    return None


async def test_processes_share_calls_at_once_and_use_them_all(platform: Platform, start: Start) -> None:
    """One process wants all of them without end; another that comes later has its part, and finishes."""
    platform.waits_for = AT_ONCE
    big, small = start(windows=AT_ONCE_ONLY), start(windows=AT_ONCE_ONLY)
    is_over = asyncio.Event()

    async def on_and_on() -> None:
        while not is_over.is_set():
            await big.ask("o", BIG)

    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for _ in range(12):
            group.create_task(on_and_on())
        await platform.until_seen(20)
        await asyncio.gather(*(small.ask("p", SMALL) for _ in range(10)))
        is_over.set()
        platform.waits_for = 1
        platform.look()
    assert platform.most_at_once == AT_ONCE


@pytest.mark.thorough
async def test_more_processes_than_calls_at_once_have_their_time_each(platform: Platform, start: Start) -> None:
    processes = [start(windows=AT_ONCE_ONLY) for _ in range(AT_ONCE + 2)]
    served: Counter[int] = Counter()
    are_served = asyncio.Event()

    async def on_and_on(number: int) -> None:
        while not are_served.is_set():
            with suppress(HeldUp):  # whoever waits too long asks anew, as an activity does
                await processes[number].ask(None, BIG)
                served[number] += 1
            if len(served) == len(processes):
                are_served.set()

    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for number in range(len(processes)):
            group.create_task(on_and_on(number))
    assert platform.most_at_once <= AT_ONCE


async def test_a_practice_in_the_same_process_has_its_turn(platform: Platform, start: Start) -> None:
    """Fairness among practices holds within what the process holds of the app's calls at once."""
    platform.waits_for = AT_ONCE
    process = start(windows=AT_ONCE_ONLY)
    order: list[UUID] = []

    async def ask(practice: UUID) -> None:
        await process.ask(None, practice)
        order.append(practice)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for _ in range(40):
            group.create_task(ask(BIG))
        await platform.until_seen(AT_ONCE)
        await ask(SMALL)
        platform.waits_for = 1
        platform.look()
    assert order.index(SMALL) < 20


async def test_a_month_is_counted_over_all_processes_and_restarts(platform: Platform, start: Start) -> None:
    clock = HandClock()
    one, other = start(clock=clock), start(clock=clock)
    limits = [await refused((one, other)[number % 2], "o") for number in range(2 * A_MONTH)]
    assert platform.seen == A_MONTH
    met = [limit for limit in limits if limit is not None]
    assert {(limit.limit, limit.retry_at, limit.is_long, limit.is_of_app) for limit in met} == {
        ("app_month", NEXT_MONTH, True, True)
    }
    again = start(clock=clock)
    assert await refused(again) is not None, "a new process knows of it"
    clock.time = NEXT_MONTH - timedelta(seconds=1)
    assert await refused(one) is not None
    clock.time = NEXT_MONTH
    assert [await refused(process) for process in (one, other, again)] == [None] * 3
    assert platform.seen == A_MONTH + 3


async def test_a_month_of_which_the_platform_says_that_it_is_used_up_is_asked_no_more(
    platform: Platform, start: Start
) -> None:
    """Others may use the same app; their calls are in no count of ours."""
    clock = HandClock()
    one, other = start(clock=clock), start(clock=clock)
    platform.says = f"HTTP/1.1 200 OK\r\n{LEFT}: 0\r\n".encode()
    assert await refused(one) is None
    limit = await refused(one, "o")
    assert limit is not None
    assert (limit.limit, limit.retry_at, platform.seen) == ("app_month", NEXT_MONTH, 1)
    platform.says = b"HTTP/1.1 429 Too Many Requests\r\n"
    for seen in (2, 2):  # the first is the platform's answer, the second is remembered
        limit = await refused(other, "o")
        assert limit is not None
        assert (limit.limit, limit.retry_at, platform.seen) == ("app_month", NEXT_MONTH, seen)


async def test_a_429_with_a_time_closes_its_organisation_until_then(platform: Platform, start: Start) -> None:
    clock = HandClock()
    process = start(clock=clock)
    platform.says = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 4000\r\n"
    for _ in range(3):
        limit = await refused(process, "o")
        assert limit is not None
        assert (limit.limit, limit.retry_at, limit.is_of_app) == ("day", clock() + timedelta(seconds=4000), False)
    assert platform.seen == 1
    platform.says = b"HTTP/1.1 200 OK\r\n"
    assert await refused(process, "p") is None
    clock.move(4000)
    assert await refused(process, "o") is None


async def test_a_database_that_is_away_begins_no_call(platform: Platform, database: Database) -> None:
    class Away(SharedCallBudget):
        async def hold(self, *_: object, **__: object) -> int:
            raise ConnectionError("no database")

    process = SecondCalls(platform.url, Away(database), AT_ONCE_ONLY)
    with pytest.raises((TimeoutError, ProviderError)):
        async with asyncio.timeout(0.3):
            await process.ask()
    assert platform.seen == 0
    await process.close()
