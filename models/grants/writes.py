"""Queries of grants: a consent stored, and what a login reaches. How tokens are kept fresh is in ``fresh_tokens``."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.connections import GrantStatus
from models.connections.conditions import IS_HEALTHY
from models.events import writes as events
from models.grants.tables import Grant, GrantHolder, GrantReach
from models.kit.database import Database
from models.kit.sealing import Sealer, StoredTokens, open_tokens, seal_tokens

LOCK_TIMEOUT = timedelta(seconds=30)
IDLE_TIMEOUT = timedelta(seconds=30)
MILLISECOND = timedelta(milliseconds=1)

AT_THE_SAME_TIME = timedelta(minutes=1)
"""Two token sets of one person that come within this: either may be the one that the provider gave last."""


class Reachable(Protocol):
    """An organisation that a login reaches, as a provider lists it."""

    @property
    def organisation_id(self) -> str:
        """The provider's id."""
        ...

    @property
    def name(self) -> str:
        """Its name there."""
        ...

    @property
    def provider_connection_id(self) -> str | None:
        """The provider's id of the pair (login, organisation)."""
        ...


async def upsert_grant(
    session: AsyncSession,
    sealer: Sealer,
    *,
    provider: str,
    provider_user_id: str,
    display_name: str,
    tokens: StoredTokens,
    practice_id: UUID,
    colleague_id: UUID,
    at: datetime,
) -> Grant:
    """Store a finished consent: a new grant, or newer tokens in place of the same person's earlier ones.

    Args:
        session: The caller's transaction.
        sealer: Seals the tokens.
        provider: The provider's word.
        provider_user_id: Who signed in there.
        display_name: The person's name there.
        tokens: The new token set.
        practice_id: The practice that may use the grant from now on.
        colleague_id: The colleague who signed in.
        at: The moment of the consent (aware, UTC).
    """
    grant_id = uuid4()
    first = insert(Grant).values(
        id=grant_id,
        provider=provider,
        provider_user_id=provider_user_id,
        display_name=display_name[:200],
        sealed_tokens=seal_tokens(sealer, grant_id, tokens),
        access_expires_at=tokens.expires_at,
        status=GrantStatus.ACTIVE,
        generation=1,
        refreshed_at=at,
        created_at=at,
    )
    is_new = (await session.exec(first.on_conflict_do_nothing().returning(col(Grant.id)))).first() is not None
    query = select(Grant).where(Grant.provider == provider, Grant.provider_user_id == provider_user_id)
    grant = (await session.exec(query.with_for_update(key_share=True).execution_options(populate_existing=True))).one()
    before = None if is_new else grant.status
    if not is_new:
        grant.display_name = display_name[:200]
        put_tokens(grant, sealer, _with_spare(grant, sealer, tokens, at), at)
        session.add(grant)
        await session.flush()
    holder = insert(GrantHolder).values(
        grant_id=grant.id, practice_id=practice_id, colleague_id=colleague_id, signed_in_at=at
    )
    await session.exec(
        holder.on_conflict_do_update(
            index_elements=["grant_id", "practice_id", "colleague_id"], set_={"signed_in_at": at}
        )
    )
    signed_in = {"kind": "grant.signed_in", "before": before, "after": GrantStatus.ACTIVE, "at": at}
    await events.record(session, [signed_in | {"practice_id": practice_id, "colleague_id": colleague_id}])
    return grant


def _with_spare(grant: Grant, sealer: Sealer, tokens: StoredTokens, at: datetime) -> StoredTokens:
    """A consent's tokens; with those that it replaces to fall back on, if they came at about the same time.

    Two sign-ins of one person may be finished in another order than the provider's: the one stored last need not be
    the one that it gave last.
    """
    if grant.status is not GrantStatus.ACTIVE or abs(at - grant.refreshed_at) > AT_THE_SAME_TIME:
        return tokens
    replaced = open_tokens(sealer, grant.id, grant.sealed_tokens)
    return replace(tokens, spare_refresh_token=replaced.refresh_token)


