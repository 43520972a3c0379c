"""Colleagues: found by address, added, deactivated; and the set-up of practices."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import EVERYTHING
from contracts.words.practices import Plan, Role
from contracts.words.refusals import RefusalCode, Refused
from models.access.tables import ApiToken
from models.events import writes as events
from models.kit.columns import now
from models.kit.database import Database
from models.practices import reads as colleagues
from models.practices import writes as practices
from models.practices.reads import ColleagueView, id_of_address, some_admins
from models.practices.tables import Colleague, Practice
from starter.actor import Actor
from starter.people.admins import check_admin, not_an_admin
from starter.people.leaving import Deactivation, explained


class Colleagues:
    """The operations on practices and their people.

    Args:
        database: The product's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, colleague_id: UUID) -> Actor:
        """The colleague of this id.

        Raises:
            NoResultFound: There is none.
        """
        async with self._database.reading() as session:
            colleague = await session.get_one(Colleague, colleague_id)
            return actor_of(colleague, await session.get_one(Practice, colleague.practice_id))

    async def by_email(self, email: str | None) -> Actor:
        """The colleague of this address; the only admin when None.

        Raises:
            Refused: There is no such colleague, or not just one admin.
        """
        async with self._database.reading() as session:
            if email is not None:
                colleague = await practices.find_colleague(session, email)
            else:
                found = await some_admins(session, 2)
                if len(found) != 1:
                    how_many = "more than one admin" if found else "no admin"
                    raise Refused(RefusalCode.INVALID, f"There is {how_many}: say whom to act as with --as EMAIL.")
                colleague = found[0]
            return actor_of(colleague, await session.get_one(Practice, colleague.practice_id))

    async def id_of(self, actor: Actor, email: str, *, field: str) -> UUID:
        """A colleague of the actor's practice by address, also one who has left.

        Args:
            actor: A colleague of the practice.
            email: The address, in any case.
            field: The input field to name in a refusal.

        Raises:
            Refused: The practice has no such colleague.
        """
        async with self._database.reading() as session:
            found = await id_of_address(session, actor.practice_id, email)
        if found is None:
            raise Refused(
                RefusalCode.UNKNOWN_COLLEAGUE, f"No colleague of {actor.practice_name} has this address.", field=field
            )
        return found

    async def everybody(self, actor: Actor) -> Sequence[ColleagueView]:
        """The colleagues of the actor's practice, with what depends on each; deactivated ones come last."""
        async with self._database.reading() as session:
            return await colleagues.colleagues_of(session, actor.practice_id)

    async def one(self, actor: Actor, colleague_id: UUID) -> ColleagueView:
        """A colleague of the actor's practice, with what depends on them.

        Raises:
            Refused: There is no such colleague in the practice.
        """
        async with self._database.reading() as session:
            return await _view(session, actor, colleague_id)

    async def preview_deactivation(self, actor: Actor, colleague_id: UUID) -> Deactivation:
        """What depends on a colleague. Nothing is changed.

        Raises:
            Refused: Not an admin, or there is no such colleague in the practice.
        """
        check_admin(actor)
        async with self._database.reading() as session:
            return explained(await _view(session, actor, colleague_id))

    async def deactivate(self, actor: Actor, colleague_id: UUID) -> Deactivation:
        """Deactivate a colleague. No client is disconnected; a second call changes nothing.

        Raises:
            Refused: Not an admin, no such colleague in the practice, or the only admin who is left.
        """
        check_admin(actor)
        async with self._database.transaction() as session:
            # One at a time for a practice: two admins could end each other at once, and nobody would be left.
            await session.get_one(Practice, actor.practice_id, with_for_update={"key_share": True})
            admins = await colleagues.admins_of(session, actor.practice_id)
            if actor.colleague_id not in admins:
                raise not_an_admin()
            if admins == {colleague_id}:
                message = (
                    "You are the practice's only admin. Make somebody else an admin first, who can then deactivate you."
                )
                raise Refused(RefusalCode.FORBIDDEN, message)
            # Whoever is just signing in as them, or making a token of theirs, is waited for: that ends here too.
            leaver = await session.get(Colleague, colleague_id, with_for_update=True)
            if leaver is not None and leaver.practice_id == actor.practice_id and leaver.deactivated_at is None:
                await practices.deactivate(session, leaver, by=actor.colleague_id, at=now())
                await session.flush()
            return explained(await _view(session, actor, colleague_id))

    async def create_practice(
        self, *, name: str, plan: Plan, allowance: int, time_zone: str, admin_email: str, admin_name: str | None = None
    ) -> tuple[UUID, UUID]:
        """Create a practice with its first admin.

        Args:
            name: The firm's name.
            plan: Its plan.
            allowance: How many clients it may have.
            time_zone: An IANA name.
            admin_email: The admin's e-mail address.
            admin_name: The admin's name; what stands before the address's ``@`` when None.

        Returns:
            The practice's id and the admin's.

        Raises:
            Refused: A value cannot be used, or the same was made before; nothing was made.
        """
        async with self._database.transaction() as session:
            practice = await practices.create_practice(
                session, name, plan=plan, client_allowance=allowance, time_zone=time_zone
            )
            if await practices.is_there(session, name, admin_email):
                message = "A practice of this name with a colleague of this e-mail address exists already."
                raise Refused(RefusalCode.DUPLICATE, message, field="email")
            admin = await practices.create_colleague(
                session,
                practice.id,
                email=admin_email,
                name=admin_name or _name_in(admin_email),
                role=Role.ADMIN,
            )
        return practice.id, admin.id

    async def change_practice(
        self,
        practice: str | None,
        *,
        name: str | None = None,
        time_zone: str | None = None,
        plan: Plan | None = None,
        allowance: int | None = None,
    ) -> Practice:
        """Change what is given of a practice; ``practice`` is a name or slug, or None for the only one.

        Returns:
            The practice as it is now; its schedule has to be applied next.

        Raises:
            Refused: No such practice, nothing was given, or a value cannot be used.
        """
        if (name, time_zone, plan, allowance) == (None, None, None, None):
            raise Refused(RefusalCode.INVALID, "Say what to change: the name, time zone, plan or allowance.")
        async with self._database.transaction() as session:
            found = await practices.find_practice(session, practice)
            changes = await practices.change_practice(
                session, found, name=name, time_zone=time_zone, plan=plan, client_allowance=allowance
            )
            told = {"practice_id": found.id, "at": now()}
            rows = [told | {"kind": kind, "before": before, "after": after} for kind, before, after in changes]
            await events.record(session, rows)
            return found

    async def create(self, *, practice: str | None, email: str, name: str, role: Role) -> UUID:
        """Add a colleague; ``practice`` is a name or slug, or None for the only one.

        Raises:
            Refused: No such practice, a value cannot be used, or the address is taken.
        """
        async with self._database.transaction() as session:
            found = await practices.find_practice(session, practice)
            return (await practices.create_colleague(session, found.id, email=email, name=name, role=role)).id

    async def create_team(self, *, practice: str | None, name: str, members: list[str]) -> UUID:
        """Create a team; ``members`` are e-mail addresses of colleagues of the practice.

        Raises:
            Refused: No such practice or colleague, or the name is taken.
        """
        async with self._database.transaction() as session:
            found = await practices.find_practice(session, practice)
            ids = [(await practices.find_colleague(session, f"{found.slug}/{email}")).id for email in members]
            return (await practices.create_team(session, found.id, name, ids)).id


async def _view(session: AsyncSession, actor: Actor, colleague_id: UUID) -> ColleagueView:
    found = await colleagues.colleagues_of(session, actor.practice_id, colleague_id)
    if not found:
        raise Refused(RefusalCode.NOT_FOUND, f"There is no colleague {colleague_id} in your practice.")
    return found[0]


def _name_in(email: str) -> str:
    local = email.partition("@")[0]
    return local.replace(".", " ").replace("_", " ").title()


def actor_of(
    colleague: Colleague, practice: Practice, *, session_id: UUID | None = None, token: ApiToken | None = None
) -> Actor:
    """A colleague as an actor: in a browser's session, with a token, or neither."""
    return Actor(
        colleague_id=colleague.id,
        colleague_name=colleague.name,
        role=colleague.role,
        practice_id=practice.id,
        practice_name=practice.name,
        practice_slug=practice.slug,
        time_zone_name=practice.time_zone,
        session_id=session_id,
        scopes=EVERYTHING if token is None else token.scopes,
        token_ends_at=None if token is None else token.expires_at,
        may_add_clients=colleague.may_add_clients,
    )
