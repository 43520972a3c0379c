"""Queries of grants: a consent stored, its tokens kept fresh, and what a login reaches.

``fresh_tokens`` is the one place where tokens are refreshed, so that over all processes a grant has one refresh at a
time: a refresh token is good once, and a second user of it would end the grant. What it holds up is bounded:

- In each process one caller for each grant goes to the lock, with one pooled connection; its other callers wait
  without any (``Database.turn``).
- The provider's answer is waited for at most ``PATIENCE``, the lock at most ``LOCK_TIMEOUT``. PostgreSQL frees the
  lock of a killed process at once and that of a hanging one after ``IDLE_TIMEOUT``.
- A caller that is cancelled leaves its refresh running to the end, since the old refresh token may be used up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.causes import Cause
from contracts.runs import GrantStatus
from models import events
from models.database import Database
from models.encryption import Sealer, StoredTokens, open_tokens, seal_tokens
from models.grant import Grant, GrantHolder, GrantReach

PATIENCE = timedelta(seconds=30)
LOCK_TIMEOUT = timedelta(seconds=45)
IDLE_TIMEOUT = timedelta(seconds=60)
MILLISECOND = timedelta(milliseconds=1)

LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code for a lock that was waited for too long."""

Refresh = Callable[[StoredTokens], Awaitable[StoredTokens]]


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
        session: The caller's transaction. It waits while a refresh of the same grant is under way.
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
    grant = (await session.exec(query.with_for_update().execution_options(populate_existing=True))).one()
    before = None if is_new else grant.status
    if not is_new:
        grant.display_name = display_name[:200]
        put_tokens(grant, sealer, tokens, at)
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


async def fresh_tokens(
    database: Database,
    sealer: Sealer,
    grant_id: UUID,
    refresh: Refresh,
    *,
    dead: type[Exception],
    rejected: str | None = None,
    now: Callable[[], datetime],
    leeway: timedelta,
    oldest: timedelta = timedelta.max,
) -> StoredTokens:
    """Tokens of a grant that are good now, refreshed if they have to be, and saved before anybody uses them.

    Args:
        database: Where the grant is; this opens its own transactions.
        sealer: Opens and seals the tokens.
        grant_id: Which grant.
        refresh: Asks the provider for a newer set; called with the grant's row locked.
        dead: What ``refresh`` raises when only a new consent helps.
        rejected: An access token that the provider has just refused: give another one.
        now: This moment (aware, UTC).
        leeway: How long a token must still be good.
        oldest: A set of this age is refreshed although its access token is good, so that it does not die of age.

    Raises:
        dead: The grant is signed out, now or since earlier.
        TimeoutError: The provider did not answer within ``PATIENCE``, or within ``LOCK_TIMEOUT`` whoever holds the
            lock; whatever else ``refresh`` raises also comes through, and the grant stays as it was.
        NoResultFound: There is no such grant.
    """

    def good(grant: Grant) -> StoredTokens | None:
        if grant.status is GrantStatus.SIGNED_OUT:
            raise dead("signed out earlier")
        if grant.access_expires_at <= now() + leeway or now() - grant.refreshed_at >= oldest:
            return None
        tokens = open_tokens(sealer, grant.id, grant.sealed_tokens)
        return None if tokens.access_token == rejected else tokens

    async def under_lock() -> StoredTokens:
        async with database.transaction() as session:
            grant = await locked_grant(session, grant_id)
            if tokens := good(grant):
                return tokens  # somebody else refreshed meanwhile
            tried = grant.generation
            try:
                async with asyncio.timeout(PATIENCE.total_seconds()):
                    tokens = await refresh(open_tokens(sealer, grant_id, grant.sealed_tokens))
            except dead as error:
                refusal = error
            else:
                put_tokens(grant, sealer, tokens, now())
                before, after = f"token set {tried}", f"token set {grant.generation}"
                await tell_practices(session, grant_id, "grant.refreshed", before, after, now())
                return tokens
        if tokens := await _superseded(database, sealer, grant_id, tried, now()):
            return tokens
        raise refusal

    async with database.session() as session:
        if tokens := good(await session.get_one(Grant, grant_id)):
            return tokens
    async with database.turn(f"refresh {grant_id}"):
        return await database.to_the_end(under_lock())


async def locked_grant(session: AsyncSession, grant_id: UUID) -> Grant:
    """The grant as it is now, locked; the waits of this transaction are bounded.

    Raises:
        TimeoutError: Somebody else has held the lock for longer than ``LOCK_TIMEOUT``.
    """
    for setting, limit in (
        ("lock_timeout", LOCK_TIMEOUT),
        ("idle_in_transaction_session_timeout", IDLE_TIMEOUT),
    ):
        await session.exec(select(func.set_config(setting, f"{limit / MILLISECOND:.0f}ms", True)))
    try:
        return await session.get_one(Grant, grant_id, with_for_update=True)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise TimeoutError("the grant's lock was not free in time") from None


async def _superseded(
    database: Database, sealer: Sealer, grant_id: UUID, tried: int, at: datetime
) -> StoredTokens | None:
    """The tokens of a newer set than the one that was tried; if there is none, the grant is signed out."""
    async with database.transaction() as session:
        grant = await locked_grant(session, grant_id)
        if grant.generation != tried:
            return open_tokens(sealer, grant_id, grant.sealed_tokens)
        if grant.status is GrantStatus.ACTIVE:
            before, grant.status = grant.status, GrantStatus.SIGNED_OUT
            await tell_practices(session, grant_id, "grant.signed_out", before, grant.status, at, Cause.SIGNED_OUT)
    return None


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


_KNOWN_REACH = text("""
    SELECT organisation_id FROM grant_reach WHERE grant_id = :grant_id
    UNION
    SELECT organisation_id FROM connections
    WHERE grant_id = :grant_id AND is_current AND status = 'connected' AND cause IS NULL
""")


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
