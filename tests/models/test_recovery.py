"""A good pull leaves nothing of the trouble before it."""

from datetime import timedelta

from contracts.causes import Cause
from contracts.runs import ConnectionStatus
from models import connections, good_pulls
from models.columns import now
from models.connection import Connection
from models.database import Database
from models.good_pulls import GoodPull
from tests.models.conftest import House


async def test_a_good_pull_clears_the_cause_and_connects_again(database: Database, house: House):
    at = now()
    async with database.transaction() as session:
        await connections.record_trouble(
            session, house.connection_id, Cause.ACCESS_LOST, "HTTP 403", at, until=at + timedelta(hours=1)
        )
    async with database.session() as session:
        troubled = await session.get_one(Connection, house.connection_id)
    assert (troubled.status, troubled.cause) == (ConnectionStatus.NEEDS_RECONNECT, Cause.ACCESS_LOST)
    async with database.transaction() as session:
        await good_pulls.record_good(session, [GoodPull(house.connection_id, "New Name Ltd", is_refresh=True)], at)
    async with database.session() as session:
        well = await session.get_one(Connection, house.connection_id)
    assert (well.status, well.cause, well.cause_detail) == (ConnectionStatus.CONNECTED, None, None)
    assert (well.limited_until, well.trouble_since, well.last_good_at) == (None, None, at)
    assert well.organisation_name == "New Name Ltd"
    assert well.next_refresh_at is not None
    assert well.next_refresh_at > at
