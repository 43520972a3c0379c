"""Queries of grants: a consent stored, and what a login reaches. How tokens are kept fresh is in ``fresh_tokens``."""

from collections.abc import Collection, Sequence
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
from models.kit.sealing import Sealer, open_secret, seal_secret, seal_spare

LOCK_TIMEOUT = timedelta(seconds=30)
IDLE_TIMEOUT = timedelta(seconds=30)
MILLISECOND = timedelta(milliseconds=1)

AT_THE_SAME_TIME = timedelta(minutes=1)
"""Two credentials of one account that come within this: either may be the one that the provider gave last."""


class Keepable(Protocol):
    """A credential as it is stored in columns. Only its provider reads what is in the secret."""

    @property
    def account_key(self) -> str:
        """The account that the login belongs to; one grant is kept for each account."""
        ...

    @property
    def person(self) -> str | None:
        """The person who signed in, if the provider says."""
        ...

    @property
    def label(self) -> str:
        """A name for people."""
        ...

    @property
    def secret(self) -> bytes:
        """The bytes that are sealed before they are stored."""
        ...

    @property
    def access_expires_at(self) -> datetime:
        """Until when it can be used without a refresh."""
        ...

    @property
    def refresh_expires_at(self) -> datetime | None:
        """The moment at which it expires unless it is refreshed before; None if it does not."""
        ...

    @property
    def ends_at(self) -> datetime | None:
        """The moment at which it ends even if it is refreshed; None if there is none."""
        ...

    @property
    def region(self) -> str | None:
        """The region that was chosen before the sign-in."""
        ...


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


async def has_grant(session: AsyncSession, provider: str, account_key: str) -> bool:
    """Whether a login of an account is kept here, of whichever practice."""
    query = select(Grant.id).where(Grant.provider == provider, Grant.account_key == account_key)
    return (await session.exec(query.limit(1))).first() is not None


async def upsert_grant(
    session: AsyncSession,
    sealer: Sealer,
    *,
    provider: str,
    credential: Keepable,
    practice_id: UUID,
    colleague_id: UUID,
    at: datetime,
    takes_over: bool = False,
) -> Grant:
    """Store a finished consent: a new grant, or a newer credential in place of the same account's earlier one.

    Args:
        session: The caller's transaction.
        sealer: Seals the secret.
        provider: The provider's name in tables and paths.
        credential: What the sign-in gave.
        practice_id: The practice that may use the grant from now on.
        colleague_id: The colleague who signed in.
        at: The moment of the consent (aware, UTC).
        takes_over: Whether a sign-in ends the account's one before, whoever gave it; the grant is then the practice's
            own, and nothing of what it replaces is kept, since that is over.
    """
    grant_id = uuid4()
    owner = practice_id if takes_over else None
    first = insert(Grant).values(
        id=grant_id,
        provider=provider,
        account_key=credential.account_key,
        practice_id=owner,
        person=credential.person,
        label=credential.label[:200],
        region=credential.region,
        sealed_secret=seal_secret(sealer, grant_id, credential.secret),
        access_expires_at=credential.access_expires_at,
        refresh_expires_at=credential.refresh_expires_at,
        ends_at=credential.ends_at,
        status=GrantStatus.ACTIVE,
        generation=1,
        refreshed_at=at,
        created_at=at,
    )
    is_new = (await session.exec(first.on_conflict_do_nothing().returning(col(Grant.id)))).first() is not None
    query = select(Grant).where(
        Grant.provider == provider,
        Grant.account_key == credential.account_key,
        col(Grant.practice_id).is_not_distinct_from(owner),
    )
    grant = (await session.exec(query.with_for_update(key_share=True).execution_options(populate_existing=True))).one()
    before = None if is_new else grant.status
    if not is_new:
        grant.person, grant.label, grant.region = credential.person, credential.label[:200], credential.region
        spare = None if takes_over else _spare(grant, sealer, at)
        put_credential(grant, sealer, credential, at)
        grant.sealed_spare = spare
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


