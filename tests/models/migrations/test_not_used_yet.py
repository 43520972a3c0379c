"""What the migration makes of contacts that were stored before they said which lists they are in."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from contracts.words.connections import ContactsChoice
from contracts.words.lists import RowKind
from models.connections.receipts import write_receipts
from models.lists.writes import store_lists
from tests.models.conftest import NOON
from tests.models.rows import contact

CONTACTS = RowKind.CONTACTS.lists

ROWS = [
    contact("supplier"),
    contact("both", customer=True),
    contact("customer", supplier=False, customer=True),
    contact("neither", supplier=False),
]


def migration() -> ModuleType:
    (path,) = (Path(__file__).parents[3] / "models" / "migrations" / "versions").glob("*_not_used_yet.py")
    return import_module(f"models.migrations.versions.{path.stem}")


def migrate(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE contacts DROP COLUMN in_suppliers, DROP COLUMN in_customers"))
    connection.execute(text("UPDATE receipts SET rows = 1 WHERE pull_id = 'p'"))
    with Operations.context(MigrationContext.configure(connection)):
        migration().upgrade()


async def migrated(database, house, wanted):
    async with database.transaction() as session:
        changes = await store_lists(session, house.connection_id, {CONTACTS: ROWS}, is_complete=True, at=NOON)
        await write_receipts(session, {house.connection_id: changes}, pull_id="p", at=NOON)
        connection, of = await session.connection(), {"wanted": wanted, "id": house.connection_id}
        await connection.execute(text("UPDATE connections SET contacts = :wanted WHERE id = :id"), of)
        await connection.execute(
            text("UPDATE contacts SET is_customer = false WHERE :wanted = 'suppliers'"), {"wanted": wanted}
        )
        await connection.run_sync(migrate)
        lists = await connection.execute(text("SELECT key, in_suppliers, in_customers FROM contacts"))
        rows = await connection.execute(text("SELECT list_name, rows FROM receipts WHERE pull_id = 'p'"))
        return {key: tuple(flags) for key, *flags in lists}, dict(rows.all())


async def test_who_is_neither_is_in_both_lists_and_counted(database, house):
    lists, rows = await migrated(database, house, ContactsChoice.BOTH)
    assert lists == {
        "supplier": (True, False),
        "both": (True, True),
        "customer": (False, True),
        "neither": (True, True),
    }
    assert rows == {"suppliers": 3, "customers": 3}


async def test_where_only_suppliers_are_wanted_nobody_becomes_one(database, house):
    lists, rows = await migrated(database, house, ContactsChoice.SUPPLIERS)
    assert lists == {key: (key in {"supplier", "both"}, False) for key in lists}
    assert rows == {"suppliers": 2, "customers": 0}
