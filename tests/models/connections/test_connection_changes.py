"""Changing a client's books: one connection is current at any moment, and going back is possible for 30 days."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.connections import UNDO_WITHIN, ConnectionStatus
from contracts.words.lists import RowKind
from contracts.words.refusals import Refused
from contracts.words.runs import RunKind, Stage
from models.clients.tables import Client
from models.connections import changes as connection_changes
from models.connections.tables import Connection, ConnectionChange
from models.kit.database import Database
from models.lists import writes as list_store
from models.runs.lost_work import LostWork
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON, House, a_connection
from tests.models.connections.moving import a_run, beside, changed, taken_up, undone
from tests.models.one_thing import run
from tests.models.rows import account

ACCOUNTS = RowKind.ACCOUNTS.lists

pytestmark = pytest.mark.usefixtures("next_door")

MONTH = UNDO_WITHIN
SECOND = timedelta(seconds=1)


async def free(database: Database, house: House, at: datetime) -> set[str]:
    async with database.session() as session:
        found = await connection_changes.free(session, house.practice.id, "xero", ["org-1", "org-2"], at)
    return set(found)


async def test_settings_go_along(database, house):
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        connection.refresh_hours, connection.list_names = 7, ["organisation", "items"]
        session.add(connection)
    new_id = await changed(database, house)
    async with database.session() as session:
        new = await session.get_one(Connection, new_id)
    assert (new.refresh_hours, new.list_names) == (7, ["organisation", "items"])


async def test_books_are_free_when_nobody_can_go_back_to_them(database, house):
    new_id = await changed(database, house)
    assert await free(database, house, NOON + MONTH - SECOND) == set()
    assert await free(database, house, NOON + MONTH + SECOND) == {"org-1"}
    await undone(database, house, new_id, NOON)
    assert await free(database, house, NOON) == {"org-2"}
    async with database.transaction() as session:  # a change that was undone, from books that were left once more
        await run(session, "UPDATE connection_changes SET old_connection_id = new_connection_id")
    assert await free(database, house, NOON) == {"org-2"}


async def test_books_that_a_run_looks_at_are_not_free(database, house):
    run_id = await a_run(database, house)
    await taken_up(database, house, run_id)
    assert await free(database, house, NOON) == set()


async def test_what_nobody_confirmed_is_forgotten_with_its_lists(database, house):
    run_id = await a_run(database, house)
    new_id = await taken_up(database, house, run_id)
    async with database.transaction() as session:
        await list_store.store_lists(session, new_id, {ACCOUNTS: [account("1", "Sales")]}, is_complete=True, at=NOON)
        of: dict[str, Any] = {"practice_id": house.practice.id, "client_id": house.client_id, "changed_at": NOON}
        of |= dict.fromkeys(("old_connection_id", "new_connection_id"), house.connection_id)  # a change is others'
        session.add(ConnectionChange(colleague_id=house.colleague.id, **of))
    for _ in range(2):
        async with database.transaction() as session:
            await connection_changes.discard(session, run_id, new_id, NOON)
    async with database.session() as session:
        assert await session.get(Connection, new_id) is None
        row = await session.get_one(RunOrganisation, (run_id, "org-2"))
    assert (row.outcome, row.connection_id) == ("skipped", None)


@pytest.mark.parametrize("kind", [RunKind.CHANGE_CONNECTION, RunKind.ADD_CLIENTS])
async def test_a_run_that_is_lost_forgets_what_it_has_read_for_a_preview(database, house, kind):
    run_id = await a_run(database, house)
    new_id = await taken_up(database, house, run_id)
    async with database.transaction() as session:
        (await session.get_one(Run, run_id)).kind = kind

    async def is_at_work(_: str) -> bool:
        return False

    assert [await LostWork(database, is_at_work, lambda: NOON).close_run(run_id) for _ in range(2)] == [True, False]
    async with database.session() as session:
        assert (await session.get(Connection, new_id) is None) is (kind is RunKind.CHANGE_CONNECTION)


async def test_what_is_in_use_is_not_forgotten(database, house):
    new_id = await changed(database, house)
    await undone(database, house, new_id, NOON)
    async with database.transaction() as session:
        await connection_changes.discard(session, "change-1", new_id, NOON)
    async with database.session() as session:
        assert await session.get(Connection, new_id) is not None


async def test_a_leaving_connection_is_not_changed(database, house):
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        connection.status = ConnectionStatus.DISCONNECTING
        session.add(connection)
    async with database.transaction() as session:
        with pytest.raises(Refused):
            await connection_changes.current_or_refused(session, house.connection_id)


async def test_another_clients_books_are_refused(database, house):
    run_id = await a_run(database, house)
    async with database.transaction() as session:
        other = Client(practice_id=house.practice.id, name="Jones", code="JONE0002", owner_id=house.colleague.id)
        session.add(other)
        await session.flush()
        session.add(a_connection(house.practice.id, other.id, house.grant_id, "org-2"))
    with pytest.raises(Refused, match="belongs to another of your clients"):
        await taken_up(database, house, run_id)


@pytest.mark.parametrize("provider", ["xero", "another"])
async def test_books_of_the_same_id_elsewhere_are_not_taken_up(database, house, provider):
    """Of another practice, or at another accounting software."""
    practice = house.practice if provider == "another" else house.other_practice
    theirs = await beside(database, house, provider, "org-2", practice.id)
    assert await free(database, house, NOON) == set()
    run_id = await a_run(database, house)
    new_id = await taken_up(database, house, run_id)
    async with database.session() as session:
        new, left = await session.get_one(Connection, new_id), await session.get_one(Connection, theirs)
    assert new_id != theirs
    assert (new.practice_id, new.provider, new.client_id) == (house.practice.id, "xero", house.client_id)
    assert left.client_id != house.client_id


async def test_books_that_another_client_has_left_are_taken_up(database, house):
    left = await beside(database, house, "xero", "org-2", house.practice.id)
    await beside(database, house, "another", "org-3", house.practice.id)
    await beside(database, house, "xero", "org-4", house.practice.id)  # which nobody asks for
    assert await free(database, house, NOON) == {"org-2"}
    run_id = await a_run(database, house)
    assert await taken_up(database, house, run_id) == left
    async with database.session() as session:
        assert (await session.get_one(Connection, left)).client_id == house.client_id
    assert await free(database, house, NOON) == set()  # now that a run looks at them
    async with database.transaction() as session:
        (await session.get_one(Run, run_id)).stage = Stage.FINISHED
    assert await free(database, house, NOON) == {"org-2"}


async def test_others_changes_and_runs_of_other_kinds_hold_no_books(database, house):
    """A change that can be undone holds the books that were left, and no others."""
    await beside(database, house, "xero", "org-2", house.practice.id)
    third = await beside(database, house, "xero", "org-1b", house.other_practice.id)
    async with database.transaction() as session:
        of: dict[str, Any] = {"practice_id": house.other_practice.id, "client_id": house.client_id, "changed_at": NOON}
        whose: dict[str, Any] = {"colleague_id": house.colleague.id, "new_connection_id": house.connection_id}
        session.add(ConnectionChange(old_connection_id=third, **of | whose))
    await a_run(database, house)  # which looks at none yet
    async with database.transaction() as session:
        session.add(
            Run(
                id="adds",
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=RunKind.ADD_CLIENTS,
            )
        )
        await session.flush()
        query = select(Connection.id).where(Connection.organisation_id == "org-2")
        row: dict[str, Any] = {"organisation_id": "org-2", "position": 0, "name": "Jones", "grant_id": house.grant_id}
        session.add(RunOrganisation(run_id="adds", connection_id=(await session.exec(query)).one(), **row))
        other = await session.get_one(RunOrganisation, ("change-1", "org-2"))
        other.connection_id = third
    assert await free(database, house, NOON) == {"org-2"}


async def test_a_connection_that_is_not_current_is_not_changed(database, house):
    await changed(database, house)
    async with database.transaction() as session:
        with pytest.raises(Refused):
            await connection_changes.current_or_refused(session, house.connection_id)


async def test_what_is_current_or_looked_at_by_another_run_is_not_forgotten(database, house):
    run_id = await a_run(database, house)
    new_id = await taken_up(database, house, run_id)
    async with database.transaction() as session:
        await connection_changes.discard(session, run_id, house.connection_id, NOON)
        await connection_changes.discard(session, "another", new_id, NOON)
    async with database.session() as session:
        assert await session.get(Connection, house.connection_id) is not None
        assert await session.get(Connection, new_id) is not None


async def test_a_client_takes_up_its_own_former_books_again(database, house):
    new_id = await changed(database, house)
    async with database.transaction() as session:
        row = await session.get_one(RunOrganisation, ("change-1", "org-2"))
        row.organisation_id, row.connection_id, row.provider_connection_id = "org-1", None, "its-own-2"
        row.grant_id = await another_grant(session, house)
        ended = await session.get_one(Connection, house.connection_id)
        ended.status, ended.cause, ended.limited_until = ConnectionStatus.NEEDS_RECONNECT, Cause.ACCESS_LOST, NOON
        ended.look_cause, ended.look_detail = Cause.ACCESS_LOST, "HTTP 403"
    async with database.transaction() as session:
        old = await connection_changes.current_or_refused(session, new_id)
        row = await session.get_one(RunOrganisation, ("change-1", "org-1"))
        assert (await connection_changes.take_up(session, old, row, NOON)).id == house.connection_id
        grant_id = row.grant_id
    async with database.session() as session:
        again = await session.get_one(Connection, house.connection_id)
    assert (again.status, again.cause, again.limited_until) == (ConnectionStatus.CONNECTED, None, None)
    assert (again.look_cause, again.look_detail) == (None, None)  # what was found wrong was found with another login
    assert (again.grant_id, again.provider_connection_id) == (grant_id, "its-own-2")


async def another_grant(session: AsyncSession, house: House) -> UUID:
    """The grant of another sign-in than the client's: that of next door serves here."""
    found = await run(session, "SELECT id FROM grants WHERE id <> :id", id=house.grant_id)
    return UUID(str(found[0]))
