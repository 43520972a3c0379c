"""Looks of a run at what would be called healthy: kept as they come, and never written over what is newer."""

from datetime import timedelta
from typing import cast

from sqlalchemy import update

from activities.pulls import seeing
from activities.pulls.seeing import Seen
from activities.shared.grant_reader import GrantReader
from contracts.words.connections import ConnectionStatus
from contracts.words.runs import RunKind, Stage
from models.clients.tables import Client
from models.connections.tables import Connection
from models.runs.tables import Run
from providers.port.errors import SignedOut
from tests.models.conftest import NOON, a_connection, house

__all__ = ["house"]


async def a_run_of(database, house) -> str:
    async with database.transaction() as session:
        session.add(
            Run(
                id="run-1",
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=RunKind.RECONNECT_ALL,
                stage=Stage.LISTING,
                created_at=NOON,
            )
        )
    return "run-1"


async def test_what_was_read_meanwhile_counts_more(database, house):
    """The login is dead; while that is found out, somebody else's sign-in repairs the client."""

    class Slow:
        async def profile(self, *_: object) -> None:
            async with database.transaction() as session:
                read = update(Connection).where(Connection.id == house.connection_id)
                await session.exec(read.values(last_good_at=NOON))
            raise SignedOut("dead")

    run_id = await a_run_of(database, house)
    await Seen(database, cast("GrantReader", Slow()), lambda: NOON + timedelta(minutes=1)).look(run_id)
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
    assert (connection.status, connection.cause) == (ConnectionStatus.CONNECTED, None)


async def test_a_look_that_breaks_off_goes_on_where_it_was(database, house, monkeypatch):
    monkeypatch.setattr(seeing, "AT_ONCE", 2)
    asked: list[str] = []

    class Breaking:
        async def profile(self, _provider: str, _grant: object, organisation_id: str, _practice: object) -> None:
            asked.append(organisation_id)
            if len(asked) == 4:
                raise TimeoutError

    async with database.transaction() as session:
        for number in range(2, 6):
            client = Client(practice_id=house.practice.id, name="C", code=f"C{number}", owner_id=house.colleague.id)
            session.add(client)
            await session.flush()
            session.add(a_connection(house.practice.id, client.id, house.grant_id, f"org-{number}"))
    run_id = await a_run_of(database, house)
    seen = Seen(database, cast("GrantReader", Breaking()), lambda: NOON)
    for _ in range(2):
        try:
            await seen.look(run_id)
        except TimeoutError:
            continue
    assert (len(asked), len(set(asked))) == (7, 5)  # two that were kept are not asked for again
