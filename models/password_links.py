"""Links for forgotten passwords: asked for, made, and used once. Never sees a password."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.password_link import PasswordLink, PasswordRequest
from models.practice import Colleague, Practice
from models.sessions import AtWork, hashed

VALID_FOR = timedelta(minutes=30)
"""A link's life. Requests are bounded over the same time: whoever asks in vain has a living link in the mail."""
MOST_MAILS = 3
"""To an address, within that time."""
KEPT_FOR = timedelta(days=1)
"""How long it is remembered that somebody asked."""


class PasswordLinked(NamedTuple):
    """A link that can be used, with whom it is for."""

    link: PasswordLink
    colleague: Colleague
    practice: Practice


async def ask(session: AsyncSession, address: str, ip: str, at: datetime) -> PasswordRequest:
    """Write down that somebody asks for a link; ``is_followed`` says whether a mail is looked for.

    Requests that are not followed count for nothing: else whoever goes on asking could keep the owner from ever getting
    a link.

    Args:
        session: A transaction of its own; requests with one address wait for each other in it.
        address: In small letters; it need not be anybody's.
        ip: Where from.
        at: This moment.
    """
    address_hash = hashed(address)
    key = int.from_bytes(address_hash[:8], signed=True)
    await (await session.connection()).execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    followed = (
        select(func.count())
        .select_from(PasswordRequest)
        .where(
            PasswordRequest.address_hash == address_hash,
            col(PasswordRequest.is_followed),
            PasswordRequest.at > at - VALID_FOR,
        )
    )
    made = PasswordRequest(
        address_hash=address_hash,
        ip=ip[:64],
        at=at,
        is_followed=(await session.exec(followed)).one() < MOST_MAILS,
    )
    session.add(made)
    await session.exec(delete(PasswordRequest).where(col(PasswordRequest.at) < at - KEPT_FOR))
    await session.flush()
    return made


async def asked_from(session: AsyncSession, ip: str, since: datetime) -> int:
    """How many requests came from an IP address since then."""
    query = select(func.count()).select_from(PasswordRequest)
    return (await session.exec(query.where(PasswordRequest.ip == ip[:64], PasswordRequest.at > since))).one()


async def people_of(session: AsyncSession, request: PasswordRequest) -> Sequence[AtWork]:
    """The active colleagues who have the address that was asked for, by practice."""
    query = (
        select(Colleague, Practice)
        .join(Practice, col(Practice.id) == col(Colleague.practice_id))
        .where(
            func.sha256(func.convert_to(func.lower(Colleague.email), "UTF8")) == request.address_hash,
            col(Colleague.deactivated_at).is_(None),
        )
        .order_by(col(Practice.name), col(Practice.id))
    )
    return [AtWork(*row) for row in (await session.exec(query)).all()]


async def make(session: AsyncSession, colleague: Colleague, at: datetime) -> str:
    """Make a link; gives its secret, for the mail alone. Earlier ones stay: their mails may be read first."""
    token = secrets.token_urlsafe(32)
    session.add(
        PasswordLink(colleague_id=colleague.id, token_hash=hashed(token), created_at=at, expires_at=at + VALID_FOR)
    )
    await session.flush()
    return token


async def usable(session: AsyncSession, token: str, at: datetime, *, claim: bool = False) -> PasswordLinked | None:
    """The link of a secret, if it can be used.

    Args:
        session: Any session; the caller's transaction when claiming.
        token: The secret.
        at: Now.
        claim: Lock it, so that two browsers cannot both use it.
    """
    query = (
        select(PasswordLink, Colleague, Practice)
        .join(Colleague, col(Colleague.id) == col(PasswordLink.colleague_id))
        .join(Practice, col(Practice.id) == col(Colleague.practice_id))
        .where(
            PasswordLink.token_hash == hashed(token),
            col(PasswordLink.used_at).is_(None),
            col(PasswordLink.expires_at) > at,
            col(Colleague.deactivated_at).is_(None),
        )
    )
    if claim:  # the colleague too: of two links of one person, one is used
        query = query.with_for_update(of=(PasswordLink, Colleague))
    found = (await session.exec(query)).one_or_none()
    return PasswordLinked(*found) if found else None


async def end(session: AsyncSession, colleague: Colleague, at: datetime) -> None:
    """End a colleague's links that can still be used."""
    usable_ones = update(PasswordLink).where(
        col(PasswordLink.colleague_id) == colleague.id, col(PasswordLink.used_at).is_(None)
    )
    await session.exec(usable_ones.values(used_at=at))
