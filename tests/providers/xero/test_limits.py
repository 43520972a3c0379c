"""Xero's limits are kept before it has to refuse, and what it refuses is remembered."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from providers.kit.call_limits import CallLimits
from providers.kit.turns import OF_ONE_PRACTICE
from providers.port.errors import RateLimited
from providers.port.feeds import Feed
from providers.xero.feeds import ACCOUNTS, ORGANISATION
from providers.xero.limits import limits_of
from providers.xero.provider import Xero
from providers.xero.settings import XeroConfig
from tests.providers.clock import HandClock
from tests.providers.conftest import Allowance, Tokens
from tests.providers.stand_in import StandIn

CONFIG = XeroConfig("id", "secret")


@pytest.fixture
def limits(clock: HandClock, allowance: Allowance) -> CallLimits:
    return limits_of(CONFIG, allowance, clock)


async def make(limits: CallLimits, calls: int, organisation: str | None = "o") -> None:
    for _ in range(calls):
        async with limits.call(organisation, None):
            pass


async def refusal(limits: CallLimits, organisation: str | None = "o") -> RateLimited:
    with pytest.raises(RateLimited) as caught:
        await make(limits, 1, organisation)
    return caught.value


async def test_five_at_once_and_the_sixth_waits_for_a_slot(limits: CallLimits) -> None:
    admitted = asyncio.Event()

    async def sixth() -> None:
        async with limits.call("o", None):
            admitted.set()

    async with AsyncExitStack() as stack:
        first = AsyncExitStack()
        await first.enter_async_context(limits.call("o", None))
        for _ in range(4):
            await stack.enter_async_context(limits.call("o", None))
        async with limits.call("another", None), asyncio.TaskGroup() as group:
            waiting = group.create_task(sixth())
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await asyncio.shield(waiting)
            assert not admitted.is_set()
            await first.aclose()
        assert admitted.is_set()


async def test_a_cancelled_wait_gives_its_place_back(limits: CallLimits) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(limits.call("o", None))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await make(limits, 1)
    async with AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(limits.call("o", None))


async def test_sixty_in_any_minute(limits: CallLimits, clock: HandClock) -> None:
    begun = clock()
    await make(limits, 30)
    clock.move(40)
    await make(limits, 30)
    refused = await refusal(limits)
    assert (refused.limit, refused.retry_at) == ("minute", begun + timedelta(minutes=1))
    await make(limits, 60, "another")
    clock.move(20)
    await make(limits, 30)
    assert (await refusal(limits)).retry_at == begun + timedelta(seconds=100)


async def test_nothing_left_of_a_minute_spares_the_call(limits: CallLimits, clock: HandClock) -> None:
    begun = clock()
    await make(limits, 1)
    limits.learn("o", {"x-minlimit-remaining": "1"})
    await make(limits, 1)
    limits.learn("o", {"x-minlimit-remaining": "0"})
    refused = await refusal(limits)
    assert (refused.limit, refused.retry_at) == ("minute", begun + timedelta(minutes=1))
    await make(limits, 1, "another")
    clock.move(60)
    await make(limits, 1)


async def test_a_refusal_knows_better_than_our_clock_when_a_minute_ends(limits: CallLimits, clock: HandClock) -> None:
    await make(limits, 1)
    limits.learn("o", {"x-minlimit-remaining": "0"})
    lifts_at = clock() + timedelta(seconds=2)
    limits.refused("o", RateLimited("minute", lifts_at))
    assert (await refusal(limits)).retry_at == lifts_at
    clock.move(2)
    await make(limits, 1)


async def test_when_a_day_ends_is_for_the_next_call_to_find_out(limits: CallLimits, clock: HandClock) -> None:
    await make(limits, 1)
    limits.learn("o", {"x-daylimit-remaining": "0"})
    await make(limits, 1)
    lifts_at = clock() + timedelta(seconds=66_975)
    limits.refused("o", RateLimited("day", lifts_at))
    refused = await refusal(limits)
    assert (refused.limit, refused.retry_at) == ("day", lifts_at)
    clock.move(66_974)  # past midnight UTC
    assert (await refusal(limits)).retry_at == lifts_at
    clock.move(1)
    await make(limits, 1)


async def test_nothing_left_for_the_app_stops_every_organisation(limits: CallLimits, clock: HandClock) -> None:
    await make(limits, 1, None)
    limits.learn(None, {"x-appminlimit-remaining": "0"})
    for organisation in ("o", None):
        refused = await refusal(limits, organisation)
        assert (refused.limit, refused.retry_at) == ("app_minute", clock() + timedelta(seconds=50))
    clock.move(50)
    await make(limits, 1)


async def test_a_429_is_remembered_until_it_lifts(limits: CallLimits, clock: HandClock) -> None:
    await make(limits, 1)
    limits.refused("o", RateLimited("day", clock() + timedelta(hours=5)))
    assert (await refusal(limits)).is_long
    clock.move(5 * 3600)
    await make(limits, 1)
    limits.refused("o", RateLimited("concurrent", clock() + timedelta(seconds=2)))
    await make(limits, 1)
    limits.refused("o", RateLimited("app_minute", clock() + timedelta(seconds=20)))
    assert (await refusal(limits, "another")).limit == "app_minute"


async def test_what_a_header_says_oddly_is_not_zero(limits: CallLimits) -> None:
    await make(limits, 1)
    limits.learn("o", {"x-minlimit-remaining": "", "x-daylimit-remaining": "-"})
    await make(limits, 1)


async def test_the_shared_allowance_is_taken_in_blocks(limits: CallLimits, allowance: Allowance) -> None:
    for number in range(250):
        await make(limits, 1, f"organisation-{number}")
    assert allowance.takes == [100, 100, 100]


async def test_a_crowd_takes_one_block(limits: CallLimits, allowance: Allowance) -> None:
    await asyncio.gather(*(make(limits, 1, f"organisation-{number}") for number in range(100)))
    assert allowance.takes == [100]


async def test_a_block_is_not_carried_into_the_next_minute(
    limits: CallLimits, allowance: Allowance, clock: HandClock
) -> None:
    await make(limits, 1)
    clock.move(50)
    await make(limits, 1)
    assert allowance.takes == [100, 100]


async def test_a_part_of_a_block_is_used_and_then_no_more(
    limits: CallLimits, allowance: Allowance, clock: HandClock
) -> None:
    allowance.left = 3
    await make(limits, 3)
    for _ in range(2):
        refused = await refusal(limits, "another")
        assert (refused.limit, refused.retry_at) == ("app_minute", clock() + timedelta(seconds=50))
    assert allowance.takes == [100, 100]
    allowance.left = 100
    clock.move(50)
    await make(limits, 1)


async def test_a_small_allowance_is_not_taken_by_one_process(allowance: Allowance, clock: HandClock) -> None:
    await make(limits_of(XeroConfig("id", "secret", calls_per_minute=20), allowance, clock), 1)
    assert allowance.takes == [2]


async def test_a_clock_that_is_set_back_forgets_nothing(limits: CallLimits, clock: HandClock) -> None:
    await make(limits, 30)
    clock.move(-30)
    await make(limits, 30)
    clock.move(80)
    assert (await refusal(limits)).limit == "minute"


async def test_organisations_are_forgotten_when_idle(limits: CallLimits, clock: HandClock) -> None:
    for number in range(50):
        await make(limits, 1, f"organisation-{number}")
    await make(limits, 1, "limited")
    limits.refused("limited", RateLimited("day", clock() + timedelta(hours=5)))
    async with limits.call("busy", None):
        clock.move(61)
        await make(limits, 1, "new")
        assert set(limits._organisations) == {"limited", "busy", "new"}
    assert (await refusal(limits, "limited")).limit == "day"


async def test_profiles_and_changes_do_not_wait_for_long_lists(xero: Xero, server: StandIn) -> None:
    server.answer("/api.xro/2.0/Organisation", {"Organisations": [{"OrganisationID": "o", "Name": "Alder & Finch"}]})
    server.answer("/api.xro/2.0/Accounts", {"Accounts": [{"AccountID": "a", "Name": "Sales"}]})

    async def read(feed: Feed, seconds: float, since: datetime | None = None) -> int:
        async with asyncio.timeout(seconds):
            return sum([len(page.rows) async for page in xero.read(Tokens("a"), "o", feed, since)])

    async with AsyncExitStack() as under_way:
        for number in range(OF_ONE_PRACTICE):
            await under_way.enter_async_context(xero._limits.call(f"o{number}", None))
        assert await read(ORGANISATION, 5) == 1
        assert await read(ACCOUNTS, 5, datetime(2026, 11, 29, tzinfo=UTC)) == 1
        with pytest.raises(TimeoutError):
            await read(ACCOUNTS, 0.02)
