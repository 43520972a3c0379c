"""Stores passkeys and their challenges, each of which is taken once. Signatures are checked elsewhere."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import Ceremony
from models.access.sessions import hashed
from models.access.tables import Passkey, PasskeyChallenge
from models.practices.tables import Colleague

MOST = 20
"""Of one colleague."""
MOST_WAITING = 10
"""Challenges of one session or browser; the oldest make room for new ones."""


async def of(session: AsyncSession, colleague_id: UUID) -> Sequence[Passkey]:
    """A colleague's passkeys, the oldest first."""
    query = select(Passkey).where(Passkey.colleague_id == colleague_id)
    return (await session.exec(query.order_by(col(Passkey.created_at), col(Passkey.id)))).all()


async def has_one(session: AsyncSession, colleague_id: UUID) -> bool:
    """Whether a colleague has a passkey."""
    query = select(Passkey.id).where(Passkey.colleague_id == colleague_id)
    return (await session.exec(query.limit(1))).first() is not None


async def by_credential(session: AsyncSession, credential_id: bytes) -> tuple[Passkey, Colleague] | None:
    """The passkey with this id and its colleague; None when it is unknown or the colleague has left."""
    query = (
        select(Passkey, Colleague)
        .join(Colleague, col(Colleague.id) == col(Passkey.colleague_id))
        .where(Passkey.credential_id == credential_id, col(Colleague.deactivated_at).is_(None))
    )
    found = (await session.exec(query)).one_or_none()
    return (found[0], found[1]) if found else None


async def handle_of(session: AsyncSession, colleague_id: UUID) -> bytes:
    """The random user id of a colleague in all of their passkeys; it is created at the first call."""
    query = select(Colleague).where(Colleague.id == colleague_id).with_for_update(key_share=True)
    colleague = (await session.exec(query)).one()
    if colleague.passkey_handle is None:
        colleague.passkey_handle = secrets.token_bytes(32)
        session.add(colleague)
        await session.flush()
    return colleague.passkey_handle


async def add(session: AsyncSession, made: Passkey) -> bool:
    """Store a passkey; False when a passkey with this id is stored already, whoever owns it."""
    values = made.model_dump()
    adding = insert(Passkey).values(values).on_conflict_do_nothing(index_elements=["credential_id"])
    return (await session.exec(adding.returning(col(Passkey.id)))).first() is not None


async def use(session: AsyncSession, passkey_id: UUID, sign_count: int, at: datetime) -> bool:
    """Record the use of a passkey; False when its counter did not increase, it is gone, or its owner has left.

    Some passkeys do not count: their counter is always 0, and is accepted.

    Args:
        session: The caller's transaction.
        passkey_id: The passkey.
        sign_count: The counter in the passkey's answer.
        at: This moment.
    """
    kept = col(Passkey.sign_count)
    still_here = select(Colleague.id).where(
        col(Colleague.id) == col(Passkey.colleague_id), col(Colleague.deactivated_at).is_(None)
    )
    using = (
        update(Passkey)
        .where(
            col(Passkey.id) == passkey_id,
            or_(kept < sign_count, and_(kept == 0, sign_count == 0)),  # type: ignore[arg-type]  # a plain truth is one
            still_here.exists(),
        )
        .values(sign_count=sign_count, last_used_at=at)
        .returning(col(Passkey.id))
    )
    return (await session.exec(using)).first() is not None


async def remove(session: AsyncSession, colleague_id: UUID, *, only: UUID | None = None) -> Sequence[str]:
    """Remove all of a colleague's passkeys, or one of them.

    Returns:
        The names of the removed passkeys.
    """
    removing = delete(Passkey).where(col(Passkey.colleague_id) == colleague_id)
    if only is not None:
        removing = removing.where(col(Passkey.id) == only)
    return [name for (name,) in (await session.exec(removing.returning(col(Passkey.name)))).all()]


async def challenge(
    session: AsyncSession,
    bound_to: str,
    ceremony: Ceremony,
    *,
    at: datetime,
    expires_at: datetime,
    ip: str | None = None,
) -> bytes:
    """Create a challenge; delete expired ones, and the oldest of the same session or browser when there are too many.

    Args:
        session: The caller's transaction.
        bound_to: The secret or id of the session or browser that may answer.
        ceremony: What the answer may be used for.
        at: This moment.
        expires_at: Until when it may be answered.
        ip: The IP address that asked, where nobody is signed in.
    """
    await session.exec(delete(PasskeyChallenge).where(col(PasskeyChallenge.expires_at) <= at))
    made = PasskeyChallenge(
        challenge=secrets.token_bytes(32),
        bound_to=hashed(bound_to),
        ceremony=ceremony,
        expires_at=expires_at,
        ip=None if ip is None else ip[:64],
    )
    session.add(made)
    await session.flush()
    theirs = select(PasskeyChallenge.challenge).where(PasskeyChallenge.bound_to == made.bound_to)
    newest = theirs.order_by(col(PasskeyChallenge.expires_at).desc()).limit(MOST_WAITING)
    await session.exec(
        delete(PasskeyChallenge).where(
            col(PasskeyChallenge.bound_to) == made.bound_to,
            col(PasskeyChallenge.challenge) != made.challenge,  # of several of one moment, too
            col(PasskeyChallenge.challenge).not_in(newest),
        )
    )
    return made.challenge


async def waiting_from(session: AsyncSession, ip: str, at: datetime) -> int:
    """How many unanswered challenges were asked for from an IP address."""
    query = select(func.count()).select_from(PasskeyChallenge)
    return (
        await session.exec(query.where(PasskeyChallenge.ip == ip[:64], col(PasskeyChallenge.expires_at) > at))
    ).one()


async def waiting(session: AsyncSession, bound_to: str, ceremony: Ceremony, at: datetime) -> bytes | None:
    """The unanswered challenge that expires last; None when there is none."""
    query = select(PasskeyChallenge.challenge).where(
        PasskeyChallenge.bound_to == hashed(bound_to),
        PasskeyChallenge.ceremony == ceremony,
        col(PasskeyChallenge.expires_at) > at,
    )
    return (await session.exec(query.order_by(col(PasskeyChallenge.expires_at).desc()).limit(1))).first()


async def take(session: AsyncSession, challenge: bytes, bound_to: str, ceremony: Ceremony, at: datetime) -> bool:
    """Take a challenge, which can be done once; False when it is unknown, expired, or bound to another session."""
    taking = delete(PasskeyChallenge).where(
        col(PasskeyChallenge.challenge) == challenge,
        col(PasskeyChallenge.bound_to) == hashed(bound_to),
        col(PasskeyChallenge.ceremony) == ceremony,
        col(PasskeyChallenge.expires_at) > at,
    )
    return (await session.exec(taking.returning(col(PasskeyChallenge.challenge)))).first() is not None


async def count(session: AsyncSession, colleague_id: UUID) -> int:
    """How many passkeys a colleague has."""
    query = select(func.count()).select_from(Passkey).where(Passkey.colleague_id == colleague_id)
    return (await session.exec(query)).one()
