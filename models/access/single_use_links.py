"""Links by which a colleague chooses a password, once: made by an admin (invitations), or mailed to who forgot theirs.

Both are used, and end, in the same way. Never sees a password.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sessions import hashed
from models.access.tables import Invitation, PasswordLink
from models.practices.tables import Colleague, Practice

Kind = type[Invitation] | type[PasswordLink]
KINDS: tuple[Kind, ...] = (Invitation, PasswordLink)


class Linked(NamedTuple):
    """Whom a link is for."""

    colleague: Colleague
    practice: Practice


async def make(
    session: AsyncSession, kind: Kind, colleague_id: UUID, *, at: datetime, valid_for: timedelta, **more: Any
) -> str:
    """Make a link; gives its secret, shown or mailed this once. ``more`` are further columns of the kind."""
    token = secrets.token_urlsafe(32)
    kept: dict[str, Any] = {"token_hash": hashed(token), "created_at": at, "expires_at": at + valid_for}
    session.add(kind(colleague_id=colleague_id, **kept, **more))
    await session.flush()
    return token


async def usable(session: AsyncSession, kind: Kind, token: str, at: datetime, *, claim: bool = False) -> Linked | None:
    """Whom the link of a secret is for, if it can be used.

    Args:
        session: Any session; the caller's transaction when claiming.
        kind: Of the link.
        token: The secret.
        at: Now.
        claim: Lock it, so that two browsers cannot both use it.
    """
    query = (
        select(Colleague, Practice)
        .join(Practice, col(Practice.id) == col(Colleague.practice_id))
        .join(kind, col(kind.colleague_id) == col(Colleague.id))
        .where(
            kind.token_hash == hashed(token),
            col(kind.used_at).is_(None),
            col(kind.expires_at) > at,
            col(Colleague.deactivated_at).is_(None),
        )
    )
    if claim:  # the colleague too: of two links of one person, one is used
        query = query.with_for_update(of=(kind, Colleague))
    found = (await session.exec(query)).one_or_none()
    return Linked(*found) if found else None


async def end(session: AsyncSession, colleague_id: UUID, at: datetime, *kinds: Kind) -> None:
    """End a colleague's links of some kinds that can still be used."""
    for kind in kinds:
        usable_ones = update(kind).where(col(kind.colleague_id) == colleague_id, col(kind.used_at).is_(None))
        await session.exec(usable_ones.values(used_at=at))
