"""Teams with their members, and roles.

Every colleague may look; only admins change anything, and a practice keeps at least one admin. Adding and deactivating
colleagues is in ``colleagues``.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.practices import LONGEST_TEAM, Role
from contracts.words.refusals import RefusalCode, Refused
from models.events import writes as events
from models.events.reads import EventView, access_views
from models.kit.columns import now
from models.kit.database import Database
from models.practices import reads as colleagues
from models.practices import teams
from models.practices import writes as practices
from models.practices.reads import NamedColleague
from models.practices.tables import Colleague, Practice, Team
from models.practices.teams import TeamView
from starter.actor import Actor


class People:
    """The operations on teams and roles.

    Args:
        database: The product's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def teams(self, actor: Actor) -> Sequence[TeamView]:
        """All of the practice's teams, by name."""
        async with self._database.reading() as session:
            return await teams.team_views(session, actor.practice_id)

    async def colleague_names(self, actor: Actor) -> Sequence[NamedColleague]:
        """The practice's colleagues, active ones first, by name; what depends on each is told elsewhere."""
        async with self._database.reading() as session:
            return await colleagues.named_colleagues(session, actor.practice_id)

    async def team_names(self, actor: Actor) -> Sequence[tuple[UUID, str]]:
        """The practice's teams, by name, without their members."""
        async with self._database.reading() as session:
            return await colleagues.teams_there(session, actor.practice_id)

    async def access_events(self, actor: Actor, *, limit: int, before_id: int | None = None) -> Sequence[EventView]:
        """Changes of the practice's people, tokens and links, newest first.

        ``before_id`` asks only for those before that event.
        """
        async with self._database.reading() as session:
            return await access_views(session, actor.practice_id, limit=limit, before_id=before_id)

    async def add_colleague(self, actor: Actor, *, email: str, name: str, role: Role) -> UUID:
        """Add a colleague to the practice and return their id. They can sign in once they have used an invitation.

        Raises:
            Refused: Not an admin, a value cannot be used, or the address is taken.
        """
        async with changing(self._database, actor) as session:
            added = await practices.create_colleague(session, actor.practice_id, email=email, name=name, role=role)
            await _tell(session, actor, "colleague.added", after=added.name)
            return added.id

    async def create_team(self, actor: Actor, name: str, members: Collection[UUID] = ()) -> UUID:
        """Create a team and return its id.

        Raises:
            Refused: Not an admin, the name cannot be used or is taken, or a member is not an active colleague.
        """
        async with changing(self._database, actor) as session:
            called = await self._free_name(session, actor, name)
            team = await practices.create_team(session, actor.practice_id, called)
            await _tell(session, actor, "team.created", after=team.name)
            await self._join(session, actor, team, members)
            return team.id

    async def rename_team(self, actor: Actor, team_id: UUID, name: str) -> None:
        """Give a team another name.

        Raises:
            Refused: Not an admin, no such team, or the name cannot be used or is taken.
        """
        async with changing(self._database, actor) as session:
            team = await _team(session, actor, team_id)
            before, after = team.name, await self._free_name(session, actor, name, but=team_id)
            if before != after:
                team.name = after
                session.add(team)
                await _tell(session, actor, "team.renamed", before=before, after=after)

    async def add_members(self, actor: Actor, team_id: UUID, members: Collection[UUID]) -> int:
        """Add colleagues to a team; returns how many were not in it before.

        Raises:
            Refused: Not an admin, no such team, or one of them is not an active colleague of the practice.
        """
        async with changing(self._database, actor) as session:
            team = await _team(session, actor, team_id)
            return await self._join(session, actor, team, members)

    async def remove_member(self, actor: Actor, team_id: UUID, colleague_id: UUID) -> bool:
        """Remove a colleague from a team; returns whether they were in it. The team keeps its clients.

        Raises:
            Refused: Not an admin, or no such team or colleague.
        """
        async with changing(self._database, actor) as session:
            team = await _team(session, actor, team_id)
            colleague = await _colleague(session, actor, colleague_id)
            was_in_it = await teams.leave_team(session, team.id, colleague.id)
            if was_in_it:
                await _tell(session, actor, "team.left", before=team.name, after=colleague.name)
            return was_in_it

    async def change_role(self, actor: Actor, colleague_id: UUID, role: Role) -> None:
        """Make a colleague an admin or a member.

        Raises:
            Refused: Not an admin, no such active colleague, or nobody would be an admin any more.
        """
        async with changing(self._database, actor) as session:
            colleague = await _colleague(session, actor, colleague_id)
            if colleague.deactivated_at is not None:
                raise Refused(RefusalCode.INVALID, f"{colleague.name} has left, so their role stays as it was.")
            if colleague.role is role:
                return
            if await colleagues.admins_of(session, actor.practice_id) == {colleague.id}:
                raise Refused(
                    RefusalCode.INVALID,
                    f"{colleague.name} is the only admin. Make somebody else an admin first.",
                    field="role",
                )
            before, colleague.role = colleague.role, role
            colleague.may_add_clients |= role is Role.ADMIN  # an admin could allow it to themselves
            session.add(colleague)
            who = colleague.name
            await _tell(session, actor, "colleague.role_changed", before=f"{who}: {before}", after=f"{who}: {role}")

    async def allow_adding(self, actor: Actor, colleague_id: UUID, *, allowed: bool) -> None:
        """Allow a colleague to add clients, or not any more; the same again changes nothing.

        Raises:
            Refused: Not an admin, no such active colleague, or an admin, who always may.
        """
        async with changing(self._database, actor) as session:
            colleague = await _colleague(session, actor, colleague_id)
            if colleague.deactivated_at is not None:
                raise Refused(RefusalCode.INVALID, f"{colleague.name} has left, so nothing was changed.")
            if colleague.role is Role.ADMIN and not allowed:
                message = f"{colleague.name} is an admin, and admins may always add clients. Change the role first."
                raise Refused(RefusalCode.INVALID, message, field="may_add_clients")
            if colleague.may_add_clients is not allowed:
                colleague.may_add_clients = allowed
                session.add(colleague)
                kind = "colleague.adding_allowed" if allowed else "colleague.adding_ended"
                await _tell(session, actor, kind, after=colleague.name)

    async def _free_name(self, session: AsyncSession, actor: Actor, name: str, but: UUID | None = None) -> str:
        called = practices.text_of(name, "name", longest=LONGEST_TEAM)
        taken = await teams.team_named(session, actor.practice_id, called)
        if taken is not None and taken.id != but:
            raise Refused(RefusalCode.DUPLICATE, f"There is a team {taken.name!r} already.", field="name")
        return called

    async def _join(self, session: AsyncSession, actor: Actor, team: Team, members: Collection[UUID]) -> int:
        joining = [await _colleague(session, actor, member) for member in set(members)]
        if any(colleague.deactivated_at is not None for colleague in joining):
            raise Refused(RefusalCode.UNKNOWN_COLLEAGUE, "Somebody who has left cannot join a team.", field="members")
        joined = await teams.join_team(session, team.id, [colleague.id for colleague in joining])
        if joined:
            names = ", ".join(sorted(colleague.name for colleague in joining))
            await _tell(session, actor, "team.joined", before=team.name, after=names)
        return joined


