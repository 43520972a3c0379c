"""No row of standard information is without its connection, whoever writes what at the same time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from contracts.words.lists import RowKind
from models.kit.database import Database
from models.lists.tables import TABLE_OF
from tests.models.conftest import House, a_client, until_blocked

TABLES = [str(TABLE_OF[kind].__tablename__) for kind in RowKind]
ORPHAN = "rows for .* are of a connection that does not exist"
STILL = "a connection still has rows in"

Refused = asyncpg.ForeignKeyViolationError
Postgres = asyncpg.Connection


@pytest_asyncio.fixture
async def two(database: Database, database_url: str) -> AsyncIterator[tuple[Postgres, Postgres]]:
    """Two connections to the server, of which each has transactions of its own."""
    opened = [await asyncpg.connect(database_url.replace("+asyncpg", "")) for _ in range(2)]
    yield opened[0], opened[1]
    for connection in opened:
        await connection.close()


@pytest_asyncio.fixture
async def one(two: tuple[Postgres, Postgres]) -> Postgres:
    return two[0]


@pytest_asyncio.fixture
async def other(database: Database, sealer, house: House) -> UUID:
    """Another client's connection, which nothing refers to."""
    async with database.transaction() as session:
        *_, connection = await a_client(session, sealer, house.other_colleague, "user-2")
    return connection.id


async def a_row(postgres: Postgres, table: str, connection_id: UUID, key: str = "a") -> None:
    """Insert a row in which only what has to be there is there."""
    needed = await postgres.fetch(
        "SELECT attname AS name, atttypid::regtype::text AS type FROM pg_attribute"
        " WHERE attrelid = $1::text::regclass AND attnum > 0 AND attnotnull AND NOT attisdropped",
        table,
    )
    values = {"uuid": f"'{connection_id}'", "boolean": "false", "bytea": "''", "text": f"'{key}'", "jsonb": "'[]'"}
    names = ", ".join(row["name"] for row in needed)
    given = ", ".join(values.get(row["type"], "now()") for row in needed)
    await postgres.execute(f"INSERT INTO {table} ({names}) VALUES ({given})")  # noqa: S608


async def copied(postgres: Postgres, table: str, of: UUID, to: UUID) -> None:
    """Insert a connection's rows for another by COPY, as pulls do."""
    rows = await postgres.fetch(f"SELECT * FROM {table} WHERE connection_id = $1", of)  # noqa: S608
    records = [(to, *tuple(row)[1:]) for row in rows]
    assert records
    await postgres.copy_records_to_table(table, records=records)


async def delete(postgres: Postgres, connection_id: UUID) -> str:
    told: str = await postgres.execute("DELETE FROM connections WHERE id = $1", connection_id)
    return told


@pytest.mark.parametrize("table", TABLES)
async def test_rows_come_in_for_connections_that_are_there(one: Postgres, house: House, other: UUID, table: str):
    with pytest.raises(Refused, match=ORPHAN) as refused:
        await a_row(one, table, uuid4())
    assert (refused.value.sqlstate, refused.value.table_name) == ("23503", table)
    await a_row(one, table, house.connection_id)
    await a_row(one, table, house.connection_id, "b")
    with pytest.raises(Refused, match=ORPHAN):
        await copied(one, table, house.connection_id, uuid4())
    await copied(one, table, house.connection_id, other)
    move = f"UPDATE {table} SET connection_id = $1 WHERE connection_id = $2"  # noqa: S608
    with pytest.raises(Refused, match=ORPHAN):
        await one.execute(move, uuid4(), other)
    await one.execute(f"DELETE FROM {table} WHERE connection_id = $1", house.connection_id)  # noqa: S608
    assert await one.execute(move, house.connection_id, other) == "UPDATE 2"


@pytest.mark.parametrize("table", TABLES)
async def test_a_connection_stays_while_it_has_rows(one: Postgres, house: House, other: UUID, table: str):
    await a_row(one, table, other)
    for change in (
        "DELETE FROM connections WHERE id = $1",
        "UPDATE connections SET id = gen_random_uuid() WHERE id = $1",
    ):
        with pytest.raises(Refused, match=f'{STILL} "{table}"'):
            await one.execute(change, other)
        with pytest.raises(Refused, match=f'{STILL} "{table}"'):  # also beside one that nothing refers to
            await one.execute(change.replace("= $1", "= ANY($1)"), [house.connection_id, other])
    await one.execute(f"DELETE FROM {table}")  # noqa: S608
    assert await delete(one, other) == "DELETE 1"


