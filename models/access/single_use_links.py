"""Links by which a colleague chooses a password, once: an admin's invitation, or a mail for a forgotten password.

Both kinds are used, and end, in the same way. This module never sees a password.
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
    """The colleague and the practice of a link."""

    colleague: Colleague
    practice: Practice


async def make(
    session: AsyncSession, kind: Kind, colleague_id: UUID, *, at: datetime, valid_for: timedelta, **more: Any
) -> str:
    """Create a link and return its secret, which cannot be shown again; ``more`` are further columns of its table."""
    token = secrets.token_urlsafe(32)
    kept: dict[str, Any] = {"token_hash": hashed(token), "created_at": at, "expires_at": at + valid_for}
    session.add(kind(colleague_id=colleague_id, **kept, **more))
    await session.flush()
    return token


async def usable(session: AsyncSession, kind: Kind, token: str, at: datetime, *, claim: bool = False) -> Linked | None:
    """The colleague and practice of the link with this secret; None when the link cannot be used.

    Args:
        session: Any session; the caller's transaction when claiming.
        kind: The link's table.
        token: The secret.
        at: Now.
        claim: Lock the link, so that two browsers cannot both use it.
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
    """End a colleague's unused links of the given kinds."""
    for kind in kinds:
        usable_ones = update(kind).where(col(kind.colleague_id) == colleague_id, col(kind.used_at).is_(None))
        await session.exec(usable_ones.values(used_at=at))
