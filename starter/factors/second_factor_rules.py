"""Requiring a second factor of a practice, and removing a lost one of a colleague: for admins and operators."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.refusals import RefusalCode, Refused
from models.access import second_factors, sessions
from models.events import writes as events
from models.kit.columns import now
from models.kit.database import Database
from models.notices import writes as notices
from models.notices.letters import notice_of
from models.practices import teams
from models.practices import writes as practices
from models.practices.tables import Colleague, Practice
from rules.night.digesting import Letter
from starter.actor import Actor
from starter.people.people import changing

KIND = "second_factor_reset"
NOT_ONES_OWN = "Remove your own second factor under Your account, or ask another admin."


class SecondFactorRules:
    """Operations on other people's second factors.

    Args:
        database: The product's database.
        clock: Tells the time.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    async def is_required(self, actor: Actor) -> bool:
        """Whether the actor's practice requires a second factor of everybody."""
        async with self._database.reading() as session:
            return (await session.get_one(Practice, actor.practice_id)).requires_second_factor

    async def require(self, actor: Actor, *, required: bool) -> None:
        """Require a second factor of everybody in the actor's practice, or stop requiring it. For admins.

        Sessions stay open; whoever has no factor has to set one up at the next sign-in.

        Raises:
            Refused: Not an admin.
        """
        async with changing(self._database, actor) as session:
            practice = await session.get_one(Practice, actor.practice_id)
            await self._require(session, practice, actor.colleague_id, required=required)

    async def require_in(self, practice: str | None, *, required: bool) -> str:
        """Require it in a practice, by name or slug (None for the only one); for whoever runs the installation.

        Returns:
            The practice's slug.

        Raises:
            Refused: No such practice.
        """
        async with self._database.transaction() as session:
            found = await practices.find_practice(session, practice)
            await self._require(session, found, None, required=required)
            return found.slug

    async def reset(self, actor: Actor, colleague_id: UUID) -> bool:
        """Remove a colleague's second factors; they are told by mail and their sessions end. For admins.

        Returns:
            Whether there was one.

        Raises:
            Refused: Not an admin, no such colleague, or the actor's own.
        """
        async with changing(self._database, actor) as session:
            colleague = await teams.colleague_of(session, actor.practice_id, colleague_id)
            if colleague is None:
                raise Refused(RefusalCode.NOT_FOUND, "There is no such colleague in your practice.")
            if colleague.id == actor.colleague_id:
                raise Refused(RefusalCode.INVALID, NOT_ONES_OWN, field="colleague_id")
            return await self._reset(session, colleague, actor)

    async def reset_by_email(self, email: str) -> bool:
        """Remove the second factors of the colleague with this address; for whoever runs the installation.

        Raises:
            Refused: Nobody active has this address.
        """
        async with self._database.transaction() as session:
            return await self._reset(session, await practices.find_colleague(session, email), None)

    async def _require(self, session: AsyncSession, practice: Practice, by: UUID | None, *, required: bool) -> None:
        if practice.requires_second_factor is required:
            return
        practice.requires_second_factor = required
        session.add(practice)
        kind = "colleague.second_factor_required" if required else "colleague.second_factor_optional"
        whose = {"practice_id": practice.id, "colleague_id": by}
        await events.record(session, [{**whose, "kind": kind, "at": self._clock()}])

    async def _reset(self, session: AsyncSession, colleague: Colleague, by: Actor | None) -> bool:
        if not await second_factors.remove(session, colleague.id):
            return False
        at = self._clock()
        await sessions.revoke(session, colleague.id, at)
        who = by.colleague_name if by else "Whoever runs Clientsync for you"
        event = {"practice_id": colleague.practice_id, "colleague_id": by.colleague_id if by else None, "at": at}
        await events.record(session, [event | {"kind": "colleague.second_factor_reset", "after": colleague.name}])
        body = (
            f"Hello {colleague.name},\n\n{who} removed the second factor with which you sign in to Clientsync (your "
            "authenticator app, passkeys and recovery codes), and you are signed out everywhere.\n\nSign in with your "
            "password, and set a new one up under Your account. If you did not ask for this, tell an admin of your "
            "practice, and choose a new password.\n"
        )
        letter = Letter("Your second factor for Clientsync was removed", body)
        practice, key = await session.get_one(Practice, colleague.practice_id), f"{KIND}/{uuid4()}"
        await notices.write(session, [notice_of(letter, practice, colleague.id, kind=KIND, key=key, at=at)])
        return True
