"""What has happened is read of one practice: to one of its clients, or to its people."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from models.events import reads
from models.events import writes as events
from tests.models.conftest import NOON
from tests.models.one_thing import after_each, setting


async def test_a_timeline_is_of_a_client_of_ones_own_practice(database, house):
    ours, theirs = house.practice.id, house.other_practice.id
    async with database.transaction() as session:
        by: dict[str, Any] = {"colleague_id": house.colleague.id, "at": NOON}
        for kind, practice_id, client_id in (
            ("connection.connected", ours, house.client_id),
            ("connection.refreshed", ours, house.client_id),
            ("colleague.deactivated", ours, None),
            ("colleague.deactivated", theirs, None),
            ("grant.refreshed", ours, None),
        ):
            await events.record(session, [{"kind": kind, "practice_id": practice_id, "client_id": client_id, **by}])

    async def told(session: AsyncSession) -> list[tuple[str, str | None]]:
        found = await reads.event_views(session, ours, house.client_id)
        return [(one.event.kind, one.colleague_name) for one in found]

    async def of_people(session: AsyncSession) -> list[str]:
        return [one.event.kind for one in await reads.access_views(session, ours, limit=9)]

    elsewhere = "UPDATE colleagues SET practice_id = :other WHERE id = :ada"
    not_ours, of_client = setting("events", "practice_id = :other", "client_id = :client")
    values: dict[str, Any] = {"other": theirs, "ada": house.colleague.id, "client": house.client_id}
    both = ["connection.refreshed", "connection.connected"]
    assert await after_each(database, told, ("SELECT", elsewhere, not_ours), **values) == {
        "SELECT": [(kind, "Ada") for kind in both],
        elsewhere: [(kind, None) for kind in both],
        not_ours: [],
    }
    assert await after_each(database, of_people, ("SELECT", not_ours, of_client), **values) == {
        "SELECT": ["colleague.deactivated"],
        not_ours: [],
        of_client: [],
    }
    async with database.session() as session:
        (newest, oldest) = await reads.timeline(session, ours, house.client_id)
        older = await reads.timeline(session, ours, house.client_id, before_id=newest.id)
        assert [one.id for one in older] == [oldest.id]
        (only,) = await reads.access_views(session, ours, limit=9)
        assert await reads.access_views(session, ours, limit=9, before_id=only.event.id) == []
