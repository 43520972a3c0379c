"""Queries of sign-ins under way: each is taken once, by the hash of its state."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.grant import ConsentAttempt


async def use_consent(session: AsyncSession, state_hash: bytes, at: datetime) -> ConsentAttempt | None:
    """Take a sign-in by the hash of its state, once.

    Args:
        session: The caller's transaction.
        state_hash: SHA-256 of the state that came back with the browser.
        at: This moment (aware, UTC).

    Returns:
        The sign-in; None when there is none, when it was used, or when its time is over.
    """
    taken = (
        update(ConsentAttempt)
        .where(
            col(ConsentAttempt.state_hash) == state_hash,
            col(ConsentAttempt.used_at).is_(None),
            col(ConsentAttempt.expires_at) > at,
        )
        .values(used_at=at)
        .returning(ConsentAttempt)
    )
    attempt: ConsentAttempt | None = (await session.exec(taken)).scalars().one_or_none()
    return attempt


async def find_consent(session: AsyncSession, state_hash: bytes) -> ConsentAttempt | None:
    """A sign-in by the hash of its state, used or not; for a callback that is loaded again."""
    query = select(ConsentAttempt).where(ConsentAttempt.state_hash == state_hash)
    return (await session.exec(query)).one_or_none()
