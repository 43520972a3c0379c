"""Queries of the troubles of our app itself: noted once, told once, over when the provider takes the app again."""

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
    """Note that a provider refuses our app.

    Returns:
        Whether that is news.
    """
    row = {"provider": provider, "cause": cause, "detail": detail[:200], "since": at}
    noted = insert(AppTrouble).values(row).on_conflict_do_nothing().returning(col(AppTrouble.provider))
    return (await session.exec(noted)).first() is not None


async def claim_untold(session: AsyncSession, provider: str, at: datetime) -> AppTrouble | None:
    """The trouble that nobody has been written to about, claimed for whoever asks; None if there is none.

    The claim is not given back: a mail server that is away would otherwise be asked at every refusal.
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
    """Note that those who run this installation were written to about a trouble; a later one is another matter."""
    of_it = update(AppTrouble).where(col(AppTrouble.provider) == provider, col(AppTrouble.since) == since)
    await session.exec(of_it.values(claimed_until=None, told_at=at))


async def over(session: AsyncSession, provider: str) -> bool:
    """The provider takes our app.

    Returns:
        Whether that is news.
    """
    ended = delete(AppTrouble).where(col(AppTrouble.provider) == provider).returning(col(AppTrouble.provider))
    return (await session.exec(ended)).first() is not None
