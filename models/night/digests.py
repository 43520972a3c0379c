"""Queries of the digest: clients in trouble, clients that work again, and the people who may be told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.practices import Role
from models.connections.conditions import IS_CONNECTED, IS_LIVING
from models.connections.tables import Connection, SignInEndWarning
from models.kit.arrays import texts
from models.practices.tables import Colleague, Team, TeamMember
from rules.night.digesting import ClientToTellOf, Recipient, Staff
from rules.night.sign_in_ends import EndingSignIn, EndWarning


async def to_tell_of(session: AsyncSession, practice_id: UUID) -> Sequence[ClientToTellOf]:
    """The practice's clients in trouble, and those that work again after somebody was told; ordered by name."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT c.id, k.id, k.name, k.code, k.owner_id, k.team_id, c.cause, c.last_good_at, c.trouble_since,
                   c.told_at, c.provider
            FROM connections c JOIN clients k ON k.id = c.client_id
            WHERE c.practice_id = :practice_id AND {IS_LIVING}
              AND (c.cause IS NOT NULL OR c.told_at IS NOT NULL)
            ORDER BY lower(k.name), k.code
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id},
    )
    return [ClientToTellOf(*row)._replace(cause=Cause(row.cause) if row.cause else None) for row in found]


async def ending_sign_ins(session: AsyncSession, practice_id: UUID, until: datetime) -> Sequence[EndingSignIn]:
    """The practice's clients that are connected and whose sign-in ends for good before a moment."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT c.id, k.id, k.name, k.code, k.owner_id, k.team_id, c.cause, c.last_good_at, c.trouble_since,
                   c.told_at, c.provider, g.ends_at
            FROM connections c JOIN clients k ON k.id = c.client_id JOIN grants g ON g.id = c.grant_id
            WHERE c.practice_id = :practice_id AND {IS_CONNECTED} AND g.status = 'active' AND g.ends_at <= :until
            ORDER BY c.id
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "until": until},
    )
    return [EndingSignIn(ClientToTellOf(*row[:-1])._replace(cause=None), row[-1]) for row in found]


async def first_warned(
    session: AsyncSession, ending: Sequence[tuple[EndingSignIn, EndWarning]], at: datetime
) -> Sequence[EndingSignIn]:
    """Note warnings, and return those of which nobody was warned before."""
    new = []
    for one, warning in ending:
        key = {"connection_id": one.client.connection_id, "ends_at": one.ends_at, "warning": warning.value}
        noted = insert(SignInEndWarning).values(warned_at=at, **key).on_conflict_do_nothing()
        if (await session.exec(noted)).rowcount:
            new.append(one)
    return new


async def staff_of(session: AsyncSession, practice_id: UUID) -> Staff:
    """The practice's active colleagues and its teams."""
    active = select(Colleague).where(Colleague.practice_id == practice_id, col(Colleague.deactivated_at).is_(None))
    people = {one.id: Recipient(one.name, one.role is Role.ADMIN) for one in (await session.exec(active)).all()}
    members = (
        select(TeamMember.team_id, TeamMember.colleague_id)
        .join(Team, col(Team.id) == col(TeamMember.team_id))
        .where(col(Team.practice_id) == practice_id)
    )
    teams: dict[UUID, set[UUID]] = {}
    for team_id, colleague_id in (await session.exec(members)).all():
        teams.setdefault(team_id, set()).add(colleague_id)
    return Staff(people, teams)


async def has_clients_at(session: AsyncSession, practice_id: UUID, provider: str) -> bool:
    """Whether a client of the practice has books at an accounting software."""
    theirs = select(Connection.id).where(
        Connection.practice_id == practice_id, Connection.provider == provider, col(Connection.is_current)
    )
    return (await session.exec(theirs.limit(1))).first() is not None


async def mark_told(session: AsyncSession, told: Sequence[UUID], closed: Sequence[UUID], at: datetime) -> None:
    """Record of which connections somebody was told, and of which it was told that they work again.

    Args:
        session: The transaction that writes the notices.
        told: Connections in trouble.
        closed: Connections that work again.
        at: This moment.
    """
    await (await session.connection()).execute(
        text("""
            UPDATE connections
            SET told_at = CASE WHEN id = ANY(CAST(:told AS text[])::uuid[]) THEN CAST(:at AS timestamptz) END
            WHERE id = ANY(CAST(:told AS text[])::uuid[]) OR id = ANY(CAST(:closed AS text[])::uuid[])
        """),
        {"told": texts(told), "closed": texts(closed), "at": at},
    )
