"""A connection's status is never better than what was last read of it, and reading one list heals one list."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import ListName, RowKind
from models.connections import health as connection_health
from models.connections import receipts
from models.connections import settings as connection_settings
from models.connections import writes as connections
from models.connections.tables import Connection
from models.kit.database import Database
from models.lists import good_pulls
from models.lists.good_pulls import GoodPull
from models.night.writes import record_looks
from rules.lists.list_changes import Changes
from rules.night.diagnosing import Look
from tests.models.conftest import LATER, NOON, House
from tests.models.one_thing import run

pytestmark = pytest.mark.usefixtures("next_door")

STORED = Changes(rows=3, added=0, changed=0, gone=0)
CONTACTS = RowKind.CONTACTS.lists


async def failed(database: Database, house: House, lists: Sequence[ListName], cause: Cause) -> None:
    """A pull in which some lists failed, as it is written down."""
    async with database.transaction() as session:
        await receipts.write_failures(
            session, [receipts.Failure(house.connection_id, lists, cause, "HTTP 401")], at=NOON
        )
        await connections.record_trouble(session, house.connection_id, cause, "HTTP 401", NOON, until=None)


async def read(database: Database, house: House, *lists: ListName) -> None:
    """A good pull of some lists; of all when none is named."""
    async with database.transaction() as session:
        await connection_health.lock(session, (house.connection_id,))
        stored = {house.connection_id: dict.fromkeys(lists or ListName, STORED)}
        await receipts.write_receipts(session, stored, pull_id="pull", at=NOON)
        await good_pulls.record_good(session, [GoodPull(house.connection_id, is_refresh=not lists)], NOON)


async def looked(database: Database, house: House, cause: Cause | None) -> None:
    """A look at the login that listed the organisation, or found the cause."""
    async with database.transaction() as session:
        listed = [house.connection_id] if cause is None else []
        looks = [Look(house.connection_id, cause)]
        await record_looks(session, looks, listed, (Cause.SIGNED_OUT, Cause.DISCONNECTED_AT_PROVIDER), NOON)


async def standing(database: Database, house: House) -> tuple[str, Cause | None]:
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
    return connection.status.value, connection.cause


LACKS_CONTACTS = ("needs_reconnect", Cause.PERMISSION_MISSING)
WELL = ("connected", None)


async def test_reading_one_list_heals_one_list(database: Database, house: House):
    await failed(database, house, CONTACTS, Cause.PERMISSION_MISSING)
    assert await standing(database, house) == LACKS_CONTACTS
    await read(database, house, ListName.CURRENCIES)
    assert await standing(database, house) == LACKS_CONTACTS
    await read(database, house, *CONTACTS)
    assert await standing(database, house) == WELL


async def test_no_event_says_that_it_works_again_before_it_does(database: Database, house: House):
    await failed(database, house, CONTACTS, Cause.PERMISSION_MISSING)
    await read(database, house, ListName.CURRENCIES)
    assert await kinds(database) == ["connection.needs_reconnect"]
    await read(database, house, *CONTACTS)
    assert await kinds(database) == ["connection.needs_reconnect", "connection.connected"]


async def test_an_event_tells_of_another_status_or_else_of_trouble(database: Database, house: House):
    told = {
        Cause.RATE_LIMITED: "trouble",
        None: "connected",
        Cause.SIGNED_OUT: "needs_reconnect",
        Cause.ACCESS_LOST: "trouble",
        Cause.UNKNOWN: "connected",
    }
    for cause in told:
        for _ in range(2):  # of what it was already, nothing is told
            async with database.transaction() as session:
                await connection_health.write(session, [Look(house.connection_id, cause)], NOON)
    assert await kinds(database) == [f"connection.{kind}" for kind in told.values()]


async def kinds(database: Database) -> list[str]:
    async with database.session() as session:
        found = await (await session.connection()).exec_driver_sql(
            "SELECT kind FROM events WHERE kind LIKE 'connection.%%' ORDER BY id"
        )
        return list(found.scalars())


@pytest.mark.parametrize("cause", [Cause.SIGNED_OUT, Cause.DISCONNECTED_AT_PROVIDER])
async def test_what_the_list_of_organisations_disproves_leaves_what_a_list_of_records_lacks(database, house, cause):
    await failed(database, house, CONTACTS, Cause.PERMISSION_MISSING)
    await looked(database, house, cause)
    assert await standing(database, house) == ("needs_reconnect", cause)
    await looked(database, house, None)
    assert await standing(database, house) == LACKS_CONTACTS


async def test_lists_that_failed_for_a_lost_sign_in_are_due_when_it_is_back(database: Database, house: House):
    await failed(database, house, list(ListName), Cause.SIGNED_OUT)
    await looked(database, house, None)
    assert await standing(database, house) == WELL
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
    assert (connection.next_refresh_at, connection.last_good_at, connection.listed_at) == (NOON, None, NOON)


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause.is_transient])
async def test_an_outage_on_top_heals_nothing(database: Database, house: House, cause: Cause):
    await failed(database, house, CONTACTS, Cause.PERMISSION_MISSING)
    await failed(database, house, CONTACTS, cause)
    assert await standing(database, house) == LACKS_CONTACTS
    await read(database, house, ListName.CURRENCIES)
    assert await standing(database, house) == LACKS_CONTACTS


async def test_the_worst_of_several_lists_tells(database: Database, house: House):
    await failed(database, house, CONTACTS, Cause.SUBSCRIPTION_ENDED)
    await failed(database, house, [ListName.ITEMS], Cause.ACCESS_LOST)
    await failed(database, house, [ListName.CURRENCIES], Cause.UNKNOWN)
    assert await standing(database, house) == ("needs_reconnect", Cause.ACCESS_LOST)
    await read(database, house, ListName.ITEMS)
    assert await standing(database, house) == ("needs_client", Cause.SUBSCRIPTION_ENDED)
    await read(database, house, *CONTACTS)
    assert await standing(database, house) == ("connected", Cause.UNKNOWN)


@pytest.mark.parametrize("cause", Cause)
async def test_each_cause_has_its_status(database: Database, house: House, cause: Cause):
    await looked(database, house, cause)
    expected = (
        ConnectionStatus.NEEDS_RECONNECT
        if cause.signing_in_helps
        else ConnectionStatus.NEEDS_CLIENT
        if cause.needs_something_else
        else ConnectionStatus.CONNECTED
    )
    assert await standing(database, house) == (expected.value, cause)


async def test_a_list_that_the_settings_leave_out_is_no_trouble(database: Database, house: House):
    await failed(database, house, CONTACTS, Cause.PERMISSION_MISSING)
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id, with_for_update=True)
        wanted = {"list_names": [ListName.CURRENCIES.value]}
        await connection_settings.change_settings(session, connection, wanted, colleague_id=house.colleague.id, at=NOON)
    assert await standing(database, house) == WELL


@pytest.mark.parametrize(
    ("name", "cause", "expected"),
    [
        (ListName.ITEMS, Cause.ROLE_TOO_LOW, ("connected", Cause.ROLE_TOO_LOW)),
        (ListName.ITEMS, Cause.NOT_ON_PLAN, WELL),  # about which nobody can do anything
        (ListName.ORGANISATION, Cause.ROLE_TOO_LOW, ("needs_reconnect", Cause.ROLE_TOO_LOW)),
        (ListName.ORGANISATION, Cause.NOT_ON_PLAN, ("connected", Cause.NOT_ON_PLAN)),
        (ListName.SUPPLIERS, Cause.ROLE_TOO_LOW, WELL),  # which is not chosen
        (ListName.SUPPLIERS, Cause.ACCESS_LOST, WELL),
    ],
)
async def test_what_one_list_lacks_is_its_own_but_for_the_profile_which_is_always_read(
    database, house, name, cause, expected
):
    async with database.transaction() as session:
        (await session.get_one(Connection, house.connection_id)).list_names = [ListName.ITEMS.value]
        await session.flush()
        lacks = receipts.Failure(house.connection_id, [name], cause, "HTTP 403")
        await receipts.write_failures(session, [lacks], at=NOON)
        [became] = await connection_health.write(session, [Look(house.connection_id, None)], NOON)
    assert (became.status.value, became.cause) == expected


async def test_only_a_pull_of_all_lists_disproves_what_no_list_told(database: Database, house: House):
    """A pull that broke off in a way that nobody understood left no receipt."""
    await looked(database, house, Cause.UNKNOWN)
    await read(database, house, ListName.CURRENCIES)
    assert await standing(database, house) == ("connected", Cause.UNKNOWN)
    await read(database, house)
    assert await standing(database, house) == WELL


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause.is_disproved_by_reading])
async def test_whatever_is_read_disproves_what_is_about_the_login_or_the_moment(database, house, cause):
    await looked(database, house, cause)
    await read(database, house, ListName.CURRENCIES)
    assert await standing(database, house) == WELL


async def test_a_new_sign_in_ends_what_signing_in_repairs_and_nothing_else(database: Database, house: House):
    await failed(database, house, CONTACTS, Cause.ACCESS_LOST)
    await failed(database, house, [ListName.ITEMS], Cause.SUBSCRIPTION_ENDED)
    await looked(database, house, Cause.SIGNED_OUT)
    async with database.transaction() as session:
        await connections.record_reachable(session, house.connection_id, NOON)
    assert await standing(database, house) == ("needs_client", Cause.SUBSCRIPTION_ENDED)
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
    assert (connection.next_refresh_at, connection.last_good_at) == (NOON, NOON)


@pytest.mark.parametrize("cause", [Cause.PERMISSION_MISSING, Cause.ROLE_TOO_LOW])
async def test_what_a_list_wants_of_a_login_stays_until_that_list_was_read(database, house, cause):
    """The new login may have no more rights than the one before; its profile alone does not tell."""
    await failed(database, house, CONTACTS, cause)
    before = await standing(database, house)
    async with database.transaction() as session:
        await connections.record_reachable(session, house.connection_id, NOON)
    assert await standing(database, house) == before != WELL
    await read(database, house)
    assert await standing(database, house) == WELL


async def test_since_when_is_kept_while_the_cause_is(database: Database, house: House):
    await looked(database, house, Cause.SIGNED_OUT)
    hour = timedelta(hours=1)

    async def since(cause: Cause, at: datetime) -> datetime | None:
        async with database.transaction() as session:
            await connection_health.write(session, [Look(house.connection_id, cause)], at)
        async with database.session() as session:
            return (await session.get_one(Connection, house.connection_id)).trouble_since

    assert await since(Cause.SIGNED_OUT, NOON + hour) == NOON
    assert await since(Cause.ACCESS_LOST, NOON + 2 * hour) == NOON + 2 * hour
    async with database.transaction() as session:
        (await session.get_one(Connection, house.connection_id)).trouble_since = None  # as before it was written down
    assert await since(Cause.ACCESS_LOST, NOON + 3 * hour) == NOON + 3 * hour


async def test_only_a_pull_of_all_lists_counts_as_synced(database: Database, house: House):
    await read(database, house, ListName.CURRENCIES)
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
    assert (connection.last_good_at, connection.lists_pulled_at) == (NOON, None)


@pytest.mark.parametrize("status", [ConnectionStatus.DISCONNECTING, ConnectionStatus.DISCONNECTED])
async def test_a_look_changes_nothing_of_what_is_disconnected_or_about_to_be(database, house, status):
    async with database.transaction() as session:
        (await session.get_one(Connection, house.connection_id)).status = status
        await session.flush()
        look = Look(house.connection_id, Cause.SIGNED_OUT, "HTTP 401", NOON)
        assert await connection_health.write(session, [look], NOON) == []
    assert await standing(database, house) == (status.value, None)


@pytest.mark.parametrize(("detail", "kept"), [("x" * 201, "x" * 200), ("", None), (None, None)])
async def test_a_look_keeps_as_much_as_fits_of_what_was_said_and_until_when_no_call_is_made(
    database: Database, house: House, detail: str | None, kept: str | None
):
    async with database.transaction() as session:
        await connection_health.write(session, [Look(house.connection_id, Cause.RATE_LIMITED, detail, LATER)], NOON)
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
    assert (connection.look_detail, connection.cause_detail, connection.limited_until) == (kept, kept, LATER)


async def test_nobody_is_told_of_books_that_nobody_has_confirmed(database, house):
    async with database.transaction() as session:
        (await session.get_one(Connection, house.connection_id)).is_current = False
    await looked(database, house, Cause.SIGNED_OUT)
    assert await standing(database, house) == ("needs_reconnect", Cause.SIGNED_OUT)
    assert await kinds(database) == []


async def test_other_writers_of_a_connections_health_wait(database: Database, house: House):
    free = "SELECT id FROM connections FOR NO KEY UPDATE SKIP LOCKED"
    async with database.transaction() as session, database.transaction() as other:
        assert house.connection_id in await run(other, "SELECT id FROM connections")
        await connection_health.lock(session, [house.connection_id])
        free_for_others = await run(other, free)
        assert len(free_for_others) == 1  # next door's
        assert house.connection_id not in free_for_others
