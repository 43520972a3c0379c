"""The app-wide call allowance: never more than the limit, over any number of processes."""

import asyncio
from datetime import timedelta

from models.budgets.calls import SharedCallBudget
from tests.models.conftest import NOON, HandClock


async def test_two_processes_never_get_more_than_the_limit(database, second_database):
    budgets = [SharedCallBudget(pool, clock=HandClock()) for pool in (database, second_database)]
    taking = [budgets[number % 2].take("xero:1", 7, 100) for number in range(40)]
    assert sum(await asyncio.gather(*taking)) == 100


async def test_the_last_calls_are_given_in_part(database):
    budget = SharedCallBudget(database, clock=HandClock())
    assert [await budget.take("xero:1", 4, 10) for _ in range(4)] == [4, 4, 2, 0]


async def test_more_than_the_limit_at_first_is_cut(database):
    budget = SharedCallBudget(database, clock=HandClock())
    assert await budget.take("xero:1", 50, 10) == 10
    assert await budget.take("xero:1", 1, 10) == 0


async def test_the_next_minute_starts_afresh(database):
    clock = HandClock(NOON + timedelta(seconds=59))
    budget = SharedCallBudget(database, clock=clock)
    assert await budget.take("xero:1", 10, 10) == 10
    assert await budget.take("xero:1", 1, 10) == 0
    clock.at = NOON + timedelta(seconds=60)
    assert await budget.take("xero:1", 10, 10) == 10


async def test_a_clock_that_is_behind_gets_nothing_extra(database, second_database):
    ahead = SharedCallBudget(database, clock=HandClock(NOON + timedelta(minutes=1)))
    behind = SharedCallBudget(second_database, clock=HandClock(NOON))
    assert await ahead.take("xero:1", 8, 10) == 8
    assert await behind.take("xero:1", 8, 10) == 2
    assert await ahead.take("xero:1", 8, 10) == 0


async def test_apps_do_not_share(database):
    budget = SharedCallBudget(database, clock=HandClock())
    assert await budget.take("xero:1", 10, 10) == 10
    assert await budget.take("xero:2", 10, 10) == 10
