"""Client accounts that somebody makes or changes by hand. Those made out of a run's organisations are in ``writes``."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Stage
from models.clients.tables import Client
from models.practices.tables import Practice
from models.runs.tables import Run, RunOrganisation


async def locked_practice(session: AsyncSession, practice_id: UUID) -> Practice:
    """The practice, locked: allowance and client numbers are given out one transaction at a time."""
    return await session.get_one(Practice, practice_id, with_for_update={"key_share": True})


async def locked_client(session: AsyncSession, practice_id: UUID, client_id: UUID) -> Client | None:
    """A client of the practice, locked; None where there is no such client, or it was erased."""
    theirs = (Client.id == client_id, Client.practice_id == practice_id, col(Client.erased_at).is_(None))
    query = select(Client).where(*theirs)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(locked)).first()


async def locked_clients(session: AsyncSession, practice_id: UUID, client_ids: Collection[UUID]) -> Sequence[Client]:
    """Those of the clients that are the practice's, locked in the order of their ids."""
    query = select(Client).where(Client.practice_id == practice_id, col(Client.id).in_(client_ids))
    locked = query.order_by(col(Client.id)).with_for_update(key_share=True)
    return (await session.exec(locked.execution_options(populate_existing=True))).all()


async def insert_client(session: AsyncSession, client: Client) -> bool:
    """Store a new client; whether its code was free in the practice."""
    statement = insert(Client).values(**client.model_dump()).on_conflict_do_nothing().returning(col(Client.id))
    return (await session.exec(statement)).first() is not None


async def is_code_free(session: AsyncSession, practice_id: UUID, code: str, *, for_client: UUID) -> bool:
    """Whether no other client of the practice has a code; that of an erased one is free."""
    has_it = (Client.practice_id == practice_id, Client.code == code, col(Client.erased_at).is_(None))
    query = select(Client.id).where(*has_it, Client.id != for_client)
    return (await session.exec(query)).first() is None


async def is_in_working_run(session: AsyncSession, client_id: UUID) -> bool:
    """Whether a run is at work whose list has the client: it may still start workflows under the client's code."""
    working = (Stage.CREATING, Stage.REPAIRING, Stage.REASSIGNING, Stage.PULLING)
    query = select(RunOrganisation.run_id).join(Run, col(Run.id) == col(RunOrganisation.run_id))
    has_it = query.where(RunOrganisation.client_id == client_id, col(Run.stage).in_(working)).limit(1)
    return (await session.exec(has_it)).first() is not None


async def restore(session: AsyncSession, client_id: UUID) -> bool:
    """Take a client out of the archive; returns whether it was in it. The caller writes the event."""
    archived = update(Client).where(col(Client.id) == client_id, col(Client.archived_at).is_not(None))
    return (await session.exec(archived.values(archived_at=None).returning(col(Client.id)))).first() is not None
