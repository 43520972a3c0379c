"""Without the column of fingerprints lists are stored as before, and none is known when it is there again."""

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from contracts.words.lists import ListName
from models.connections.receipts import receipts_of, write_receipts
from rules.lists.increments import answer_held
from rules.lists.list_changes import Changes
from tests.models.conftest import NOON

SUPPLIERS = ListName.SUPPLIERS


def migrate(connection: Connection, way: str) -> None:
    migration = import_module("models.migrations.versions.0058_answers_known_again")
    with Operations.context(MigrationContext.configure(connection)):
        getattr(migration, way)()


async def test_there_and_back(database, house):
    async with database.transaction() as session:
        counted, answers = {SUPPLIERS: Changes(5, 0, 0, 0)}, {(house.connection_id, SUPPLIERS): bytes(16)}
        await write_receipts(session, {house.connection_id: counted}, pull_id="1", at=NOON, answers=answers)
        assert answer_held((SUPPLIERS,), await receipts_of(session, house.connection_id)) == bytes(16)
        connection = await session.connection()
        await connection.run_sync(migrate, "downgrade")
        await connection.execute(text("UPDATE receipts SET rows = 6"))
        await connection.run_sync(migrate, "upgrade")
        session.expire_all()
        receipts = await receipts_of(session, house.connection_id)
        assert (receipts[SUPPLIERS].rows, answer_held((SUPPLIERS,), receipts)) == (6, None)
