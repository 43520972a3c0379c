"""Sessions, transactions, turns, and work that is brought to its end."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.kit.database import Database, ReadOnlyError
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


async def told_of(session: AsyncSession) -> list[str]:
    """What a query beside which nothing is prepared sends on the session's connection: the first word of each."""
    told: list[str] = []
    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    driver.add_query_logger(lambda record: told.append(record.query.partition(" ")[0].strip(";")))
    await session.exec(select(Practice.slug))
    await session.rollback()
    loop = asyncio.get_running_loop()
    later = loop.create_future()
    loop.call_soon(later.set_result, None)  # behind what the driver tells of: it does that in the loop's next round
    await later
    return told


async def test_reading_costs_no_round_trip_beside_its_statements(database):
    async with database.reading() as session:
        assert await told_of(session) == []  # what is prepared is not told of
    async with database.session() as session:
        assert await told_of(session) == ["BEGIN", "ROLLBACK"]
    assert not database.engine.sync_engine.dispatch.before_cursor_execute  # of other sessions, nothing is watched


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO practices (name) VALUES ('Lost')",
        "UPDATE practices SET name = 'Lost'",
        "WITH gone AS (DELETE FROM practices RETURNING id) SELECT * FROM gone",
        "SELECT id FROM practices FOR NO KEY UPDATE",
    ],
)
async def test_nothing_is_changed_or_locked_where_only_reading_is_meant(database, statement):
    async with database.transaction() as session:
        await create_practice(session, "Kept")
    with pytest.raises(ReadOnlyError):
        async with database.reading() as session:
            await (await session.connection()).execute(text(statement))
    async with database.reading() as session:
        session.add(Practice(name="Unsaved", slug="unsaved"))
        assert (await session.exec(select(Practice.name))).all() == ["Kept"]


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
