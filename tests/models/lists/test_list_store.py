"""Standard information in a real database: stored, counted, marked, read."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound

from contracts.words.lists import ListName, Lists, RowKind
from contracts.words.standard_information import Contact, Row
from models.clients.tables import Client
from models.connections.tables import Connection
from models.kit.database import Database
from models.lists.reads import ListPage, read_list
from models.lists.tables import ContactRow
from models.lists.writes import store_lists, store_pulls
from rules.lists.list_changes import Changes
from tests.models.conftest import LATER, NOON, House, a_connection, until_blocked
from tests.models.rows import account, contact

ACCOUNTS = RowKind.ACCOUNTS.lists
CONTACTS = RowKind.CONTACTS.lists
TAX_RATES = RowKind.TAX_RATES.lists

pytestmark = pytest.mark.usefixtures("next_door")


async def store(
    database: Database,
    house: House,
    rows: Sequence[Row],
    lists: Lists = CONTACTS,
    *,
    is_complete: bool = True,
    at=NOON,
) -> dict[ListName, Changes]:
    async with database.transaction() as session:
        return await store_lists(session, house.connection_id, {lists: rows}, is_complete=is_complete, at=at)


async def read(database: Database, house: House, name: ListName = ListName.SUPPLIERS, **more) -> ListPage:
    asked = {"limit": 100, "offset": 0, "practice_id": house.practice.id, "client_id": house.client_id, **more}
    async with database.session() as session:
        return await read_list(session, list_name=name, **asked)


def contacts(page: ListPage) -> list[ContactRow]:
    return [row for row in page.rows if isinstance(row, ContactRow)]


def names(page: ListPage) -> list[str]:
    return [row.model_dump()["name"] for row in page.rows]


async def test_added_changed_gone_and_back_again(database, house):
    a, b, c = contact("a", "Ann"), contact("b", "Bob"), contact("c", "Cid")
    assert (await store(database, house, [a, b]))[ListName.SUPPLIERS] == Changes(2, added=2, changed=0, gone=0)
    again = await store(database, house, [a, contact("b", "Bobby"), c], at=LATER)
    assert again[ListName.SUPPLIERS] == Changes(3, added=1, changed=1, gone=0)
    fewer = await store(database, house, [c], at=LATER)
    assert fewer[ListName.SUPPLIERS] == Changes(1, added=0, changed=0, gone=2)
    assert names(await read(database, house)) == ["Cid"]
    everything = await read(database, house, include_gone=True)
    assert [(row.name, row.gone_at) for row in contacts(everything)] == [
        ("Ann", LATER),
        ("Bobby", LATER),
        ("Cid", None),
    ]
    back = await store(database, house, [a, c], at=LATER + timedelta(days=1))
    assert back[ListName.SUPPLIERS] == Changes(2, added=1, changed=0, gone=0)
    assert [row.gone_at for row in (await read(database, house)).rows] == [None, None]


async def test_keys_of_changes_may_hold_what_cannot_be_stored(database, house):
    await store(database, house, [contact("a", "Ann"), contact("b")])
    async with database.transaction() as session:
        rows, deleted = {CONTACTS: [contact("a\x00", "Anne")]}, {CONTACTS: {"b\x00"}}
        told = await store_lists(session, house.connection_id, rows, is_complete=False, at=LATER, deleted=deleted)
    assert told[ListName.SUPPLIERS] == Changes(1, added=0, changed=1, gone=1)


async def test_several_sources_at_once_are_each_compared_with_their_own(database, house):
    async def pull(contacts: Sequence[Row], accounts: Sequence[Row]) -> dict[ListName, Changes]:
        pulled = {CONTACTS: contacts, TAX_RATES: [], ACCOUNTS: accounts}
        async with database.transaction() as session:
            return await store_lists(session, house.connection_id, pulled, is_complete=True, at=NOON)

    await pull([contact("a"), contact("b", customer=True)], [account("a", "Sales"), account("c", "Bank", bank=True)])
    assert await pull([contact("a")], [account("a", "Turnover"), account("c", "Bank", bank=True)]) == {
        ListName.SUPPLIERS: Changes(1, 0, 0, 1),
        ListName.CUSTOMERS: Changes(0, 0, 0, 1),
        ListName.TAX_RATES: Changes(0, 0, 0, 0),
        ListName.ACCOUNTS: Changes(2, 0, 1, 0),
        ListName.BANK_ACCOUNTS: Changes(1, 0, 0, 0),
    }


async def test_an_unchanged_pull_writes_nothing(database, house, database_url):
    await store(database, house, [contact("a"), contact("b")])

    async def versions() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
        try:
            return await connection.fetch("SELECT ctid, xmin, changed_at FROM contacts ORDER BY key")
        finally:
            await connection.close()

    before = await versions()
    unchanged = await store(database, house, [contact("b"), contact("a")], at=LATER)
    assert unchanged[ListName.SUPPLIERS] == Changes(2, 0, 0, 0)
    assert await versions() == before


async def test_a_partial_pull_marks_nothing_as_gone(database, house):
    await store(database, house, [contact("a", "Ann"), contact("b", "Bob")])
    partial = await store(database, house, [contact("c", "Cid")], is_complete=False)
    assert partial[ListName.SUPPLIERS] == Changes(3, added=1, changed=0, gone=0)
    assert names(await read(database, house)) == ["Ann", "Bob", "Cid"]


async def test_of_two_rows_with_one_key_the_last_counts(database, house):
    twice = await store(database, house, [contact("a", "First"), contact("a", "Last")])
    assert twice[ListName.SUPPLIERS].rows == 1
    assert names(await read(database, house)) == ["Last"]


async def test_nul_characters_do_not_break_the_insert(database, house):
    await store(database, house, [contact("a", "Ac\x00me", record='{"Name":"Ac\\u0000me"}')])
    (row,) = contacts(await read(database, house))
    assert (row.name, row.record) == ("Acme", '{"Name":"Acme"}')


async def test_a_failed_transaction_stores_nothing(database, house):
    class Failed(Exception):
        pass

    async def fail() -> None:
        async with database.transaction() as session:
            await store_lists(session, house.connection_id, {CONTACTS: [contact("a")]}, is_complete=True, at=NOON)
            raise Failed

    with pytest.raises(Failed):
        await fail()
    assert (await read(database, house)).total == 0


async def test_pulls_of_one_connection_at_once_count_each_row_once(database, second_database, house):
    rows = [contact("a"), contact("b")]
    async with database.transaction() as session:
        await store_lists(session, house.connection_id, {CONTACTS: rows}, is_complete=True, at=NOON)
        second = asyncio.create_task(store(second_database, house, rows))
        await until_blocked(database, unless=second.done)
    assert (await second)[ListName.SUPPLIERS] == Changes(2, added=0, changed=0, gone=0)


async def test_an_unknown_connection_is_refused(database, house):
    with pytest.raises(NoResultFound):
        async with database.transaction() as session:
            await store_lists(session, uuid4(), {CONTACTS: []}, is_complete=True, at=NOON)


async def test_bank_accounts_are_part_of_the_chart(database, house):
    counted = await store(database, house, [account("1", "Sales"), account("2", "Current", bank=True)], ACCOUNTS)
    assert {name: changes.rows for name, changes in counted.items()} == {
        ListName.ACCOUNTS: 2,
        ListName.BANK_ACCOUNTS: 1,
    }
    assert names(await read(database, house, ListName.BANK_ACCOUNTS)) == ["Current"]


async def test_reading_pages_in_order_and_searches(database, house):
    await store(database, house, [contact(str(n), f"Firm {n:02}", tax_number=f"GB{n}%") for n in range(30)])
    page = await read(database, house, limit=10, offset=20)
    assert page.total == 30
    assert names(page) == [f"Firm {number}" for number in range(20, 30)]
    assert names(await read(database, house, search="firm 07")) == ["Firm 07"]
    assert names(await read(database, house, search="gb3%")) == ["Firm 03"]
    assert (await read(database, house, search="f_rm")).total == 0  # an underscore is only itself
    assert (await read(database, house, search="nobody")).total == 0


async def test_another_practice_reads_nothing(database, house):
    await store(database, house, [contact("a")])
    page = await read(database, house, practice_id=house.other_practice.id)
    assert (page.rows, page.total, page.receipt) == ((), 0, None)


async def another_client(database: Database, house: House) -> Connection:
    async with database.transaction() as session:
        client = Client(practice_id=house.practice.id, name="Two", code="TWO", owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        other = a_connection(house.practice.id, client.id, house.grant_id, "org-2")
        session.add(other)
    return other


async def test_two_connections_keep_their_rows_apart(database, house):
    other = await another_client(database, house)
    await store(database, house, [contact("a", "Ours")])
    async with database.transaction() as session:
        await store_lists(session, other.id, {CONTACTS: [contact("a", "Theirs")]}, is_complete=True, at=NOON)
    await store(database, house, [])
    assert names(await read(database, house, client_id=other.client_id)) == ["Theirs"]


async def test_of_connections_that_are_stored_together_each_loses_and_changes_its_own_rows(database, house):
    other = await another_client(database, house)

    async def pull(*, ours: Sequence[Row], theirs: Sequence[Row], at=NOON) -> list[Changes]:
        pulled = {house.connection_id: {CONTACTS: ours}, other.id: {CONTACTS: theirs}}
        async with database.transaction() as session:
            changes = await store_pulls(session, pulled, is_complete=True, at=at)
        return [changes[of][ListName.SUPPLIERS] for of in pulled]

    both = [contact("a", "Ann"), contact("b", "Bob")]
    await pull(ours=both, theirs=both)
    changes = await pull(ours=[contact("a", "Anne")], theirs=[contact("b", "Bobby")], at=LATER)
    assert changes == [Changes(1, added=0, changed=1, gone=1)] * 2
    for client_id, expected in ((house.client_id, ["Anne", "Bob"]), (other.client_id, ["Ann", "Bobby"])):
        page = await read(database, house, client_id=client_id, include_gone=True)
        assert sorted(names(page)) == expected
        assert sum(row.gone_at == LATER for row in contacts(page)) == 1


pulls = st.lists(
    st.tuples(
        st.lists(
            st.builds(
                contact,
                st.sampled_from("abcd"),
                st.sampled_from(["Ann", "Bob"]),
                supplier=st.booleans(),
                customer=st.booleans(),
            ),
            max_size=5,
        ),
        st.booleans(),
    ),
    max_size=6,
)


@pytest_asyncio.fixture
async def emptied(database, house):
    """A way back to no rows, for a test that runs many examples."""

    async def empty() -> None:
        connection = await database.engine.connect()
        async with connection.begin():
            await connection.exec_driver_sql("TRUNCATE contacts")
        await connection.close()

    return empty


@pytest.mark.thorough
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pulls=pulls)
async def test_any_pulls_leave_what_a_plain_dict_would(database, house, emptied, pulls):
    await emptied()
    model: dict[str, Contact] = {}
    for rows, is_complete in pulls:
        last = {row.key: row for row in rows}
        model = last if is_complete else model | last
        counted = await store(database, house, rows, is_complete=is_complete)
        assert counted[ListName.SUPPLIERS].rows == sum(row.in_suppliers for row in model.values())
        assert counted[ListName.CUSTOMERS].rows == sum(row.in_customers for row in model.values())
    for name, flag in ((ListName.SUPPLIERS, "in_suppliers"), (ListName.CUSTOMERS, "in_customers")):
        page = await read(database, house, name)
        expected = {(key, row.name) for key, row in model.items() if getattr(row, flag)}
        assert {(row.key, row.name) for row in contacts(page)} == expected
