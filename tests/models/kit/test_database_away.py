"""Which errors say that the database is away, from the real driver: what is lost, refused or full, and nothing else."""

import asyncio
import socket

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from models.kit.database import Database
from models.kit.database_away import DatabaseAway, is_away


async def error_of(database: Database, statement: str, **values: object) -> BaseException:
    """What comes of a statement."""
    with pytest.raises(Exception) as failed:  # noqa: PT011  # which one, the test says
        async with database.transaction() as session:
            await (await session.connection()).execute(text(statement), values)
    return failed.value


async def test_nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # it does not listen
        error = await error_of(Database(f"postgresql://x:x@127.0.0.1:{free.getsockname()[1]}/x"), "SELECT 1")
    assert isinstance(error, DatabaseAway)
    assert isinstance(error, OSError)  # as callers know it who only tell that nobody answers
    assert is_away(error)


async def test_a_connection_that_is_cut_in_mid_transaction(database: Database):
    error = await error_of(database, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert is_away(error)


async def test_a_connection_that_was_cut_while_idle_is_replaced(database: Database, second_database: Database):
    async with database.session() as session:
        pid = (await (await session.connection()).execute(text("SELECT pg_backend_pid()"))).scalar_one()
    async with second_database.session() as other:
        await (await other.connection()).execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    async with database.session() as session:
        assert (await (await session.connection()).execute(text("SELECT 1"))).scalar_one() == 1


@pytest.mark.parametrize(
    ("setting", "statement"),
    [
        ("SET LOCAL statement_timeout = '5ms'", "SELECT pg_sleep(9)"),
        ("SET LOCAL transaction_read_only = on", "DELETE FROM practices"),
    ],
)
async def test_a_server_that_has_no_time_or_only_reads(database: Database, setting: str, statement: str):
    async with database.session() as session:
        connection = await session.connection()
        await connection.execute(text(setting))
        with pytest.raises(DBAPIError) as failed:
            await connection.execute(text(statement))
    assert is_away(failed.value)


async def test_no_connection_free(database_url: str, monkeypatch: pytest.MonkeyPatch):
    full = Database(database_url, pool_size=1, max_overflow=0)
    monkeypatch.setattr(full.engine.pool, "_timeout", 0.01)
    async with full.session() as session:
        await session.connection()
        assert is_away(await error_of(full, "SELECT 1"))
    await full.close()


async def test_a_group_of_tasks_with_one_of_them(database: Database):
    async def lost() -> None:
        async with database.session() as session:
            await (await session.connection()).execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(ExceptionGroup) as failed:
        async with asyncio.TaskGroup() as group:
            group.create_task(lost())
    assert is_away(failed.value)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("SELECT 1 / 0", {}),
        ("SELECT nothing FROM nowhere", {}),
        ("INSERT INTO practices (id, name) VALUES (gen_random_uuid(), 'x')", {}),
        ("SELECT CAST(:number AS int)", {"number": "one"}),
        ("SELECT CAST(:words AS text)", {"words": "\x00"}),
    ],
)
async def test_what_a_statement_or_its_values_are_to_blame_for(
    database: Database, statement: str, values: dict[str, str]
):
    assert not is_away(await error_of(database, statement, **values))


async def test_errors_of_others():
    assert not any(map(is_away, (OSError("mail"), TimeoutError(), ConnectionResetError(), KeyError("x"))))


async def test_a_wrong_password_may_be_put_right(postgres_url: str):
    wrong = Database(make_url(postgres_url).set(password="wrong").render_as_string(hide_password=False))
    assert is_away(await error_of(wrong, "SELECT 1"))
    await wrong.close()
