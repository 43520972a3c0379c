"""A client that moves to other books, for tests of it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import select

from contracts.words.runs import RunKind, Stage
from models.clients.tables import Client
from models.connections import changes as connection_changes
from models.connections.tables import Connection
from models.kit.database import Database
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON, House, a_connection


async def a_run(database: Database, house: House) -> str:
    """A run that looks at other books for the house's client."""
    run = Run(
        id="change-1",
        practice_id=house.practice.id,
        colleague_id=house.colleague.id,
        provider="xero",
        kind=RunKind.CHANGE_CONNECTION,
        stage=Stage.AWAITING_CONFIRMATION,
    )
    listed = RunOrganisation(
        run_id=run.id, organisation_id="org-2", position=0, name="Smith New Ltd", grant_id=house.grant_id
    )
    more = RunOrganisation(
        run_id=run.id, organisation_id="org-7", position=1, name="Nobody's Ltd", grant_id=house.grant_id
    )
    async with database.transaction() as session:
        session.add(run)
        await session.flush()
        session.add_all([listed, more])
    return run.id


async def taken_up(database: Database, house: House, run_id: str) -> UUID:
    async with database.transaction() as session:
        old = await connection_changes.current_or_refused(session, house.connection_id)
        row = await session.get_one(RunOrganisation, (run_id, "org-2"))
        return (await connection_changes.take_up(session, old, row, NOON)).id


async def changed(database: Database, house: House) -> UUID:
    """The client moved to other books at noon; gives the new connection."""
    run_id = await a_run(database, house)
    new_id = await taken_up(database, house, run_id)
    async with database.transaction() as session:
        old = await connection_changes.current_or_refused(session, house.connection_id)
        new, run = await session.get_one(Connection, new_id), await session.get_one(Run, run_id)
        await connection_changes.change(session, run, old, new, NOON)
        run.stage = Stage.FINISHED
        session.add(run)
    return new_id


async def current(database: Database, house: House) -> list[UUID]:
    query = select(Connection.id).where(Connection.client_id == house.client_id, Connection.is_current)
    async with database.session() as session:
        return list((await session.exec(query)).all())


async def undone(database: Database, house: House, connection_id: UUID, at: datetime) -> None:
    async with database.transaction() as session:
        connection = await session.get_one(Connection, connection_id, with_for_update=True)
        await connection_changes.undo(session, connection, colleague_id=house.colleague.id, at=at)


async def beside(database: Database, house: House, provider: str, organisation_id: str, practice_id: UUID) -> UUID:
    """Books of another client, of this practice or the other one, that the client has left; gives their connection."""
    whose = house.colleague if practice_id == house.practice.id else house.other_colleague
    async with database.transaction() as session:
        client = Client(practice_id=practice_id, name="Jones", code=f"{provider}-{organisation_id}", owner_id=whose.id)
        session.add(client)
        await session.flush()
        left = a_connection(practice_id, client.id, house.grant_id, organisation_id)
        left.provider, left.is_current = provider, False
        session.add(left)
    return left.id
