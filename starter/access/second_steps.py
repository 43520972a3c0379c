"""The second step of a sign-in: a code or a passkey after the password, or setting one up, before anything else.

A session that lacks a step is nobody's yet. Whoever makes the step gets a new session in its place, so that a secret
from before the step opens nothing after it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import Lacking
from contracts.words.refusals import RefusalCode, Refused
from models.access import known_browsers, sessions
from models.access.sessions import InSession
from models.kit.database import Database
from starter.access.first_step import LONGEST
from starter.access.proofs import Proof, Proofs
from starter.access.sessions import IDLE, OVER, Sessions
from starter.actor import Actor
from starter.factors.ceremonies import Asked
from starter.factors.passkeys import Passkeys
from starter.factors.second_factors import Having, Kept, SecondFactors, SetUp
from starter.people.colleagues import actor_of


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
        proofs: Looks at codes and passkeys.
        factors: Sets up apps.
        passkeys: Adds passkeys.
    """

    def __init__(
        self, database: Database, sessions_of: Sessions, proofs: Proofs, factors: SecondFactors, passkeys: Passkeys
    ) -> None:
        self._database = database
        self._sessions = sessions_of
        self._proofs = proofs
        self._factors = factors
        self._passkeys = passkeys

    async def of(self, token: str) -> Halfway | None:
        """Who is halfway in, by the cookie's secret; None when nobody is."""
        async with self._database.session() as session:
            found = await self._find(session, token)
        return None if found is None else _halfway(found)

    async def having(self, who: Halfway) -> Having:
        """What they have for this step."""
        return await self._factors.having(who.actor)

    async def asked_for_passkey(self, token: str) -> Asked:
        """What a browser is asked for the use of a passkey in place of a code.

        Raises:
            Refused: ``UNAUTHENTICATED``: the sign-in is over. ``INVALID``: no passkey is good at this address.
        """
        return await self._passkeys.asked((await self._lacking(token, Lacking.SECOND_FACTOR)).actor)

    async def give(self, token: str, proof: Proof, *, ip: str, browser: str, mark: str | None) -> str:
        """Finish a sign-in by a passkey, a code of the app, or a recovery code; each code is good once.

        Args:
            token: The cookie's secret.
            proof: What was given.
            ip: Where from.
            browser: What the browser calls itself.
            mark: The browser is known by it from now on.

        Returns:
            The new secret for the browser's cookie.

        Raises:
            Refused: ``UNAUTHENTICATED``: the sign-in is over. ``INVALID``: it is no good. ``TOO_MANY``.
        """
        who = await self._lacking(token, Lacking.SECOND_FACTOR)
        known = await self._known(who, mark)
        async with self._proofs.checked(who.actor, proof, ip=ip, known=known) as session:
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
            Refused: As ``give``.
        """
        who = await self._lacking(token, Lacking.SET_UP)
        async with self._factors.confirmed(who.actor, code, ip=ip) as (session, kept):
            return await self._whole(session, who, browser, mark), _first(kept)

    async def to_add(self, token: str) -> Asked | None:
        """What a browser is asked for a first passkey; None where no passkey is good.

        Raises:
            Refused: ``UNAUTHENTICATED``: the sign-in is over.
        """
        who = await self._lacking(token, Lacking.SET_UP)
        if self._passkeys.party is None:
            return None
        asked = await self._passkeys.being_added(who.actor, who.email)
        if asked is None:
            await self._passkeys.begin(who.actor)
            asked = await self._passkeys.being_added(who.actor, who.email)
        return asked

    async def add(self, token: str, name: str, answered: str, *, browser: str, mark: str | None) -> tuple[str, Kept]:
        """Finish a sign-in by a first passkey.

        Args:
            token: The cookie's secret.
            name: By which they know it again.
            answered: What the browser sent.
            browser: What the browser calls itself.
            mark: The browser is known by it from now on.

        Returns:
            As ``confirm``.

        Raises:
            Refused: As ``give``.
        """
        who = await self._lacking(token, Lacking.SET_UP)
        async with self._passkeys.added(who.actor, name, answered) as (session, kept):
            return await self._whole(session, who, browser, mark), _first(kept)

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
        return await begin_whole(session, colleague_id, browser=browser, at=at, mark=mark)


async def begin_whole(
    session: AsyncSession, colleague_id: UUID, *, browser: str, at: datetime, mark: str | None
) -> str:
    """Begin a session that lacks nothing, in a browser that is known by the mark from now on; gives its secret."""
    token, _ = await sessions.begin(session, colleague_id, browser=browser, at=at, valid_for=LONGEST)
    if mark is not None:
        await known_browsers.remember(session, colleague_id, mark, at)
    return token


def _first(kept: Kept | None) -> Kept:
    """What comes with a first second factor; where another sign-in was faster, it is theirs that is asked for."""
    if kept is None:
        raise Refused(RefusalCode.UNAUTHENTICATED, OVER)
    return kept


def _halfway(found: InSession) -> Halfway:
    assert found.session.lacks is not None  # noqa: S101  # that is how it was found
    actor = actor_of(found.colleague, found.practice, session_id=found.session.id)
    return Halfway(found.session.lacks, actor, found.session.id, found.colleague.email)
