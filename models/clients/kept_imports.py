"""Lists of clients that somebody has uploaded and is looking at: kept sealed, for an hour at most, one for each person.

A list from practice software has more than we take: tax references, dates of birth, telephone numbers. So it is not
kept like the clients themselves, and not longer than it takes to look at it.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.clients.tables import ClientImport

VALID_FOR: Final = timedelta(minutes=45)
"""What is older is as good as gone, and deleted within the hour by the job that looks for lost work."""


async def keep(session: AsyncSession, kept: ClientImport) -> None:
    """Keep a list, in place of the one that its colleague has kept before."""
    await session.exec(delete(ClientImport).where(col(ClientImport.colleague_id) == kept.colleague_id))
    session.add(kept)
    await session.flush()


async def kept_by(
    session: AsyncSession,
    import_id: UUID,
    *,
    practice_id: UUID,
    colleague_id: UUID,
    at: datetime,
    is_locked: bool = False,
) -> ClientImport | None:
    """A list that this colleague keeps; None where there is none, or its time is over."""
    query = select(ClientImport).where(
        ClientImport.id == import_id,
        ClientImport.practice_id == practice_id,
        ClientImport.colleague_id == colleague_id,
        col(ClientImport.created_at) > at - VALID_FOR,
    )
    return (await session.exec(query.with_for_update(key_share=True) if is_locked else query)).first()


async def delete_old(session: AsyncSession, at: datetime) -> None:
    """Delete the lists whose time is over."""
    await session.exec(delete(ClientImport).where(col(ClientImport.created_at) <= at - VALID_FOR))
