"""Browsers in which a colleague has signed in. Each keeps a secret mark, of which the hash is stored here."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sessions import hashed
from models.access.tables import KnownBrowser
from models.practices.tables import Colleague

KNOWN_FOR = timedelta(days=365)
"""How long a browser is known in which nobody signs in any more."""


async def known(session: AsyncSession, address: str, mark: str) -> bool:
    """Whether an active colleague with this address has signed in in the browser that sent this mark."""
    query = (
        select(KnownBrowser.id)
        .join(Colleague, col(Colleague.id) == col(KnownBrowser.colleague_id))
        .where(
            KnownBrowser.mark_hash == hashed(mark),
            func.lower(Colleague.email) == address.replace("\x00", ""),
            col(Colleague.deactivated_at).is_(None),
        )
    )
    return (await session.exec(query.limit(1))).first() is not None


async def remember(session: AsyncSession, colleague_id: UUID, mark: str, at: datetime) -> None:
    """Record that a colleague has signed in in the browser that keeps this mark."""
    query = select(KnownBrowser).where(
        KnownBrowser.colleague_id == colleague_id, KnownBrowser.mark_hash == hashed(mark)
    )
    found = (await session.exec(query)).first() or KnownBrowser(colleague_id=colleague_id, mark_hash=hashed(mark))
    found.seen_at = at
    session.add(found)
    old = delete(KnownBrowser).where(
        col(KnownBrowser.colleague_id) == colleague_id, col(KnownBrowser.seen_at) < at - KNOWN_FOR
    )
    await session.exec(old)


async def forget(session: AsyncSession, colleague_id: UUID) -> None:
    """Delete all known browsers of a colleague."""
    await session.exec(delete(KnownBrowser).where(col(KnownBrowser.colleague_id) == colleague_id))
