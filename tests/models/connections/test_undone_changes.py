"""A change of books can be undone for 30 days, and the last one is."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import UNDO_WITHIN, ConnectionStatus
from contracts.words.refusals import Refused
from models.connections.tables import Connection, ConnectionChange
from models.runs.tables import RunOrganisation
from tests.models.conftest import NOON
from tests.models.connections.moving import beside, changed, current, undone
from tests.models.one_thing import run

pytestmark = pytest.mark.usefixtures("next_door")

MONTH = UNDO_WITHIN
SECOND = timedelta(seconds=1)


async def test_it_can_be_undone_on_the_last_day(database, house):
    new_id = await changed(database, house)
    assert await current(database, house) == [new_id]
    await undone(database, house, new_id, NOON + MONTH)
    assert await current(database, house) == [house.connection_id]


async def test_a_change_and_its_undoing_are_told_and_what_is_current_is_read_next(database, house):
    new_id = await changed(database, house)
    later = NOON + SECOND
    async with database.session() as session:
        row = await session.get_one(RunOrganisation, ("change-1", "org-2"))
        assert (row.outcome, row.client_id, row.link_client_id) == ("linked", house.client_id, house.client_id)
        assert (row.connection_id, row.action) == (new_id, "link")
        assert await due(session, house.connection_id, new_id) == [None, NOON]
    await undone(database, house, new_id, later)
    async with database.session() as session:
        assert await due(session, house.connection_id, new_id) == [later, None]
        told = await run(session, "SELECT concat_ws('|', kind, before, after) FROM events ORDER BY id DESC LIMIT 2")
    assert told == [
        "connection.change_undone|Smith New Ltd|Smith Ltd",
        "connection.changed|Smith Ltd|Smith New Ltd",
    ]


async def due(session: AsyncSession, *connection_ids: UUID) -> list[datetime | None]:
    return [(await session.get_one(Connection, one)).next_refresh_at for one in connection_ids]


async def test_the_last_of_several_changes_is_undone(database, house):
    """Of this client alone: what changes at another one meanwhile is not its."""
    new_id = await changed(database, house)
    left = await beside(database, house, "xero", "org-3", house.practice.id)
    of: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id}
    async with database.transaction() as session:
        for old, new, day in ((left, new_id, -1), (new_id, left, 1)):
            at = NOON + timedelta(days=day)
            its = {"client_id": house.client_id, "old_connection_id": old, "new_connection_id": new}
            session.add(ConnectionChange(changed_at=at, **of | its))
        await session.flush()
        move = "UPDATE connection_changes SET changed_at = changed_at WHERE old_connection_id = :id"
        await run(session, move, id=house.connection_id)  # the last one in the table, too
    await undone(database, house, new_id, NOON)
    assert await current(database, house) == [house.connection_id]


async def test_after_that_it_cannot(database, house):
    new_id = await changed(database, house)
    with pytest.raises(Refused, match="until 01 April 2026"):
        await undone(database, house, new_id, NOON + MONTH + SECOND)
    assert await current(database, house) == [new_id]


async def test_only_a_change_that_was_made_and_not_undone_is_undone(database, house):
    nothing = "no change of this client's connection"
    with pytest.raises(Refused, match=nothing):
        await undone(database, house, house.connection_id, NOON)
    new_id = await changed(database, house)
    async with database.transaction() as session:
        (await session.get_one(Connection, new_id)).status = ConnectionStatus.DISCONNECTING
    with pytest.raises(Refused, match=nothing):
        await undone(database, house, new_id, NOON)
    async with database.transaction() as session:
        (await session.get_one(Connection, new_id)).status = ConnectionStatus.CONNECTED
    await undone(database, house, new_id, NOON)
    for connection_id in (new_id, house.connection_id):
        with pytest.raises(Refused, match=nothing):
            await undone(database, house, connection_id, NOON)
    assert await current(database, house) == [house.connection_id]
