"""Sessions of browsers, and counted attempts to sign in. This module never sees a password."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, delete, func, literal, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import Lacking
from models.access.tables import SignInAttempt, WebSession
from models.practices.tables import Colleague, Practice


class InSession(NamedTuple):
    """A valid session with its colleague and practice."""

    session: WebSession
    colleague: Colleague
    practice: Practice


def hashed(secret: str) -> bytes:
    """The SHA-256 under which a secret of 256 random bits is stored."""
    return hashlib.sha256(secret.encode()).digest()


async def begin(
    session: AsyncSession,
    colleague_id: UUID,
    *,
    browser: str,
    at: datetime,
    valid_for: timedelta,
    lacks: Lacking | None = None,
) -> tuple[str, WebSession]:
    """Begin a session.

    Returns:
        The secret for the browser, which cannot be shown again, and the session's row.
    """
    token = secrets.token_urlsafe(32)
    made = WebSession(
        colleague_id=colleague_id,
        token_hash=hashed(token),
        csrf_secret=secrets.token_urlsafe(32),
        browser=browser.replace("\x00", "")[:200],
        created_at=at,
        last_seen_at=at,
        expires_at=at + valid_for,
        lacks=lacks,
    )
    session.add(made)
    await session.flush()
    return token, made


def _is_living(at: datetime, idle: timedelta) -> tuple[object, ...]:
    return (
        col(WebSession.revoked_at).is_(None),
        col(WebSession.expires_at) > at,
        col(WebSession.last_seen_at) > at - idle,
    )


async def find(
    session: AsyncSession, token: str, *, at: datetime, idle: timedelta, is_whole: bool = True
) -> InSession | None:
    """The valid session of a secret; None when it is unknown, has ended, or its colleague has left.

    Args:
        session: Any session.
        token: The secret.
        at: Now.
        idle: After how long without use a session ends.
        is_whole: Find sessions in which somebody is signed in; if False, those that still lack a step of signing in.
    """
    query = (
        select(WebSession, Colleague, Practice)
        .join(Colleague, col(Colleague.id) == col(WebSession.colleague_id))
        .join(Practice, col(Practice.id) == col(Colleague.practice_id))
        .where(WebSession.token_hash == hashed(token), col(Colleague.deactivated_at).is_(None))
        .where(col(WebSession.lacks).is_(None) if is_whole else col(WebSession.lacks).is_not(None))
        .where(*_is_living(at, idle))  # type: ignore[arg-type]  # conditions, whose type SQLModel does not export
    )
    found = (await session.exec(query)).one_or_none()
    return InSession(*found) if found else None


async def goes_on(session: AsyncSession, session_id: UUID, *, at: datetime, idle: timedelta) -> bool:
    """Whether a session has not ended and its colleague has not left."""
    query = (
        select(WebSession.id)
        .join(Colleague, col(Colleague.id) == col(WebSession.colleague_id))
        .where(WebSession.id == session_id, col(Colleague.deactivated_at).is_(None))
        .where(*_is_living(at, idle))  # type: ignore[arg-type]  # as above
    )
    return (await session.exec(query)).first() is not None


async def is_waiting(session: AsyncSession, session_id: UUID, at: datetime) -> bool:
    """Whether a session still lacks a step of signing in.

    The session's row is locked, so that the step can be made once only.
    """
    query = select(WebSession).where(WebSession.id == session_id).with_for_update(key_share=True)
    found = (await session.exec(query)).one()
    return found.lacks is not None and found.revoked_at is None and found.expires_at > at


async def seen(session: AsyncSession, session_id: UUID, at: datetime) -> None:
    """Record that a session is in use."""
    await session.exec(update(WebSession).where(col(WebSession.id) == session_id).values(last_seen_at=at))


async def living(session: AsyncSession, colleague_id: UUID, *, at: datetime, idle: timedelta) -> Sequence[WebSession]:
    """The sessions in which a colleague is signed in, the latest used first."""
    query = (
        select(WebSession)
        .where(WebSession.colleague_id == colleague_id, col(WebSession.lacks).is_(None))
        .where(*_is_living(at, idle))  # type: ignore[arg-type]  # as above
        .order_by(col(WebSession.last_seen_at).desc())
    )
    return (await session.exec(query)).all()


async def revoke(
    session: AsyncSession, colleague_id: UUID, at: datetime, *, only: UUID | None = None, but: UUID | None = None
) -> None:
    """End a colleague's sessions.

    Args:
        session: The caller's transaction.
        colleague_id: The colleague.
        at: Now.
        only: End only this one.
        but: Leave this one as it is.
    """
    ending = update(WebSession).where(
        col(WebSession.colleague_id) == colleague_id, col(WebSession.revoked_at).is_(None)
    )
    if only is not None:
        ending = ending.where(col(WebSession.id) == only)
    if but is not None:
        ending = ending.where(col(WebSession.id) != but)
    await session.exec(ending.values(revoked_at=at))


async def attempt(session: AsyncSession, address: str, ip: str, at: datetime, browser_hash: bytes | None = None) -> int:
    """Record an attempt to sign in before anything is checked, and return its id."""
    made = SignInAttempt(address_hash=hashed(address), browser_hash=browser_hash, ip=ip[:64], at=at)
    session.add(made)
    await session.flush()
    assert made.id is not None  # noqa: S101  # the flush gave it one
    return made.id


async def failures(
    session: AsyncSession, address: str, ip: str, since: datetime, browser_hash: bytes | None = None
) -> tuple[int, int]:
    """How many attempts have failed since a moment: of the address since its last success, and of the IP address.

    Attempts in a known browser count for that browser and this address only; there, other people's attempts do not
    count.
    """
    theirs = and_(
        col(SignInAttempt.address_hash) == hashed(address),
        col(SignInAttempt.browser_hash).is_not_distinct_from(browser_hash),
    )
    from_there = and_(
        col(SignInAttempt.ip) == ip[:64], col(SignInAttempt.browser_hash).is_(None), literal(browser_hash is None)
    )
    last_good = select(func.max(SignInAttempt.at)).where(theirs, col(SignInAttempt.succeeded)).scalar_subquery()
    of_address = and_(theirs, or_(last_good.is_(None), col(SignInAttempt.at) > last_good))
    counts = select(func.count().filter(of_address), func.count().filter(from_there)).where(
        col(SignInAttempt.at) > since, ~col(SignInAttempt.succeeded), or_(theirs, from_there)
    )
    with_address, from_ip = (await session.exec(counts)).one()
    return with_address, from_ip


class AtWork(NamedTuple):
    """A colleague and their practice."""

    colleague: Colleague
    practice: Practice


MOST_PRACTICES = 20
"""Of one address; each costs a look at the password."""


async def of_address(session: AsyncSession, address: str, practice_id: UUID | None) -> Sequence[AtWork]:
    """The active colleagues who have an address, of all practices or of one.

    Args:
        session: Any session.
        address: In small letters.
        practice_id: The practice; None for all.
    """
    query = (
        select(Colleague, Practice)
        .join(Practice, col(Practice.id) == col(Colleague.practice_id))
        .where(func.lower(Colleague.email) == address.replace("\x00", ""), col(Colleague.deactivated_at).is_(None))
        .order_by(col(Practice.name), col(Practice.id))
        .limit(MOST_PRACTICES)
    )
    if practice_id is not None:
        query = query.where(Practice.id == practice_id)
    return [AtWork(*row) for row in (await session.exec(query)).all()]


async def succeeded(session: AsyncSession, attempt_id: int, forget_before: datetime) -> None:
    """Record that an attempt succeeded, and delete attempts from before ``forget_before``."""
    await session.exec(update(SignInAttempt).where(col(SignInAttempt.id) == attempt_id).values(succeeded=True))
    await session.exec(delete(SignInAttempt).where(col(SignInAttempt.at) < forget_before))
