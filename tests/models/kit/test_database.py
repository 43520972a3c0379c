"""Sessions, transactions, turns, and work that is brought to its end."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from models.kit.database import Database
from models.practices.tables import Practice
from models.practices.writes import create_practice


async def practices(database: Database) -> list[str]:
    async with database.session() as session:
        return list((await session.exec(select(Practice.slug))).all())


async def test_a_transaction_is_kept_whole_or_not_at_all(database):
    class Failed(Exception):
        pass

    async def fail() -> None:
        async with database.transaction() as session:
            await create_practice(session, "Lost")
            raise Failed

    with pytest.raises(Failed):
        await fail()
    async with database.transaction() as session:
        await create_practice(session, "Kept")
    async with database.session() as session:
        await create_practice(session, "Not committed")
    assert await practices(database) == ["kept"]


async def test_an_error_tells_no_values(database):
    with pytest.raises(DBAPIError) as failed:
        async with database.session() as session:
            await (await session.connection()).execute(
                text("SELECT CAST(:what AS text) FROM nowhere"), {"what": "a contact's name"}
            )
    assert "a contact's name" not in str(failed.value)


async def test_turns_of_one_name_come_one_after_the_other(database):
    inside, order = 0, []

    async def take(name: str) -> None:
        nonlocal inside
        async with database.turn(name):
            inside += 1
            assert inside == 1
            await practices(database)
            order.append(name)
            inside -= 1

    await asyncio.gather(*(take("a") for _ in range(5)))
    assert order == ["a"] * 5


async def test_turns_of_two_names_do_not_wait_for_each_other(database):
    met = asyncio.Barrier(2)

    async def take(name: str) -> None:
        async with database.turn(name), asyncio.timeout(60):
            await met.wait()

    await asyncio.gather(take("a"), take("b"))


async def test_closing_waits_for_work_whose_caller_was_cancelled(database_url, database):
    closing, begun, may_go_on = Database(database_url), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        async with closing.transaction() as session:
            begun.set()
            await may_go_on.wait()
            await create_practice(session, "Brought to its end")

    caller = asyncio.create_task(closing.to_the_end(work()))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    may_go_on.set()
    await closing.close()
    assert await practices(database) == ["brought-to-its-end"]
