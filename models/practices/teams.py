"""Teams and their members. ``models.practices.writes`` creates teams; callers check who may change them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.clients.tables import Client
from models.practices.tables import Colleague, Team, TeamMember


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team with its people.

    Attributes:
        team: The team.
        members: Its active members, by name.
        clients: How many clients are assigned to it; the archived do not count.
    """

    team: Team
    members: tuple[Colleague, ...]
    clients: int


async def team_views(session: AsyncSession, practice_id: UUID) -> Sequence[TeamView]:
    """The practice's teams, by name."""
    teams = select(Team).where(Team.practice_id == practice_id).order_by(func.lower(Team.name))
    pairs = (
        select(TeamMember.team_id, Colleague)
        .join(Colleague, col(Colleague.id) == col(TeamMember.colleague_id))
        .where(Colleague.practice_id == practice_id, col(Colleague.deactivated_at).is_(None))
        .order_by(func.lower(Colleague.name), col(Colleague.email))
    )
    clients = (
        select(Client.team_id, func.count())
        .where(Client.practice_id == practice_id, col(Client.archived_at).is_(None))
        .group_by(col(Client.team_id))
    )
    members: dict[UUID, list[Colleague]] = {}
    for team_id, colleague in (await session.exec(pairs)).all():
        members.setdefault(team_id, []).append(colleague)
    of_team: dict[Any, int] = dict((await session.exec(clients)).all())
    return [
        TeamView(team, tuple(members.get(team.id, ())), of_team.get(team.id, 0))
        for team in (await session.exec(teams)).all()
    ]


async def find_team(session: AsyncSession, practice_id: UUID, team_id: UUID) -> Team | None:
    """The practice's team, locked, or None."""
    query = select(Team).where(Team.id == team_id, Team.practice_id == practice_id).with_for_update(key_share=True)
    return (await session.exec(query)).one_or_none()


async def team_named(session: AsyncSession, practice_id: UUID, name: str) -> Team | None:
    """The practice's team of this name in any case, or None."""
    query = select(Team).where(Team.practice_id == practice_id, func.lower(Team.name) == name.lower()).limit(1)
    return (await session.exec(query)).one_or_none()


async def colleague_of(session: AsyncSession, practice_id: UUID, colleague_id: UUID) -> Colleague | None:
    """The practice's colleague, or None."""
    query = select(Colleague).where(Colleague.id == colleague_id, Colleague.practice_id == practice_id)
    return (await session.exec(query)).one_or_none()


async def join_team(session: AsyncSession, team_id: UUID, colleague_ids: Collection[UUID]) -> int:
    """Add colleagues to a team; returns how many were not in it before."""
    if not colleague_ids:
        return 0
    rows = [{"team_id": team_id, "colleague_id": colleague_id} for colleague_id in colleague_ids]
    joined = insert(TeamMember).values(rows).on_conflict_do_nothing().returning(col(TeamMember.colleague_id))
    return len((await session.exec(joined)).all())


async def leave_team(session: AsyncSession, team_id: UUID, colleague_id: UUID) -> bool:
    """Remove a colleague from a team; returns whether they were in it."""
    left = delete(TeamMember).where(col(TeamMember.team_id) == team_id, col(TeamMember.colleague_id) == colleague_id)
    return bool((await session.exec(left)).rowcount)
