"""Calls of a window that processes share: never more than the limit, over any number of them."""

import asyncio
from datetime import timedelta

import pytest

from models.budgets.calls import SharedCallBudget
from tests.models.neighbours import NOON

MINUTE = ("xero", "app 1", "minute")
NEXT = NOON + timedelta(minutes=1)


async def test_two_processes_never_get_more_than_the_limit(database, second_database):
    budgets = [SharedCallBudget(pool) for pool in (database, second_database)]
    taking = [budgets[number % 2].take(MINUTE, NOON, 7, 100) for number in range(40)]
    assert sum(await asyncio.gather(*taking)) == 100


async def test_the_last_calls_are_given_in_part(database):
    budget = SharedCallBudget(database)
    assert [await budget.take(MINUTE, NOON, 4, 10) for _ in range(4)] == [4, 4, 2, 0]


async def test_more_than_the_limit_at_first_is_cut(database):
    budget = SharedCallBudget(database)
    assert await budget.take(MINUTE, NOON, 50, 10) == 10
    assert await budget.take(MINUTE, NOON, 1, 10) == 0


async def test_the_next_minute_starts_afresh(database):
    budget = SharedCallBudget(database)
    assert await budget.take(MINUTE, NOON, 10, 10) == 10
    assert await budget.take(MINUTE, NOON, 1, 10) == 0
    assert await budget.take(MINUTE, NEXT, 10, 10) == 10


async def test_a_clock_that_is_behind_gets_nothing_extra(database, second_database):
    ahead, behind = SharedCallBudget(database), SharedCallBudget(second_database)
    assert await ahead.take(MINUTE, NEXT, 8, 10) == 8
    assert await behind.take(MINUTE, NOON, 8, 10) == 2
    assert await ahead.take(MINUTE, NEXT, 8, 10) == 0


@pytest.mark.parametrize(
    "other",
    [
        ("books", "app 1", "minute"),
        ("xero", "app 2", "minute"),
        ("xero", "app 1 o", "minute"),
        ("xero", "app 1", "day"),
    ],
)
async def test_nothing_else_is_taken_from(database, other):
    budget = SharedCallBudget(database)
    assert await budget.take(MINUTE, NOON, 10, 10) == 10
    assert await budget.take(other, NOON, 10, 10) == 10
    assert await budget.take(MINUTE, NOON, 1, 10) == 0
