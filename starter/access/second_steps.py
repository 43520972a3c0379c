"""The second step of signing in: a code or a passkey after the password, or setting one up.

A session that lacks a step opens only the pages for that step. Whoever makes the step gets a new session instead, so
that the secret from before the step opens nothing afterwards.
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
from starter.factors.second_factors import Having, RecoveryCodes, SecondFactors, SetUp
from starter.people.colleagues import actor_of


@dataclass(frozen=True, slots=True)
class Halfway:
    """Somebody whose password was right and who still has to make the second step.

    Attributes:
        lacks: What is missing.
        actor: The colleague as whom they are going to be signed in.
        session_id: The session that lacks the step.
        email: Their address.
    """

    lacks: Lacking
    actor: Actor
    session_id: UUID
    email: str = field(repr=False)


class SecondSteps:
    """Operations for somebody who still has to make the second step.

    Args:
        database: The product's database.
        sessions_of: The operations on sessions; their clock tells the time.
        proofs: Checks codes and passkeys.
        factors: Sets up authenticator apps.
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
        """Who still has to make the second step, by the cookie's secret; None when nobody does."""
        async with self._database.reading() as session:
            found = await self._find(session, token)
        return None if found is None else _halfway(found)

    async def having(self, who: Halfway) -> Having:
        """Which second factors they have."""
        return await self._factors.having(who.actor)

    async def asked_for_passkey(self, token: str) -> Asked:
        """The options for the browser to ask for one of their passkeys instead of a code.

        Raises:
            Refused: ``UNAUTHENTICATED``: the sign-in is over. ``INVALID``: no passkey is good at this address.
        """
        return await self._passkeys.asked((await self._lacking(token, Lacking.SECOND_FACTOR)).actor)

    async def give(self, token: str, proof: Proof, *, ip: str, browser: str, mark: str | None) -> str:
        """Finish a sign-in with a passkey, a code of the app, or a recovery code; each code works once.

        Args:
            token: The cookie's secret.
            proof: The passkey's answer or the code.
            ip: The IP address of the request.
            browser: The browser's User-Agent header.
            mark: The secret that the browser keeps; the browser counts as known from now on.

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
        """Begin to set up an app for somebody whose practice requires a second factor and who has none.

        Raises:
            Refused: ``UNAUTHENTICATED``: the sign-in is over.
        """
        who = await self._lacking(token, Lacking.SET_UP)
        return await self._factors.waiting(who.actor, who.email) or await self._factors.begin(who.actor, who.email)

    async def confirm(
        self, token: str, code: str, *, ip: str, browser: str, mark: str | None
    ) -> tuple[str, RecoveryCodes]:
        """Finish a sign-in with the first code of an app that was just set up.

        Returns:
            The new secret for the browser's cookie, and the recovery codes, shown this once.

        Raises:
            Refused: As ``give``.
        """
        who = await self._lacking(token, Lacking.SET_UP)
        async with self._factors.confirmed(who.actor, code, ip=ip) as (session, kept):
            return await self._whole(session, who, browser, mark), _first(kept)

    async def to_add(self, token: str) -> Asked | None:
        """The options for the browser to make a first passkey; None where passkeys cannot be used.

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

    async def add(
        self, token: str, name: str, answered: str, *, browser: str, mark: str | None
    ) -> tuple[str, RecoveryCodes]:
        """Finish a sign-in by adding a first passkey.

        Args:
            token: The cookie's secret.
            name: A name by which its owner recognises it.
            answered: The browser's answer, as JSON.
            browser: The browser's User-Agent header.
            mark: The secret that the browser keeps; the browser counts as known from now on.

        Returns:
            As ``confirm``.

        Raises:
            Refused: As ``give``.
        """
        who = await self._lacking(token, Lacking.SET_UP)
        async with self._passkeys.added(who.actor, name, answered) as (session, kept):
            return await self._whole(session, who, browser, mark), _first(kept)

    async def stop(self, token: str) -> None:
        """End a sign-in that lacks its second step; nothing happens when there is none."""
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
        async with self._database.reading() as session:
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
    """Begin a session that lacks no step, in a browser that counts as known from now on; returns its secret."""
    token, _ = await sessions.begin(session, colleague_id, browser=browser, at=at, valid_for=LONGEST)
    if mark is not None:
        await known_browsers.remember(session, colleague_id, mark, at)
    return token


def _first(kept: RecoveryCodes | None) -> RecoveryCodes:
    """The recovery codes; raises when another sign-in was faster, because that one's factor is now asked for."""
    if kept is None:
        raise Refused(RefusalCode.UNAUTHENTICATED, OVER)
    return kept


def _halfway(found: InSession) -> Halfway:
    assert found.session.lacks is not None  # noqa: S101  # that is how it was found
    actor = actor_of(found.colleague, found.practice, session_id=found.session.id)
    return Halfway(found.session.lacks, actor, found.session.id, found.colleague.email)
