"""Queries of sign-ins: each is taken once, by the hash of its state, and told of on the timelines of its clients."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text, update
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


async def tell_clients(
    session: AsyncSession, grant_id: UUID, practice_id: UUID, colleague_id: UUID, run_id: str, at: datetime
) -> None:
    """Write on the timeline of each of a practice's clients that use a login that somebody has signed in with it.

    Args:
        session: The transaction that stores the sign-in.
        grant_id: The login.
        practice_id: Whose clients.
        colleague_id: Who signed in.
        run_id: For which run.
        at: This moment.
    """
    await (await session.connection()).execute(
        text("""
            INSERT INTO events (practice_id, client_id, connection_id, run_id, colleague_id, kind, after, at)
            SELECT c.practice_id, c.client_id, c.id, :run_id, :colleague_id, :kind, g.display_name, :at
            FROM connections c JOIN grants g ON g.id = c.grant_id
            WHERE c.grant_id = :grant_id AND c.practice_id = :practice_id AND c.is_current
              AND c.status NOT IN ('disconnecting', 'disconnected')
            ORDER BY c.id
        """),
        {
            "grant_id": grant_id,
            "practice_id": practice_id,
            "colleague_id": colleague_id,
            "run_id": run_id,
            "kind": "connection.signed_in",
            "at": at,
        },
    )
