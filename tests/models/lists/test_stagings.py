"""Staged lists: applied in SQL as ``store_pulls`` stores rows, by one try at a time, and gone with their client."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.words.lists import ListName, Lists, RowKind
from contracts.words.standard_information import Contact, Item, Row
from models.clients import erasing
from models.clients.tables import Client
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.lists import references, stagings
from models.lists.stagings import Behind, Place
from models.lists.writes import store_lists
from rules.lists.list_changes import Changes
from tests.models.conftest import LATER, NOON, House, a_connection, until_blocked
from tests.models.rows import contact, item

CONTACTS = RowKind.CONTACTS.lists
SUPPLIERS: Lists = (ListName.SUPPLIERS,)
ITEMS = RowKind.ITEMS.lists
HOLDER = "a-pull"
END = Behind(None, is_all=True, expected=None)

pytestmark = pytest.mark.usefixtures("next_door")


@pytest_asyncio.fixture
async def leased(database: Database, house: House) -> House:
    """The house, with a second connection whose lists are stored the usual way; a pull has the leases on both."""
    async with database.transaction() as session:
        client = Client(practice_id=house.practice.id, name="Jones", code="JONE0002", owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        session.add(a_connection(house.practice.id, client.id, house.grant_id, "org-2"))
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE connections SET pull_holder = $1 WHERE practice_id = $2", (HOLDER, house.practice.id)
        )
    return house


async def other(database: Database, house: House) -> UUID:
    async with database.engine.connect() as connection:
        asked = "SELECT id FROM connections WHERE practice_id = $1 AND organisation_id = 'org-2'"
        found: UUID = (await connection.exec_driver_sql(asked, (house.practice.id,))).scalar_one()
    return found


async def staged(database: Database, house: House, pages: Sequence[Sequence[Row]], lists: Lists = CONTACTS) -> Place:
    async with database.transaction() as session:
        place = await stagings.begin(session, house.connection_id, lists, "scope", NOON)
    for number, rows in enumerate(pages, start=1):
        async with database.transaction() as session:
            assert await stagings.add(session, place, HOLDER, number, rows, END)
    return place


async def applied(
    database: Database, place: Place, *, is_complete: bool = True, deleted: Collection[str] = ()
) -> dict[ListName, Changes]:
    async with database.transaction() as session:
        assert await stagings.hold(session, (place,)) == {place}
        await stagings.finish(session, place)
        return await stagings.apply(session, place, is_complete=is_complete, at=LATER, deleted=deleted)


async def kept(database: Database, connection_id: UUID, table: str = "contacts") -> list[tuple[Any, ...]]:
    async with database.engine.connect() as connection:
        asked = f"SELECT * FROM {table} WHERE connection_id = $1 ORDER BY key"  # noqa: S608  # our own name
        return [tuple(row)[1:] for row in await connection.exec_driver_sql(asked, (connection_id,))]


async def waiting(database: Database) -> tuple[int, int]:
    async with database.engine.connect() as connection:
        tables = "stagings", "staged_contacts", "staged_items"
        asked = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)  # noqa: S608  # our own names
        found: Any = (await connection.exec_driver_sql(f"SELECT {asked}")).one()
        return found[0], sum(found[1:])


a_contact = st.builds(
    contact,
    st.sampled_from("abcdef"),
    st.sampled_from(["Ann", "Bob\x00"]),
    supplier=st.booleans(),
    customer=st.booleans(),
)
an_item = st.builds(item, st.sampled_from("abcdef"), st.sampled_from(["Ann", "Bob\x00"]), st.sampled_from([None, 0, 1]))


def pulls_of(a_row: st.SearchStrategy[Row], lists: Collection[Lists]) -> st.SearchStrategy[Any]:
    pages = st.lists(st.lists(a_row, max_size=4, unique_by=lambda row: row.key), min_size=1, max_size=3)
    deleted = st.sets(st.sampled_from("abcdef"), max_size=2)
    pull = st.tuples(pages, st.booleans(), st.sampled_from([*lists]), deleted)
    return st.lists(pull, min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("table", "some"),
    [("contacts", pulls_of(a_contact, [CONTACTS, SUPPLIERS])), ("items", pulls_of(an_item, [ITEMS]))],
    ids=["contacts", "items"],
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_what_was_staged_is_applied_as_rows_are_stored(
    database: Database, leased: House, table: str, some: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    pulls = data.draw(some)
    beside = await other(database, leased)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608  # our own name
    for pages, is_complete, lists, deleted in pulls:
        gone = set() if is_complete else deleted
        place = await staged(database, leased, pages, lists)
        told = await applied(database, place, is_complete=is_complete, deleted=gone)
        rows = {row.key: row for page in pages for row in page}
        async with database.transaction() as session:
            by_rows = await store_lists(
                session,
                beside,
                {lists: [*rows.values()]},
                is_complete=is_complete,
                at=LATER,
                deleted={lists: gone} if gone else None,
            )
        assert told == by_rows
        assert await kept(database, leased.connection_id, table) == await kept(database, beside, table)
    assert await waiting(database) == (0, 0)


async def test_a_record_in_no_list_is_no_row_of_a_complete_read(database: Database, leased: House) -> None:
    nobody = contact("b", "Bo")._replace(in_suppliers=False, in_customers=False)
    place = await staged(database, leased, [[contact("a"), nobody]])
    async with database.transaction() as session:
        assert await stagings.finish(session, place) == (2, {ListName.SUPPLIERS: 1, ListName.CUSTOMERS: 0})
    told = await applied(database, place)
    assert told[ListName.SUPPLIERS] == Changes(1, 1, 0, 0)
    assert len(await kept(database, leased.connection_id)) == 1


async def test_only_the_newest_try_with_the_lease_writes(database: Database, leased: House) -> None:
    old = await staged(database, leased, [[contact("a")]])
    async with database.transaction() as session:
        (before,) = (await stagings.waiting(session, (leased.connection_id,)))[leased.connection_id].values()
        new = await stagings.take_over(session, before, CONTACTS)
        assert new is not None
        assert await stagings.take_over(session, before, CONTACTS) is None
    async with database.transaction() as session:
        assert await stagings.hold(session, (old, new)) == {new}
        assert not await stagings.add(session, old, HOLDER, 2, [contact("b")], END)
        assert not await stagings.add(session, new, HOLDER, 1, [contact("b")], END)  # that page is there
        assert not await stagings.add(session, new, "somebody-else", 2, [contact("b")], END)
        assert await stagings.add(session, new, HOLDER, 2, [contact("b")], Behind("page 3", is_all=False, expected=7))
    async with database.session() as session:
        (now,) = (await stagings.waiting(session, (leased.connection_id,)))[leased.connection_id].values()
    assert (now.pages, now.cursor, now.is_all, now.expected, now.attempt) == (2, "page 3", False, 7, new.attempt)
    assert await waiting(database) == (1, 2)


async def test_what_is_begun_anew_forgets_what_was_there(database: Database, leased: House) -> None:
    await staged(database, leased, [[contact("a")], [contact("b")]])
    place = await staged(database, leased, [[contact("c")]])
    assert (await applied(database, place))[ListName.SUPPLIERS] == Changes(1, 1, 0, 0)


async def test_what_nobody_finished_is_forgotten(database: Database, leased: House) -> None:
    await staged(database, leased, [[contact("a")]])
    for practice, before, left in (
        (leased.practice.id, NOON, 1),
        (uuid4(), LATER, 1),
        (leased.practice.id, LATER, 0),
    ):
        async with database.transaction() as session:
            await stagings.forget_old(session, practice, before)
        assert await waiting(database) == (left, left)


async def test_a_page_that_is_just_being_stored_goes_with_an_erased_client(
    database: Database, sealer: Sealer, leased: House
) -> None:
    place = await staged(database, leased, [[contact("a")]])

    async def erase() -> None:
        async with database.transaction() as session:
            client = await session.get_one(Client, leased.client_id)
            await erasing.erase(session, sealer, [client], colleague_id=leased.colleague.id, at=LATER)

    async with database.transaction() as session:
        assert await stagings.add(session, place, HOLDER, 2, [contact("b")], END)
        erasing_it = asyncio.create_task(erase())
        await until_blocked(database, erasing_it.done)
    await erasing_it
    assert await waiting(database) == (0, 0)


async def test_rows_that_an_older_release_left_without_their_staging_are_forgotten(
    database: Database, leased: House
) -> None:
    await staged(database, leased, [[contact("a")]])
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM stagings")
    async with database.transaction() as session:
        await stagings.forget_old(session, uuid4(), NOON)
    assert await waiting(database) == (0, 0)


async def test_keys_that_are_one_without_nul_are_one_row(database: Database, leased: House) -> None:
    place = await staged(database, leased, [[contact("a\x00", "Ann"), contact("a", "Bob")]])
    assert (await applied(database, place))[ListName.SUPPLIERS] == Changes(1, 1, 0, 0)
    place = await staged(database, leased, [[contact("b")]])
    told = await applied(database, place, is_complete=False, deleted={"a\x00"})
    assert told[ListName.SUPPLIERS] == Changes(1, 1, 0, 1)


async def test_an_example_is_told_of_each_reference(database: Database, leased: House) -> None:
    rows: list[Contact] = [contact(str(n), default_currency="EUR", sales_tax_type=f"T{n % 2}") for n in range(6)]
    place = await staged(database, leased, [rows])
    async with database.session() as session:
        found = await references.examples(session, place)
    assert sorted((row.default_currency, row.sales_tax_type) for row in found if isinstance(row, Contact)) == [
        ("EUR", "T0"),
        ("EUR", "T1"),
    ]
    products = [item(str(n), "Tea")._replace(sales_tax_type=f"T{n % 2}", purchase_tax_type="P") for n in range(6)]
    place = await staged(database, leased, [products], ITEMS)
    async with database.session() as session:
        others = await references.examples(session, place)
    assert sorted((row.sales_tax_type, row.purchase_tax_type) for row in others if isinstance(row, Item)) == [
        ("T0", "P"),
        ("T1", "P"),
    ]


async def test_of_some_lists_alone_what_is_staged_is_forgotten(database: Database, leased: House) -> None:
    await staged(database, leased, [[contact("a"), contact("b")]])
    await staged(database, leased, [[item("a", "Tea")]], ITEMS)
    assert await waiting(database) == (2, 3)
    for lists, left in ((ITEMS, (1, 2)), (CONTACTS, (0, 0))):
        async with database.transaction() as session:
            await stagings.forget_all(session, leased.connection_id, lists)
        assert await waiting(database) == left
