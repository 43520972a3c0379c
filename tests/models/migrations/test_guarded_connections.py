"""The triggers that hold rows of lists to their connection take the keys' place, and give it back."""

from importlib import import_module
from types import ModuleType

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from contracts.words.lists import RowKind
from models.lists.tables import TABLE_OF
from models.lists.writes import store_lists
from tests.models.conftest import NOON
from tests.models.rows import contact

KEYS = text("""
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND confrelid = 'connections'::regclass AND conrelid::regclass::text = ANY(:tables)
""")
GUARDS = text(
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
    " SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
)
TABLES = [str(table.__tablename__) for table in TABLE_OF.values()]


def migration() -> ModuleType:
    return import_module("models.migrations.versions.0056_guarded_connections")


def migrate(connection: Connection, way: str) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        getattr(migration(), way)()


async def test_there_and_back_with_rows(database, house):
    async with database.transaction() as session:
        rows = {RowKind.CONTACTS.lists: [contact("a")]}
        await store_lists(session, house.connection_id, rows, is_complete=True, at=NOON)
        connection = await session.connection()
        guards = sorted((await connection.execute(GUARDS)).scalars())
        assert len(guards) == 2 * len(TABLES) + 3 + 2
        await connection.run_sync(migrate, "downgrade")
        keys = {name: said for name, said in await connection.execute(KEYS, {"tables": TABLES})}  # noqa: C416
        assert keys == {
            f"fk_{table}_connection_id": "FOREIGN KEY (connection_id) REFERENCES connections(id)" for table in TABLES
        }
        assert (await connection.execute(GUARDS)).all() == []
        await connection.run_sync(migrate, "upgrade")
        assert (await connection.execute(KEYS, {"tables": TABLES})).all() == []
        assert sorted((await connection.execute(GUARDS)).scalars()) == guards
