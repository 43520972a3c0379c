"""Troubles of our app itself, such as a refused secret: recorded once, told once, over when the app is accepted."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from models.budgets.tables import AppTrouble

CLAIM = timedelta(minutes=5)
"""Longer than the longest conversation with a mail server: whoever claimed it was killed or got nowhere, after this."""


async def note(session: AsyncSession, provider: str, cause: Cause, detail: str, at: datetime) -> bool:
    """Record that a provider refuses our app.

    Returns:
        Whether it was not known before.
    """
    row = {"provider": provider, "cause": cause, "detail": detail[:200], "since": at}
    noted = insert(AppTrouble).values(row).on_conflict_do_nothing().returning(col(AppTrouble.provider))
    return (await session.exec(noted)).first() is not None


async def claim_untold(session: AsyncSession, provider: str, at: datetime) -> AppTrouble | None:
    """Claim a trouble of which nobody was told yet; None if there is none, or somebody else has claimed it.

    The claim is not given back: otherwise a mail server that is down would be tried at every refusal.
    """
    claimed = (
        update(AppTrouble)
        .where(
            col(AppTrouble.provider) == provider,
            col(AppTrouble.told_at).is_(None),
            or_(col(AppTrouble.claimed_until).is_(None), col(AppTrouble.claimed_until) < at),
        )
        .values(claimed_until=at + CLAIM)
        .returning(AppTrouble)
    )
    trouble: AppTrouble | None = (await session.exec(claimed)).scalars().one_or_none()
    return trouble


async def told(session: AsyncSession, provider: str, *, since: datetime, at: datetime) -> None:
    """Record that whoever runs the installation was told of this trouble; a later trouble is told again."""
    of_it = update(AppTrouble).where(col(AppTrouble.provider) == provider, col(AppTrouble.since) == since)
    await session.exec(of_it.values(claimed_until=None, told_at=at))


async def over(session: AsyncSession, provider: str) -> bool:
    """Record that a provider accepts our app.

    Returns:
        Whether there was a trouble.
    """
    ended = delete(AppTrouble).where(col(AppTrouble.provider) == provider).returning(col(AppTrouble.provider))
    return (await session.exec(ended)).first() is not None
