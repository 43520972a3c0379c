"""What handing a colleague's clients over would move, and what not, at each accounting software; on stored facts."""

from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from models.clients.tables import Client
from models.connections.tables import Connection
from models.practices.hand_overs import clients_at, foreseen
from models.practices.writes import create_colleague
from tests.models.conftest import NOON, House, a_connection

pytestmark = pytest.mark.usefixtures("next_door")


async def a_client_at(session: AsyncSession, house: House, owner_id: UUID, provider: str | None, code: str) -> Client:
    client = Client(practice_id=house.practice.id, name=code, code=code, owner_id=owner_id)
    session.add(client)
    await session.flush()
    if provider is not None:
        connection: Connection = a_connection(house.practice.id, client.id, house.grant_id, f"of-{code}")
        connection.provider = provider
        session.add(connection)
        await session.flush()
    return client


async def test_each_client_counts_where_it_is_connected_and_nobody_elses_do(database, house):
    async with database.transaction() as session:
        lee = (await create_colleague(session, house.practice.id, email="lee@harbour.test", name="Lee")).id
        for provider, code in (("xero", "A1"), ("sage", "B1"), ("sage", "B2"), (None, "C1")):
            await a_client_at(session, house, lee, provider, code)
        await a_client_at(session, house, house.colleague.id, "sage", "D1")
        (await a_client_at(session, house, lee, "sage", "E1")).archived_at = NOON
        # This one is at Xero now, and was at Sage before.
        moved = await a_client_at(session, house, lee, "xero", "F1")
        former = a_connection(house.practice.id, moved.id, house.grant_id, "of-F1-before")
        former.provider, former.is_current = "sage", False
        session.add(former)
    async with database.session() as session:
        assert dict(await clients_at(session, house.practice.id, lee)) == {"xero": 2, "sage": 2}
        at_sage = await foreseen(session, house.practice.id, "sage", lee)
        at_xero = await foreseen(session, house.practice.id, "xero", lee)
    assert (at_sage.clients, at_sage.unconnected, at_sage.elsewhere) == (2, 1, 2)
    assert (at_xero.clients, at_xero.unconnected, at_xero.elsewhere) == (2, 1, 2)
