"""Accounts at identity providers that are bound to colleagues, and sign-ins there: begun once, finished once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sessions import hashed
from models.access.tables import Identity, IdentityAttempt
from models.practices.tables import Colleague, Practice


class ColleagueByAccount(NamedTuple):
    """A colleague who may be the person that has signed in at an identity provider.

    Attributes:
        colleague: The colleague, who may be deactivated.
        practice: The colleague's practice.
        subject: The account at that issuer which is bound to the colleague; None when none is bound.
    """

    colleague: Colleague
    practice: Practice
    subject: str | None


async def begin(session: AsyncSession, attempt: IdentityAttempt, *, forget_before: datetime) -> None:
    """Store a sign-in that begins, and delete sign-ins that began before ``forget_before``."""
    await session.exec(delete(IdentityAttempt).where(col(IdentityAttempt.created_at) < forget_before))
    session.add(attempt)


async def begun_from(session: AsyncSession, ip: str, since: datetime) -> int:
    """How many sign-ins were begun from an IP address since a moment."""
    query = select(func.count()).select_from(IdentityAttempt)
    return (await session.exec(query.where(IdentityAttempt.ip == ip[:64], IdentityAttempt.created_at >= since))).one()


async def attempt_of(session: AsyncSession, state: str) -> IdentityAttempt | None:
    """The sign-in that a state belongs to; None when there is none."""
    query = select(IdentityAttempt).where(IdentityAttempt.state_hash == hashed(state))
    return (await session.exec(query)).one_or_none()


async def use(session: AsyncSession, attempt: IdentityAttempt, at: datetime) -> bool:
    """Mark a sign-in as used; False when it was used already."""
    using = (
        update(IdentityAttempt)
        .where(col(IdentityAttempt.id) == attempt.id, col(IdentityAttempt.used_at).is_(None))
        .values(used_at=at)
        .returning(col(IdentityAttempt.id))
    )
    return (await session.exec(using)).first() is not None


async def candidates(
    session: AsyncSession, issuer: str, subject: str, address: str | None
) -> Sequence[ColleagueByAccount]:
    """All colleagues to whom an account is bound or who have an address, also deactivated ones, ordered by practice.

    Args:
        session: Any session.
        issuer: The identity provider.
        subject: The account's id there.
        address: The account's e-mail address in small letters; None when the provider does not vouch for it.
    """
    bound = select(Identity.colleague_id).where(Identity.issuer == issuer, Identity.subject == subject)
    by_account = col(Colleague.id).in_((await session.exec(bound)).all())
    theirs = and_(col(Identity.colleague_id) == col(Colleague.id), col(Identity.issuer) == issuer)
    query = (
        select(Colleague, Practice, Identity.subject)
        .join(Practice, col(Practice.id) == col(Colleague.practice_id))
        .outerjoin(Identity, theirs)
        .where(or_(by_account, func.lower(Colleague.email) == address) if address else by_account)
        .order_by(col(Practice.name), col(Practice.id))
    )
    return [ColleagueByAccount(*row) for row in (await session.exec(query)).all()]


async def bind(session: AsyncSession, identity: Identity) -> bool:
    """Let a colleague sign in by an account from now on.

    Returns:
        False when another account of this issuer is bound to the colleague, or this one to another colleague of the
            practice.
    """
    adding = insert(Identity).values(**identity.model_dump()).on_conflict_do_nothing()
    return (await session.exec(adding.returning(col(Identity.colleague_id)))).first() is not None


async def used(session: AsyncSession, colleague_id: UUID, issuer: str, email: str | None, at: datetime) -> None:
    """Record a sign-in by an account, and the e-mail address that the account has now."""
    theirs = update(Identity).where(col(Identity.colleague_id) == colleague_id, col(Identity.issuer) == issuer)
    await session.exec(theirs.values(used_at=at, email=email))


async def of_colleague(session: AsyncSession, practice_id: UUID, colleague_id: UUID) -> Sequence[Identity]:
    """The accounts that are bound to a colleague, the earliest first."""
    query = select(Identity).where(Identity.practice_id == practice_id, Identity.colleague_id == colleague_id)
    return (await session.exec(query.order_by(col(Identity.bound_at)))).all()


async def unbind(session: AsyncSession, colleague_id: UUID) -> bool:
    """Remove the bindings of all accounts from a colleague; False when there was none."""
    removing = delete(Identity).where(col(Identity.colleague_id) == colleague_id).returning(col(Identity.issuer))
    return (await session.exec(removing)).first() is not None
