"""Bearer tokens: issued, found by their secret, listed, and withdrawn."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import EVERYTHING, Scope
from models.access.sessions import hashed
from models.access.tables import ApiToken
from models.kit.columns import now
from models.practices.tables import Colleague, Practice

TOKEN_PREFIX = "clientsync_"  # noqa: S105  # public: it lets scanners of leaked secrets know ours
USUAL = timedelta(days=90)
"""How long a token lasts where nobody says otherwise."""


class Bearer(NamedTuple):
    """The colleague, practice and row of a bearer token."""

    colleague: Colleague
    practice: Practice
    token: ApiToken


class TokenView(NamedTuple):
    """A token and its colleague's name."""

    token: ApiToken
    colleague_name: str


async def issue(
    session: AsyncSession,
    colleague_id: UUID,
    *,
    name: str = "Token",
    scopes: Collection[Scope] = EVERYTHING,
    expires_at: datetime | None = None,
) -> tuple[str, ApiToken]:
    """Issue a bearer token with 256 random bits for a colleague; only its SHA-256 is stored.

    Args:
        session: The caller's transaction.
        colleague_id: The colleague.
        name: What it is for.
        scopes: What it may be used for.
        expires_at: When it ends; ``USUAL`` from now when None.
    """
    token = f"{TOKEN_PREFIX}{secrets.token_urlsafe(32)}"
    row = ApiToken(
        colleague_id=colleague_id,
        name=name,
        scope_names=sorted(scope.value for scope in scopes),
        token_hash=hashed(token),
        expires_at=expires_at or now() + USUAL,
    )
    session.add(row)
    await session.flush()
    return token, row


async def find(session: AsyncSession, token: str, at: datetime) -> Bearer | None:
    """The colleague and practice of a bearer token; None if it is unknown, withdrawn or expired, or they have left."""
    query = (
        select(Colleague, Practice, ApiToken)
        .join(ApiToken, col(ApiToken.colleague_id) == col(Colleague.id))
        .join(Practice, col(Practice.id) == col(Colleague.practice_id))
        .where(
            ApiToken.token_hash == hashed(token),
            col(ApiToken.revoked_at).is_(None),
            col(ApiToken.expires_at) > at,
            col(Colleague.deactivated_at).is_(None),
        )
    )
    found = (await session.exec(query)).one_or_none()
    return Bearer(*found) if found else None


async def used(session: AsyncSession, token_id: UUID, at: datetime) -> None:
    """Record that a token was used."""
    await session.exec(update(ApiToken).where(col(ApiToken.id) == token_id).values(last_used_at=at))


async def tokens_of(
    session: AsyncSession, practice_id: UUID, colleague_id: UUID | None, at: datetime
) -> Sequence[TokenView]:
    """The valid tokens of a practice, or of one colleague, the newest first."""
    query = (
        select(ApiToken, Colleague.name)
        .join(Colleague, col(Colleague.id) == col(ApiToken.colleague_id))
        .where(
            Colleague.practice_id == practice_id,
            col(Colleague.deactivated_at).is_(None),
            col(ApiToken.revoked_at).is_(None),
            col(ApiToken.expires_at) > at,
        )
        .order_by(col(ApiToken.created_at).desc(), col(ApiToken.id))
    )
    if colleague_id is not None:
        query = query.where(Colleague.id == colleague_id)
    return [TokenView(*row) for row in (await session.exec(query)).all()]


async def revoke(session: AsyncSession, practice_id: UUID, token_id: UUID, at: datetime) -> TokenView | None:
    """Withdraw a token of a practice; None when the practice has no such valid token."""
    query = (
        select(ApiToken, Colleague.name)
        .join(Colleague, col(Colleague.id) == col(ApiToken.colleague_id))
        .where(ApiToken.id == token_id, Colleague.practice_id == practice_id, col(ApiToken.revoked_at).is_(None))
        .with_for_update(of=ApiToken, key_share=True)
    )
    found = (await session.exec(query)).one_or_none()
    if found is None:
        return None
    token, whose = found
    token.revoked_at = at
    session.add(token)
    return TokenView(token, whose)


async def practice_of(session: AsyncSession, token_id: UUID) -> UUID | None:
    """The practice to which a token belongs; None when there is no such token."""
    query = select(Colleague.practice_id).join(ApiToken, col(ApiToken.colleague_id) == col(Colleague.id))
    return (await session.exec(query.where(ApiToken.id == token_id))).one_or_none()
