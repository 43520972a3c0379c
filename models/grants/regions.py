"""The region in which a practice signs in to an accounting software: remembered, and that of a client's login."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.connections.tables import Connection
from models.grants.tables import Grant, PracticeRegion


async def remembered(session: AsyncSession, practice_id: UUID, provider: str) -> str | None:
    """The region of the practice's latest sign-in there; None where there was none."""
    found = await session.get(PracticeRegion, (practice_id, provider))
    return found.region if found else None


async def remember(session: AsyncSession, practice_id: UUID, provider: str, region: str) -> None:
    """Keep the region of a sign-in that has succeeded."""
    statement = insert(PracticeRegion).values(practice_id=practice_id, provider=provider, region=region)
    same = [PracticeRegion.__table__.c[name] for name in ("practice_id", "provider")]  # type: ignore[attr-defined]  # SQLModel hides the table
    await (await session.connection()).execute(
        statement.on_conflict_do_update(index_elements=same, set_={"region": statement.excluded.region})
    )


async def of_client(session: AsyncSession, practice_id: UUID, client_id: UUID) -> str | None:
    """The region of the login that a client's current connection uses; None where there is none."""
    query = (
        select(Grant.region)
        .join(Connection, col(Connection.grant_id) == col(Grant.id))
        .where(
            col(Connection.practice_id) == practice_id,
            col(Connection.client_id) == client_id,
            col(Connection.is_current),
        )
    )
    return (await session.exec(query)).first()
