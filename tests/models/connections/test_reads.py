"""What is read of connections is of one practice's clients, and of what they use now: one condition at a time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import ListName
from models.clients.tables import Client
from models.connections import disconnections, health_reads, reads, receipts
from models.connections.tables import Connection, ConnectionChange, Receipt
from models.grants.tables import GrantReach
from models.kit.database import Database
from tests.models.conftest import NOON, House, a_client, a_connection
from tests.models.one_thing import after_each, run, setting

pytestmark = pytest.mark.usefixtures("next_door")


@pytest_asyncio.fixture
async def theirs(database: Database, sealer, house: House) -> UUID:
    """The other practice's connection, by its own login to the same books."""
    async with database.transaction() as session:
        return (await a_client(session, sealer, house.other_colleague, "user-3"))[2].id


@pytest_asyncio.fixture
async def second(database: Database, house: House) -> UUID:
    """A second connection of ours by the same login, of another client."""
    async with database.transaction() as session:
        client = Client(practice_id=house.practice.id, name="Jones", code="JONE0001", owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        connection = a_connection(house.practice.id, client.id, house.grant_id, "org-2")
        connection.cause = Cause.PERMISSION_MISSING
        session.add(connection)
    return connection.id


async def test_a_client_and_its_connection_are_its_practices(database, house, theirs, second):
    async def found(session: AsyncSession) -> tuple[UUID | None, bool]:
        managed = await reads.managed(session, house.practice.id, house.client_id)
        is_at = managed.connection.id if managed else None
        return is_at, await reads.has_client(session, house.practice.id, house.client_id)

    former = "UPDATE connections SET is_current = false"
    erased = "UPDATE clients SET archived_at = now(), erased_at = now()"
    assert await after_each(database, found, ("SELECT", former, erased)) == {
        "SELECT": (house.connection_id, True),
        former: (None, True),
        erased: (house.connection_id, False),
    }
    async with database.session() as session:
        assert await reads.managed(session, house.other_practice.id, house.client_id) is None
        assert not await reads.has_client(session, house.other_practice.id, house.client_id)


async def test_what_else_uses_a_login(database, house, theirs, second):
    async def uses(session: AsyncSession) -> tuple[int, bool]:
        found = await reads.login_uses(session, await session.get_one(Connection, house.connection_id))
        return found.clients, found.shares_books

    set_ = "UPDATE connections SET {} WHERE id = :second"
    not_held = [set_.format(what) for what in ("is_current = false", "status = 'disconnected'", "grant_id = :other")]
    same = "UPDATE connections SET grant_id = :grant{} WHERE id = :theirs"
    shares, *not_shared = (
        same.format(what)
        for what in ("", ", status = 'disconnected'", ", provider = 'another'", ", organisation_id = 'org-9'")
    )
    (other,) = await _grant_of(database, theirs)
    values: dict[str, Any] = {"second": second, "theirs": theirs, "grant": house.grant_id, "other": other}
    assert await after_each(database, uses, ("SELECT", *not_held, shares, *not_shared), **values) == {
        "SELECT": (1, False),
        **dict.fromkeys(not_held, (0, False)),
        shares: (1, True),
        **dict.fromkeys(not_shared, (1, False)),
    }


async def _grant_of(database: Database, connection_id: UUID) -> list[UUID]:
    async with database.session() as session:
        return await run(session, "SELECT grant_id FROM connections WHERE id = :id", id=connection_id)


async def test_the_latest_change_that_was_not_undone_is_told(database, house, theirs, second):
    async with database.transaction() as session:
        of: dict[str, Any] = {
            "practice_id": house.practice.id,
            "client_id": house.client_id,
            "colleague_id": house.colleague.id,
        }
        changes = [
            ConnectionChange(
                old_connection_id=old, new_connection_id=new, changed_at=NOON + timedelta(hours=hour), **of
            )
            for old, new, hour in (
                (second, house.connection_id, 0),
                (second, house.connection_id, 1),
                (house.connection_id, second, 2),
            )
        ]
        session.add_all(changes)

    async def told(session: AsyncSession) -> UUID | None:
        connection = await session.get_one(Connection, house.connection_id)
        found = await reads.details(session, connection, [])
        return found.change.id if found.change else None

    undone = "UPDATE connection_changes SET undone_at = now() WHERE id = :id"
    found = await after_each(database, told, ("SELECT", undone), id=changes[1].id)
    assert found == {"SELECT": changes[1].id, undone: changes[0].id}


async def test_health_is_of_the_practices_current_connections(database, house, theirs, second):
    async def page(session: AsyncSession) -> tuple[list[UUID], int, dict[ConnectionStatus, int], dict[Cause, int]]:
        found = await health_reads.health_of(session, house.practice.id)
        return [one.connection.id for one in found.views], found.total, found.by_status, found.by_cause

    former = "UPDATE connections SET is_current = false WHERE id = :second"
    working = ConnectionStatus.CONNECTED
    assert await after_each(database, page, ("SELECT", former), second=second) == {
        "SELECT": ([second, house.connection_id], 2, {working: 2}, {Cause.PERMISSION_MISSING: 1}),
        former: ([house.connection_id], 1, {working: 1}, {}),
    }
    async with database.session() as session:
        found = await health_reads.health_of(session, house.practice.id, cause=Cause.PERMISSION_MISSING)
        assert [one.connection.id for one in found.views] == [second]
        found = await health_reads.health_of(session, house.practice.id, status=ConnectionStatus.DISCONNECTED)
        assert (found.views, found.total) == ([], 0)


async def test_receipts_are_of_one_connection_and_of_what_is_chosen(database, house, theirs, second):
    async with database.transaction() as session:
        for connection_id, name, cause in (
            (house.connection_id, ListName.ITEMS, Cause.PERMISSION_MISSING),
            (house.connection_id, ListName.SUPPLIERS, None),
            (second, ListName.ITEMS, None),
            (second, ListName.SUPPLIERS, Cause.SIGNED_OUT),
        ):
            receipt = Receipt(connection_id=connection_id, list_name=name, cause=cause, pull_id="pull", pulled_at=NOON)
            session.add(receipt)

    async def says(session: AsyncSession) -> list[bool]:
        asked = (Cause.PERMISSION_MISSING, Cause.SIGNED_OUT)
        return [await receipts.says(session, house.connection_id, cause) for cause in asked]

    chosen, not_chosen = setting("connections", "list_names = '{items}'", "list_names = '{suppliers}'")
    assert await after_each(database, says, ("SELECT", chosen, not_chosen)) == {
        "SELECT": [True, False],
        chosen: [True, False],
        not_chosen: [False, False],
    }
    async with database.transaction() as session:
        first, other = house.connection_id, second
        assert await receipts.first_cause(session, first) is Cause.PERMISSION_MISSING
        assert await receipts.first_cause(session, theirs) is None
        assert set(await receipts.receipts_of(session, other)) == {ListName.ITEMS, ListName.SUPPLIERS}
        before = await receipts.before_pull(session, [first], "pull")
        assert before == {first: ({ListName.SUPPLIERS}, {ListName.ITEMS: 0, ListName.SUPPLIERS: 0})}
        causes = [Cause.PERMISSION_MISSING, Cause.ROLE_TOO_LOW]
        assert await receipts.disprove(session, [other], causes) == []
        assert await receipts.disprove(session, [first, other], causes) == [first]
        left = "SELECT connection_id FROM receipts WHERE cause IS NOT NULL AND connection_id = ANY(:ids)"
        assert await run(session, left, ids=[first, other]) == [other]


async def test_what_a_login_reached_is_forgotten_of_the_organisation_that_is_disconnected(database, house, theirs):
    (other,) = await _grant_of(database, theirs)
    async with database.transaction() as session:
        for grant_id, organisation_id in ((house.grant_id, "org-1"), (house.grant_id, "org-2"), (other, "org-1")):
            session.add(GrantReach(grant_id=grant_id, organisation_id=organisation_id, name="", seen_at=NOON))
        await session.flush()
        assert await disconnections.locked_if_leaving(session, house.connection_id) is None
        connection = await session.get_one(Connection, house.connection_id)
        await disconnections.begin(session, connection, colleague_id=house.colleague.id, at=NOON)
        assert await disconnections.locked_if_leaving(session, house.connection_id) is not None
        await disconnections.finish(session, connection, "", NOON)
        left = await run(session, "SELECT grant_id FROM grant_reach WHERE organisation_id = 'org-1'")
        assert left == [other]
        assert await run(session, "SELECT count(*) FROM grant_reach") == [2]
