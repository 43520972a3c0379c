"""The second step of a sign-in: a code after the password, or setting up what gives codes, before anything else.

A session that lacks a step is nobody's yet. Whoever makes the step gets a new session in its place, so that a secret
from before the step opens nothing after it.
"""

from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.access import Lacking
from contracts.refusals import RefusalCode, Refused
from models import known_browsers, sessions
from models.database import Database
from models.sessions import InSession
from starter.actor import Actor
from starter.colleagues import actor_of
from starter.first_step import LONGEST
from starter.second_factors import Kept, SecondFactors, SetUp
from starter.sessions import IDLE, OVER, Sessions


@dataclass(frozen=True, slots=True)
class Halfway:
    """Somebody whose password was right, and who is not signed in yet.

    Attributes:
        lacks: What is missing.
        actor: Who they are going to be.
        session_id: The session that waits.
        email: Their address.
    """

    lacks: Lacking
    actor: Actor
    session_id: UUID
    email: str = field(repr=False)


class SecondSteps:
    """The operations of somebody who is halfway in.

    Args:
        database: The product's.
        sessions_of: Whose clock tells the time.
        factors: Compares codes.
    """

    def __init__(self, database: Database, sessions_of: Sessions, factors: SecondFactors) -> None:
        self._database = database
        self._sessions = sessions_of
        self._factors = factors

    async def of(self, token: str) -> Halfway | None:
        """Who is halfway in, by the cookie's secret; None when nobody is."""
        async with self._database.session() as session:
            found = await self._find(session, token)
        return None if found is None else _halfway(found)

    async def give_code(self, token: str, code: str, *, ip: str, browser: str, mark: str | None) -> str:
        """Finish a sign-in by a code of the app, or a recovery code; each is good once.

        Args:
            token: The cookie's secret.
            code: As it was typed.
            ip: Where from.
            browser: What the browser calls itself.
            mark: The browser is known by it from now on.

        Returns:
            The new secret for the browser's cookie.

        Raises:
            Refused: ``UNAUTHENTICATED``: the sign-in is over. ``INVALID``: the code is no good. ``TOO_MANY``.
        """
        who = await self._lacking(token, Lacking.SECOND_FACTOR)
        known = await self._known(who, mark)
        async with self._factors.checked(who.actor, code, ip=ip, known=known) as session:
            return await self._whole(session, who, browser, mark)

    async def set_up(self, token: str) -> SetUp:
        """What the app has to read, for somebody whose practice wants a second factor and who has none.

        Raises:
            Refused: ``UNAUTHENTICATED``: the sign-in is over.
        """
        who = await self._lacking(token, Lacking.SET_UP)
        return await self._factors.waiting(who.actor, who.email) or await self._factors.begin(who.actor, who.email)

    async def confirm(self, token: str, code: str, *, ip: str, browser: str, mark: str | None) -> tuple[str, Kept]:
        """Finish a sign-in by the first code of an app that was just set up.

        Returns:
            The new secret for the browser's cookie, and the recovery codes, shown this once.

        Raises:
            Refused: As ``give_code``.
        """
        who = await self._lacking(token, Lacking.SET_UP)
        async with self._factors.confirmed(who.actor, code, ip=ip) as (session, kept):
            return await self._whole(session, who, browser, mark), kept

    async def stop(self, token: str) -> None:
        """End a sign-in that is halfway; nothing where there is none."""
        who = await self.of(token)
        if who is not None:
            async with self._database.transaction() as session:
                await sessions.revoke(session, who.actor.colleague_id, self._sessions.clock(), only=who.session_id)

    async def _find(self, session: AsyncSession, token: str) -> InSession | None:
        return await sessions.find(session, token, at=self._sessions.clock(), idle=IDLE, is_whole=False)

    async def _lacking(self, token: str, lacks: Lacking) -> Halfway:
        who = await self.of(token)
        if who is None or who.lacks is not lacks:
            raise Refused(RefusalCode.UNAUTHENTICATED, OVER)
        return who

    async def _known(self, who: Halfway, mark: str | None) -> bytes | None:
        if mark is None:
            return None
        async with self._database.session() as session:
            return sessions.hashed(mark) if await known_browsers.known(session, who.email.lower(), mark) else None

    async def _whole(self, session: AsyncSession, who: Halfway, browser: str, mark: str | None) -> str:
        at, colleague_id = self._sessions.clock(), who.actor.colleague_id
        if not await sessions.is_waiting(session, who.session_id, at):
            raise Refused(RefusalCode.UNAUTHENTICATED, OVER)
        await sessions.revoke(session, colleague_id, at, only=who.session_id)
        token, _ = await sessions.begin(session, colleague_id, browser=browser, at=at, valid_for=LONGEST)
        if mark is not None:
            await known_browsers.remember(session, colleague_id, mark, at)
        return token


def _halfway(found: InSession) -> Halfway:
    assert found.session.lacks is not None  # noqa: S101  # that is how it was found
    actor = actor_of(found.colleague, found.practice, session_id=found.session.id)
    return Halfway(found.session.lacks, actor, found.session.id, found.colleague.email)
