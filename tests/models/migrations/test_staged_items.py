"""Without the table of staged items, nothing says that items are staged; what is staged of contacts stays."""

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from contracts.words.lists import RowKind
from models.lists import stagings
from tests.models.conftest import NOON


def migrate(connection: Connection, way: str) -> None:
    migration = import_module("models.migrations.versions.0057_staged_items")
    with Operations.context(MigrationContext.configure(connection)):
        getattr(migration, way)()


async def test_there_and_back_while_lists_are_half_read(database, house):
    async with database.transaction() as session:
        for kind in (RowKind.CONTACTS, RowKind.ITEMS):
            await stagings.begin(session, house.connection_id, kind.lists, "scope", NOON)
        connection = await session.connection()
        await connection.run_sync(migrate, "downgrade")
        left = await connection.execute(text("SELECT list_name FROM stagings"))
        assert [*left.scalars()] == [RowKind.CONTACTS.lists[0]]
        await connection.run_sync(migrate, "upgrade")
        place = await stagings.begin(session, house.connection_id, RowKind.ITEMS.lists, "scope", NOON)
        assert await stagings.hold(session, (place,)) == {place}