def _spare(grant: Grant, sealer: Sealer, at: datetime) -> bytes | None:
    """What a consent replaces, sealed to fall back on, if that came at about the same time.

    Two sign-ins of one account may be finished in another order than the provider's: the one stored last need not be
    the one that it gave last.
    """
    if grant.status is not GrantStatus.ACTIVE or abs(at - grant.refreshed_at) > AT_THE_SAME_TIME:
        return None
    return seal_spare(sealer, grant.id, open_secret(sealer, grant.id, grant.sealed_secret))


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
    """Store one event for each practice that uses the grant."""
    query = select(GrantHolder.practice_id).where(GrantHolder.grant_id == grant_id).distinct()
    event = {"kind": kind, "before": before, "after": after, "at": at, "cause": cause}
    practices = (await session.exec(query)).all()
    await events.record(session, [event | {"practice_id": practice_id} for practice_id in practices])


def put_credential(grant: Grant, sealer: Sealer, credential: Keepable, at: datetime) -> None:
    """Put a newer credential into a grant whose row is locked; the account and its person stay unchanged."""
    grant.sealed_secret, grant.sealed_spare = seal_secret(sealer, grant.id, credential.secret), None
    grant.access_expires_at = credential.access_expires_at
    grant.refresh_expires_at, grant.ends_at = credential.refresh_expires_at, credential.ends_at
    grant.status = GrantStatus.ACTIVE
    grant.generation += 1
    grant.refreshed_at = at


def put_end(grant: Grant, sealer: Sealer, at: datetime) -> None:
    """Delete the credential of a grant whose row is locked, because the login has ended."""
    grant.sealed_secret, grant.sealed_spare = seal_secret(sealer, grant.id, b""), None
    grant.access_expires_at, grant.refresh_expires_at = at, None
    grant.status = GrantStatus.SIGNED_OUT
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


async def reach_of(session: AsyncSession, grant_id: UUID) -> Sequence[GrantReach]:
    """The organisations that a grant was last seen to reach."""
    query = select(GrantReach).where(GrantReach.grant_id == grant_id).order_by(col(GrantReach.organisation_id))
    return (await session.exec(query)).all()


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
    rows = {organisation.organisation_id: organisation for organisation in organisations}.values()
    await (await session.connection()).execute(
        _REACHED,
        {
            "grant_id": grant_id,
            "at": at,
            "ids": [organisation.organisation_id for organisation in rows],
            "names": [organisation.name[:255] for organisation in rows],
            "pairs": [organisation.provider_connection_id for organisation in rows],
        },
    )


_REACHED = text("""
    INSERT INTO grant_reach (grant_id, organisation_id, name, provider_connection_id, seen_at)
    SELECT :grant_id, id, name, pair, :at
    FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:pairs AS text[])) AS reached (id, name, pair)
""")


async def is_taken_over(session: AsyncSession, grant: Grant) -> bool:
    """Whether another practice has signed in for a practice's own grant's account later, with a grant that lives.

    What the provider still has of the account is then the other's, and to end it would end theirs.
    """
    if grant.practice_id is None:
        return False
    found = await (await session.connection()).execute(_TAKEN_OVER, {"grant_id": grant.id})
    return found.first() is not None


_TAKEN_OVER = text("""
    SELECT 1 FROM grants mine JOIN grants other
      ON other.provider = mine.provider AND other.account_key = mine.account_key
     AND other.practice_id <> mine.practice_id AND other.status = 'active'
    WHERE mine.id = :grant_id
      AND (SELECT max(h.signed_in_at) FROM grant_holders h WHERE h.grant_id = other.id)
        > (SELECT max(h.signed_in_at) FROM grant_holders h WHERE h.grant_id = mine.id)
""")


async def signed_in_since(session: AsyncSession, grant_id: UUID, at: datetime) -> bool:
    """Whether somebody has signed in with this login after a moment."""
    query = select(GrantHolder.grant_id).where(GrantHolder.grant_id == grant_id, col(GrantHolder.signed_in_at) > at)
    return (await session.exec(query.limit(1))).first() is not None
