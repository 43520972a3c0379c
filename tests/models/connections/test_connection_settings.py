"""What the settings of a connection keep of a pull, as pure functions; and what a change makes of what was read."""

from dataclasses import dataclass

import pytest

from contracts.words.connections import ConnectionStatus, ContactsChoice
from contracts.words.lists import ListName, RowKind
from models.connections.receipts import receipts_of, write_receipts
from models.connections.settings import change_settings, chosen_lists, kept
from models.connections.tables import Connection
from rules.lists.list_changes import Changes
from tests.models.conftest import LATER, NOON
from tests.models.rows import contact

CONTACTS = RowKind.CONTACTS.lists
ITEMS = RowKind.ITEMS.lists


@dataclass
class Chosen:
    list_names: list[str] | None = None
    contacts: ContactsChoice = ContactsChoice.SUPPLIERS


ALL = [
    contact("supplier"),
    contact("both", customer=True),
    contact("customer", supplier=False, customer=True),
    contact("neither", supplier=False),
]


def lists(rows: object) -> dict[str, tuple[bool, bool]]:
    """Whether each is listed as a supplier, and as a customer."""
    return {row.key: (row.in_suppliers, row.in_customers) for row in rows}  # type: ignore[attr-defined]  # contacts


def test_a_contact_that_is_not_used_yet_is_in_both_lists():
    assert lists(ALL) == {
        "supplier": (True, False),
        "both": (True, True),
        "customer": (False, True),
        "neither": (True, True),
    }


def test_suppliers_only_in_a_complete_pull():
    left = lists(kept(CONTACTS, ALL, Chosen()))
    assert left == dict.fromkeys(("supplier", "both", "neither"), (True, False))


def test_in_a_pull_of_changes_who_is_no_supplier_any_more_is_said():
    left = lists(kept(CONTACTS, ALL, Chosen(), is_complete=False))
    assert left["customer"] == (False, False)
    assert left["neither"] == left["both"] == (True, False)


def test_everything_else_is_kept_as_it_is():
    assert kept(CONTACTS, ALL, Chosen(contacts=ContactsChoice.BOTH)) is ALL
    assert kept(ITEMS, ALL, Chosen()) is ALL


def test_the_profile_is_always_read():
    assert chosen_lists(Chosen()) == tuple(ListName)
    assert chosen_lists(Chosen(list_names=["items"])) == (ListName.ORGANISATION, ListName.ITEMS)


@pytest.mark.parametrize("status", [ConnectionStatus.CONNECTED, ConnectionStatus.DISCONNECTED])
async def test_customers_that_were_left_out_are_not_said_to_have_been_read(database, house, status):
    """Also where nothing reads them soon: the connection has ended, or its calls are used up."""
    counted = {ListName.SUPPLIERS: Changes(5, 5, 0, 0), ListName.CUSTOMERS: Changes(0, 0, 0, 0)}
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        connection.contacts, connection.status = ContactsChoice.SUPPLIERS, status
        await write_receipts(session, {connection.id: counted}, pull_id="run-1", at=NOON)
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        wanted = {"contacts": ContactsChoice.BOTH}
        assert await change_settings(session, connection, wanted, colleague_id=house.colleague.id, at=LATER)
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
        receipts = await receipts_of(session, house.connection_id)
    customers, suppliers = receipts[ListName.CUSTOMERS], receipts[ListName.SUPPLIERS]
    assert (customers.pulled_at, customers.cause) == (None, None)
    assert (suppliers.pulled_at, suppliers.rows) == (NOON, 5)
    assert connection.next_refresh_at == (LATER if status is ConnectionStatus.CONNECTED else None)