@asynccontextmanager
async def changing(database: Database, actor: Actor, what: str = "teams and roles") -> AsyncIterator[AsyncSession]:
    """A transaction for changes of people, roles and teams, one at a time; the actor's role is read anew in it.

    Args:
        database: The product's.
        actor: Who changes something.
        what: What it is, for a refusal.

    Raises:
        Refused: ``FORBIDDEN``.
    """
    async with database.transaction() as session:
        # One at a time for a practice: two admins could each make the other a member, and none would be left.
        await session.get_one(Practice, actor.practice_id, with_for_update={"key_share": True})
        if actor.colleague_id not in await colleagues.admins_of(session, actor.practice_id):
            raise Refused(RefusalCode.FORBIDDEN, f"Only an admin can change {what}. Ask one of yours.")
        yield session


async def _team(session: AsyncSession, actor: Actor, team_id: UUID) -> Team:
    team = await teams.find_team(session, actor.practice_id, team_id)
    if team is None:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such team in your practice.")
    return team


async def _colleague(session: AsyncSession, actor: Actor, colleague_id: UUID) -> Colleague:
    colleague = await teams.colleague_of(session, actor.practice_id, colleague_id)
    if colleague is None:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such colleague in your practice.")
    return colleague


async def _tell(
    session: AsyncSession, actor: Actor, kind: str, *, before: str | None = None, after: str | None = None
) -> None:
    event = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id, "kind": kind, "at": now()}
    shortened = {name: text and text[:300] for name, text in (("before", before), ("after", after))}
    await events.record(session, [event | shortened])
