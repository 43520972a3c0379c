"""The people of practices: who they are, what depends on each, and who of them may do what."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.practices import Role
from models.connections.conditions import IS_CONNECTED
from models.practices.tables import Colleague, Practice, Team


class ColleagueView(NamedTuple):
    """A colleague, and what depends on them.

    Attributes:
        colleague_id: The colleague.
        name: The colleague's name.
        email: The address with which they sign in.
        role: What they may do.
        deactivated_at: When they left; None while they are here.
        clients: How many clients they look after; the archived do not count.
        connections: How many connections of the practice now use a login with which they signed in.
        for_others: How many of those connections belong to other colleagues' clients.
        runs: How many unfinished runs they have started.
        has_second_factor: Whether they have an authenticator app or a passkey.
        may_add_clients: Whether they may add clients.
        own_views: How many saved views of the client list only they have.
        shared_views: How many of theirs the practice has too.
    """

    colleague_id: UUID
    name: str
    email: str
    role: Role
    deactivated_at: datetime | None
    clients: int
    connections: int
    for_others: int
    runs: int
    has_second_factor: bool
    may_add_clients: bool
    own_views: int
    shared_views: int


class NamedColleague(NamedTuple):
    """A colleague as lists and filters name them.

    Attributes:
        colleague_id: The colleague.
        name: The colleague's name.
        has_left: Whether they are deactivated.
        has_clients: Whether they look after any; the archived do not count.
    """

    colleague_id: UUID
    name: str
    has_left: bool
    has_clients: bool


async def named_colleagues(session: AsyncSession, practice_id: UUID) -> Sequence[NamedColleague]:
    """The practice's colleagues, active ones first, by name; a fraction of what ``colleagues_of`` costs."""
    found = await (await session.connection()).execute(
        text("""
            SELECT p.id, p.name, p.deactivated_at IS NOT NULL,
                   EXISTS (SELECT FROM clients k WHERE k.owner_id = p.id AND k.archived_at IS NULL)
            FROM colleagues p WHERE p.practice_id = :practice_id
            ORDER BY p.deactivated_at IS NOT NULL, lower(p.name), p.id
        """),
        {"practice_id": practice_id},
    )
    return [NamedColleague(*row) for row in found]


async def colleagues_of(
    session: AsyncSession, practice_id: UUID, colleague_id: UUID | None = None
) -> Sequence[ColleagueView]:
    """The practice's colleagues, active ones first, by name; or only one of them."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT p.id, p.name, p.email, p.role, p.deactivated_at,
                   (SELECT count(*) FROM clients k WHERE k.owner_id = p.id AND k.archived_at IS NULL),
                   through.connections, through.for_others,
                   (SELECT count(*) FROM runs r WHERE r.colleague_id = p.id AND r.stage <> 'finished'),
                   EXISTS (SELECT FROM authenticators a WHERE a.colleague_id = p.id AND a.confirmed_at IS NOT NULL)
                   OR EXISTS (SELECT FROM passkeys k WHERE k.colleague_id = p.id),
                   p.may_add_clients,
                   (SELECT count(*) FROM saved_views v WHERE v.owner_id = p.id AND NOT v.is_shared),
                   (SELECT count(*) FROM saved_views v WHERE v.owner_id = p.id AND v.is_shared)
            FROM colleagues p
            CROSS JOIN LATERAL (
                SELECT count(*) AS connections, count(*) FILTER (WHERE k.owner_id <> p.id) AS for_others
                FROM grant_holders h
                JOIN connections c ON c.grant_id = h.grant_id AND c.practice_id = h.practice_id
                JOIN grants g ON g.id = c.grant_id AND g.status = 'active'
                JOIN clients k ON k.id = c.client_id
                WHERE h.colleague_id = p.id AND h.practice_id = p.practice_id
                  AND {IS_CONNECTED}
            ) through
            WHERE p.practice_id = :practice_id AND (CAST(:colleague_id AS uuid) IS NULL OR p.id = :colleague_id)
            ORDER BY p.deactivated_at IS NOT NULL, lower(p.name), p.id
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "colleague_id": colleague_id},
    )
    return [ColleagueView(*row)._replace(role=Role(row.role)) for row in found]


async def admins_of(session: AsyncSession, practice_id: UUID) -> set[UUID]:
    """The ids of the practice's active admins."""
    query = select(Colleague.id).where(
        Colleague.practice_id == practice_id, Colleague.role == Role.ADMIN, col(Colleague.deactivated_at).is_(None)
    )
    return set((await session.exec(query)).all())


async def may_add_clients(session: AsyncSession, colleague_id: UUID) -> bool:
    """Whether a colleague may add clients, as it stands now."""
    return (await session.exec(select(Colleague.may_add_clients).where(Colleague.id == colleague_id))).one()


async def names_of_admins(session: AsyncSession, practice_id: UUID) -> Sequence[str]:
    """The names of the practice's active admins, in their order."""
    query = select(Colleague.name).where(
        Colleague.practice_id == practice_id, Colleague.role == Role.ADMIN, col(Colleague.deactivated_at).is_(None)
    )
    return (await session.exec(query.order_by(func.lower(Colleague.name), col(Colleague.id)))).all()


async def everybody_there(session: AsyncSession, practice_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Id and name of each active colleague, ordered by name."""
    query = select(Colleague.id, Colleague.name).where(
        Colleague.practice_id == practice_id, col(Colleague.deactivated_at).is_(None)
    )
    return (await session.exec(query.order_by(func.lower(Colleague.name)))).all()


async def teams_there(session: AsyncSession, practice_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Id and name of each of the practice's teams, ordered by name."""
    query = select(Team.id, Team.name).where(Team.practice_id == practice_id)
    return (await session.exec(query.order_by(func.lower(Team.name)))).all()


async def all_practices(session: AsyncSession, slug: str | None = None) -> Sequence[Practice]:
    """Every practice of this installation, or the one with this slug."""
    query = select(Practice).order_by(col(Practice.slug))
    return (await session.exec(query if slug is None else query.where(Practice.slug == slug))).all()


async def some_admins(session: AsyncSession, most: int) -> Sequence[Colleague]:
    """At most ``most`` active admins of this installation; two are enough to see whether there is only one."""
    admins = select(Colleague).where(Colleague.role == Role.ADMIN, col(Colleague.deactivated_at).is_(None))
    return (await session.exec(admins.limit(most))).all()


async def id_of_address(session: AsyncSession, practice_id: UUID, email: str) -> UUID | None:
    """The id of the colleague with this address, in any case; also of a deactivated one."""
    query = select(Colleague.id).where(
        Colleague.practice_id == practice_id, func.lower(Colleague.email) == email.strip().lower()
    )
    return (await session.exec(query)).one_or_none()