async def locked_grant(session: AsyncSession, grant_id: UUID) -> Grant:
    """The grant as it is now, locked; the waits of this transaction are bounded.

    Raises:
        DBAPIError: Somebody else has held the lock for longer than ``LOCK_TIMEOUT``; ``is_away`` knows it.
    """
    for setting, limit in (
        ("lock_timeout", LOCK_TIMEOUT),
        ("idle_in_transaction_session_timeout", IDLE_TIMEOUT),
    ):
        await session.exec(select(func.set_config(setting, f"{limit / MILLISECOND:.0f}ms", True)))
    return await session.get_one(Grant, grant_id, with_for_update={"key_share": True})


async def tell_practices(
    session: AsyncSession,
    grant_id: UUID,
    kind: str,
    before: str,
    after: str,
    at: datetime,
    cause: Cause | None = None,
) -> None:
    """One event for each practice that uses the grant."""
    query = select(GrantHolder.practice_id).where(GrantHolder.grant_id == grant_id).distinct()
    event = {"kind": kind, "before": before, "after": after, "at": at, "cause": cause}
    practices = (await session.exec(query)).all()
    await events.record(session, [event | {"practice_id": practice_id} for practice_id in practices])


def put_tokens(grant: Grant, sealer: Sealer, tokens: StoredTokens, at: datetime) -> None:
    """Put a newer token set into a grant whose row is locked."""
    grant.sealed_tokens = seal_tokens(sealer, grant.id, tokens)
    grant.access_expires_at = tokens.expires_at
    grant.status = GrantStatus.ACTIVE
    grant.generation += 1
    grant.refreshed_at = at


async def known_reach(session: AsyncSession, grant_id: UUID) -> set[str]:
    """Ids of the organisations that a grant was last seen to reach, or that connections which work use it for."""
    found = await (await session.connection()).execute(_KNOWN_REACH, {"grant_id": grant_id})
    return set(found.scalars())


_KNOWN_REACH = text(f"""
    SELECT organisation_id FROM grant_reach WHERE grant_id = :grant_id
    UNION
    SELECT c.organisation_id FROM connections c WHERE c.grant_id = :grant_id AND {IS_HEALTHY}
""")  # noqa: S608  # our own words


async def record_reach(
    session: AsyncSession, grant_id: UUID, organisations: Collection[Reachable], at: datetime
) -> None:
    """Replace what a grant reaches by what the provider has just listed.

    Args:
        session: The caller's transaction.
        grant_id: Which grant.
        organisations: Every organisation that it reaches now.
        at: The moment of the listing (aware, UTC).
    """
    grant = await session.get_one(Grant, grant_id, with_for_update={"key_share": True})
    await session.exec(delete(GrantReach).where(col(GrantReach.grant_id) == grant.id))
    rows = {
        organisation.organisation_id: {
            "grant_id": grant_id,
            "organisation_id": organisation.organisation_id,
            "name": organisation.name[:255],
            "provider_connection_id": organisation.provider_connection_id,
            "seen_at": at,
        }
        for organisation in organisations
    }
    if rows:
        await session.exec(insert(GrantReach), params=list(rows.values()))


async def scope_of(database: Database, sealer: Sealer, grant_id: UUID) -> tuple[str, ...]:
    """The scopes that a grant was given, as far as the provider said."""
    async with database.session() as session:
        grant = await session.get_one(Grant, grant_id)
    return open_tokens(sealer, grant_id, grant.sealed_tokens).scope


async def signed_in_since(session: AsyncSession, grant_id: UUID, at: datetime) -> bool:
    """Whether somebody has signed in with this login after a moment."""
    query = select(GrantHolder.grant_id).where(GrantHolder.grant_id == grant_id, col(GrantHolder.signed_in_at) > at)
    return (await session.exec(query.limit(1))).first() is not None
