"""Slots of calls at once that processes share, in the database: never more than there are, and none lost for long."""

import asyncio
from uuid import UUID, uuid4

from models.budgets.calls import SharedCallBudget
from models.kit.database import Database

AT_ONCE = ("books", "app 1", "concurrent")
ONE, OTHER = UUID(int=1), UUID(int=2)


class Process:
    """One process, which asks for slots of which some are in use."""

    def __init__(self, database: Database, holder: UUID, limit: int = 4) -> None:
        self._budget, self._holder, self._limit = SharedCallBudget(database), holder, limit

    async def ask(
        self, wanted: int, in_use: int = 0, seconds: float = 60, counter: tuple[str, str, str] = AT_ONCE
    ) -> int:
        return await self._budget.hold(
            counter, self._holder, in_use=in_use, wanted=wanted, limit=self._limit, seconds=seconds
        )


async def test_what_one_holds_the_other_does_not_get(database, second_database):
    one, other = Process(database, ONE), Process(second_database, OTHER)
    assert await one.ask(3) == 3
    assert await other.ask(9) == 1
    assert await one.ask(3, in_use=3) == 2, "none may begin beyond its part"
    assert await other.ask(9, in_use=1) == 1, "and a call under way keeps its slot"
    assert await one.ask(3, in_use=2) == 2
    assert await other.ask(9, in_use=1) == 2
    assert await one.ask(0) == 0
    assert await other.ask(9, in_use=2) == 4


async def test_many_at_the_same_moment_get_no_more_than_there_are(database, second_database):
    processes = [Process((database, second_database)[number % 2], uuid4(), limit=10) for number in range(12)]
    await asyncio.gather(*(process.ask(0) for process in processes))  # from now on each has a connection
    for _ in range(3):
        held = await asyncio.gather(*(process.ask(5) for process in processes))
        assert sum(held) <= 10
    assert all(one <= 1 for one in held)


async def test_who_is_gone_loses_its_slots_when_their_time_is_over(database, second_database):
    one, other = Process(database, ONE), Process(second_database, OTHER)
    assert await one.ask(4, seconds=0) == 4
    assert await other.ask(9) == 4
    assert await one.ask(9) == 0, "and has to wait like any other"


async def test_limits_do_not_share(database):
    one, other = Process(database, ONE), Process(database, OTHER)
    assert await one.ask(4) == 4
    assert await other.ask(4, counter=("books", "app 2", "concurrent")) == 4
    assert await other.ask(4, counter=("other books", "app 1", "concurrent")) == 4
    assert await one.ask(0) == 0
    assert await other.ask(4, counter=("books", "app 2", "concurrent"), in_use=4) == 4