async def test_a_statement_may_do_both(one: Postgres, other: UUID):
    """What counts is what there is at its end, as with a foreign key."""
    await a_row(one, "contacts", other)
    both = "WITH gone AS (DELETE FROM contacts WHERE connection_id = $1) DELETE FROM connections WHERE id = $1"
    assert await one.execute(both, other) == "DELETE 1"


async def test_emptied_connections_leave_no_rows_behind(one: Postgres, house: House):
    await a_row(one, "contacts", house.connection_id)
    with pytest.raises(Refused, match=f'{STILL} "contacts"'):
        await one.execute("TRUNCATE connections CASCADE")
    transaction = one.transaction()
    await transaction.start()
    await one.execute("TRUNCATE connections, contacts CASCADE")
    assert await one.fetchval("SELECT count(*) FROM connections") == 0
    await transaction.rollback()


async def begun(postgres: Postgres, isolation: Any = None) -> Any:
    transaction = postgres.transaction(isolation=isolation)
    await transaction.start()
    return transaction


async def test_a_deletion_waits_for_rows_that_are_coming_in(
    database: Database, two: tuple[Postgres, Postgres], other: UUID
):
    storing, deleting = two
    under_way = await begun(storing)
    await a_row(storing, "contacts", other)
    deleted = asyncio.create_task(delete(deleting, other))
    await until_blocked(database, unless=deleted.done)
    await under_way.commit()
    with pytest.raises(Refused, match=STILL):
        await deleted
    assert await storing.fetchval("SELECT count(*) FROM connections WHERE id = $1", other) == 1


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_rows_wait_for_a_deletion(
    database: Database, two: tuple[Postgres, Postgres], other: UUID, is_deleted: bool
):
    storing, deleting = two
    under_way = await begun(deleting)
    await delete(deleting, other)
    stored = asyncio.create_task(a_row(storing, "contacts", other))
    await until_blocked(database, unless=stored.done)
    await (under_way.commit() if is_deleted else under_way.rollback())
    if is_deleted:
        with pytest.raises(Refused, match=ORPHAN):
            await stored
    else:
        await stored
    assert await storing.fetchval("SELECT count(*) FROM contacts") == (0 if is_deleted else 1)


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_nothing_is_deleted_by_what_was_true_a_while_ago(
    two: tuple[Postgres, Postgres], other: UUID, isolation: str
):
    storing, deleting = two
    under_way = await begun(deleting, isolation)
    await deleting.fetch("SELECT FROM contacts")  # from here on, it sees nothing that others commit
    await a_row(storing, "contacts", other)
    with pytest.raises(asyncpg.InvalidTransactionStateError, match="READ COMMITTED"):
        await delete(deleting, other)
    await under_way.rollback()


async def test_whoever_may_only_insert_may_insert_and_is_held_to_the_same(one: Postgres, house: House):
    """The check has the rights of the tables' owner, and asks the product's tables, not somebody's of the same name."""
    under_way = await begun(one)
    await one.execute("CREATE ROLE clerk; GRANT INSERT, SELECT ON contacts TO clerk; SET LOCAL ROLE clerk")
    await a_row(one, "contacts", house.connection_id)
    lent = await one.fetch("""
        SELECT proconfig AS set, has_function_privilege(oid, 'EXECUTE') AS is_lent FROM pg_proc
        WHERE proname LIKE 'guard!_%' ESCAPE '!' AND prosecdef
    """)
    assert [(row["set"], row["is_lent"]) for row in lent] == [(["search_path=pg_catalog, pg_temp"], False)] * 2
    nobody = uuid4()
    await one.execute("CREATE TEMPORARY TABLE connections (id uuid)")
    await one.execute("INSERT INTO pg_temp.connections VALUES ($1)", nobody)
    with pytest.raises(Refused, match=ORPHAN):
        await a_row(one, "contacts", nobody)
    await under_way.rollback()


async def test_each_table_of_rows_is_guarded_from_both_sides(one: Postgres):
    """Which a foreign key said; what compares the tables with the code sees no triggers."""
    found = await one.fetch("""
        SELECT tgrelid::regclass::text AS at, tgname AS name, encode(tgargs, 'escape') AS of FROM pg_trigger
        WHERE NOT tgisinternal AND tgenabled = 'O' AND tgname LIKE 'guard!_%' ESCAPE '!'
    """)
    ours = {"guard_connection_of_inserted", "guard_connection_of_updated"}
    assert {(row["at"], row["name"]) for row in found if not row["of"]} == {(t, name) for t in TABLES for name in ours}
    others = {row["name"]: set(row["of"].split("\\000")[:-1]) for row in found if row["of"]}
    assert others == {f"guard_rows_of_{how}": set(TABLES) for how in ("deleted", "updated", "truncated")}
