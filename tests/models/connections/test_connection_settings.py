"""What the settings of a connection keep of a pull, as pure functions; and what a change makes of what was read."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from contracts.words.connections import ConnectionStatus, ContactsChoice, PublishStatus
from contracts.words.lists import ListName, RowKind
from models.connections.receipts import receipts_of, write_receipts
from models.connections.settings import change_settings, chosen_lists, keeps_nothing, kept
from models.connections.tables import Connection
from rules.lists.list_changes import Changes
from rules.lists.refresh_times import wait_for_refresh
from tests.models.conftest import LATER, NOON
from tests.models.one_thing import run
from tests.models.rows import contact

HOUR = timedelta(hours=1)
SUPPLIERS = ContactsChoice.SUPPLIERS
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


@pytest.mark.parametrize(
    ("these", "contacts", "expected"),
    [
        ((ListName.CUSTOMERS,), ContactsChoice.SUPPLIERS, True),
        ((ListName.CUSTOMERS,), ContactsChoice.BOTH, False),
        (CONTACTS, ContactsChoice.SUPPLIERS, False),
        (ITEMS, ContactsChoice.SUPPLIERS, False),
    ],
)
def test_customers_alone_need_not_be_asked_for_where_no_customer_is_wanted(these, contacts, expected):
    assert keeps_nothing(these, Chosen(contacts=contacts)) is expected


def test_the_profile_is_always_read():
    assert chosen_lists(Chosen()) == tuple(ListName)
    assert chosen_lists(Chosen(list_names=["items"])) == (ListName.ORGANISATION, ListName.ITEMS)


@pytest.mark.parametrize("status", [ConnectionStatus.CONNECTED, ConnectionStatus.DISCONNECTED])
async def test_customers_that_were_left_out_are_not_said_to_have_been_read(database, house, next_door, status):
    """Also where nothing reads them soon: the connection has ended, or its calls are used up."""
    counted = {ListName.SUPPLIERS: Changes(5, 5, 0, 0), ListName.CUSTOMERS: Changes(2, 1, 1, 1)}
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
    assert (customers.rows, customers.added, customers.changed, customers.gone) == (0, 0, 0, 0)
    assert (suppliers.pulled_at, suppliers.rows) == (NOON, 5)
    assert connection.next_refresh_at == (LATER if status is ConnectionStatus.CONNECTED else None)


WAS: dict[str, Any] = {
    "list_names": ["items"],
    "refresh_hours": 48,
    "next_refresh_at": LATER,
    "lists_pulled_at": NOON,
    "contacts_complete_at": NOON,
    "pull_holder": "a-pull",
    "pull_until": LATER,
}
DUE: dict[str, Any] = {"next_refresh_at": LATER - HOUR, "pull_holder": None, "pull_until": None}


@pytest.mark.parametrize(
    ("was", "wanted", "expected", "told"),
    [
        ({}, {"list_names": ["items"], "refresh_hours": 48}, {}, []),
        ({}, {"list_names": ["items", "currencies"]}, DUE, ["list_names: items|list_names: items, currencies"]),
        ({}, {"list_names": None}, DUE, ["list_names: items|list_names: all"]),
        ({"list_names": None}, {"list_names": ["items"]}, {}, ["list_names: all|list_names: items"]),
        ({}, {"refresh_hours": 72}, {"waits_from": NOON}, ["refresh_hours: 48|refresh_hours: 72"]),
        (
            {"lists_pulled_at": None},
            {"refresh_hours": 72},
            {"waits_from": LATER - HOUR},
            ["refresh_hours: 48|refresh_hours: 72"],
        ),
        ({}, {"warns_of_new_suppliers": True}, {}, ["warns_of_new_suppliers: false|warns_of_new_suppliers: true"]),
        ({"costs_status": PublishStatus.DRAFT}, {"costs_status": None}, {}, ["costs_status: draft|costs_status: none"]),
        ({}, {"contacts": SUPPLIERS}, DUE | {"contacts_complete_at": None}, ["contacts: both|contacts: suppliers"]),
    ],
)
async def test_what_a_change_of_settings_makes_due_and_tells(database, house, next_door, was, wanted, expected, told):
    """What is being read with the settings of before does not say that nothing is due, where something is."""
    read = Changes(5, 5, 0, 0)
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        for name, value in {**WAS, **was}.items():
            setattr(connection, name, value)
        await write_receipts(session, {connection.id: {ListName.CUSTOMERS: read}}, pull_id="run-1", at=NOON)
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        wait = wait_for_refresh(connection.id, 72)
        is_due = await change_settings(session, connection, wanted, colleague_id=house.colleague.id, at=LATER - HOUR)
    assert is_due is ("pull_holder" in expected)
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
        events = await run(
            session, "SELECT concat(before, '|', after) FROM events WHERE kind LIKE '%.settings_changed'"
        )
        customers = (await receipts_of(session, house.connection_id))[ListName.CUSTOMERS]
    expected = {"next_refresh_at": since + wait} if (since := expected.get("waits_from")) else expected
    became = {name: getattr(connection, name) for name in WAS}
    assert became == {name: {**WAS, **was, **wanted, **expected}[name] for name in WAS}
    assert (events, customers.rows) == (told, 5)
