"""Checks what somebody gives to prove who they are: the password again, and a code or a passkey.

A code is used up in the transaction that does what it was given for.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import Ceremony
from contracts.words.refusals import RefusalCode, Refused
from models.access import second_factors, sessions
from models.access.tables import WebSession
from models.events import writes as events
from models.kit.database import Database
from models.kit.sealing import Sealer, open_code_secret, seal_code_secret
from models.practices.tables import Colleague
from starter.access import attempts, passwords
from starter.access.sessions import Sessions, SignedIn
from starter.actor import Actor
from starter.factors import one_time_codes
from starter.factors.passkey_answers import PasskeyAnswers

NO_GOOD = "This code is not right, or was used already. Wait for the next one in your app, or use a recovery code."
NOT_FRESH = "You have no password here, and signed in a while ago. Sign out, sign in again, and do this at once."
FRESH = timedelta(minutes=15)
"""How long after a sign-in nobody who has no password is asked to sign in again."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was given for the second step; one of the two is enough.

    Attributes:
        code: A code of the app, or a recovery code, as it was typed.
        passkey: The browser's answer for a passkey, as JSON.
    """

    code: str = field(default="", repr=False)
    passkey: str = field(default="", repr=False)


class Proofs:
    """Checks proofs.

    Args:
        database: The product's database.
        sealer: Opens the secrets of authenticator apps.
        sessions_of: The operations on sessions; their clock tells the time.
        answers: Checks the answers of passkeys.
    """

    def __init__(self, database: Database, sealer: Sealer, sessions_of: Sessions, answers: PasskeyAnswers) -> None:
        self._database = database
        self._sealer = sealer
        self._sessions = sessions_of
        self._answers = answers

    @asynccontextmanager
    async def checked(
        self, actor: Actor, proof: Proof, *, ip: str, known: bytes | None = None
    ) -> AsyncIterator[AsyncSession]:
        """Use a passkey, or use up a code; the caller's changes inside are committed in the same transaction.

        Args:
            actor: The colleague; a passkey must have been asked for in the same session.
            proof: What was given.
            ip: The IP address of the request.
            known: Hash of a known browser's mark, whose attempts are counted separately; None for others.

        Raises:
            Refused: ``INVALID``: it is no good, or was used. ``TOO_MANY``.
        """
        at = self._sessions.clock()
        attempt = await attempts.counted(self._database, tried_by(actor), ip, at, known)
        async with self._passkey(actor, proof) if proof.passkey else self._code(actor, proof, at) as session:
            await sessions.succeeded(session, attempt, at - attempts.WINDOW)
            yield session

    @asynccontextmanager
    async def again(self, signed_in: SignedIn, password: str, proof: Proof, *, ip: str) -> AsyncIterator[AsyncSession]:
        """Check the password and then a proof, in a session: somebody who finds a session open has neither.

        Raises:
            Refused: As ``checked``; the password is wrong, or was tried too often.
        """
        await self.password_again(signed_in, password, ip=ip)
        async with self.checked(signed_in.actor, proof, ip=ip, known=_here(signed_in)) as session:
            yield session

    async def password_again(self, signed_in: SignedIn, password: str, *, ip: str) -> None:
        """Check the password only; a colleague without a password must have signed in a short time ago.

        Raises:
            Refused: It is wrong, or was tried too often; or the sign-in is too long ago.
        """
        at = self._sessions.clock()
        attempt = await attempts.counted(self._database, signed_in.email.lower(), ip, at, _here(signed_in))
        async with self._database.reading() as session:
            kept = (await session.get_one(Colleague, signed_in.actor.colleague_id)).password_hash
            begun = (await session.get_one(WebSession, signed_in.session_id)).created_at
        if kept is None and begun <= at - FRESH:
            raise Refused(RefusalCode.INVALID, NOT_FRESH, field="password")
        if kept is not None and not await passwords.matches(password, kept):
            raise Refused(RefusalCode.INVALID, "This is not your password.", field="password")
        async with self._database.transaction() as session:
            await sessions.succeeded(session, attempt, at - attempts.WINDOW)

    async def enough(self, signed_in: SignedIn, password: str, proof: Proof, *, ip: str) -> None:
        """Check the password, and a code or passkey if the colleague has a second factor.

        Raises:
            Refused: As ``again``.
        """
        async with self._database.reading() as session:
            has_one = await second_factors.has_one(session, signed_in.actor.colleague_id)
        if not has_one:
            await self.password_again(signed_in, password, ip=ip)
            return
        async with self.again(signed_in, password, proof, ip=ip):
            pass

    @asynccontextmanager
    async def _passkey(self, actor: Actor, proof: Proof) -> AsyncIterator[AsyncSession]:
        bound_to = str(actor.session_id)
        async with self._answers.used(proof.passkey, bound_to, Ceremony.USE, actor.colleague_id) as (session, _):
            yield session

    @asynccontextmanager
    async def _code(self, actor: Actor, proof: Proof, at: datetime) -> AsyncIterator[AsyncSession]:
        async with self._database.transaction() as session:
            if not await self._use(session, actor, proof.code, at):
                raise Refused(RefusalCode.INVALID, NO_GOOD, field="code")
            yield session

    async def _use(self, session: AsyncSession, actor: Actor, code: str, at: datetime) -> bool:
        found = await second_factors.find(session, actor.colleague_id)
        if found is not None:
            secret = open_code_secret(self._sealer, actor.colleague_id, found.sealed_secret)
            step = one_time_codes.step_of(secret, code, at, after=found.last_step)
            if step is not None:  # sealed anew, so that an old key comes out of use
                sealed = seal_code_secret(self._sealer, actor.colleague_id, secret)
                return await second_factors.use_step(session, actor.colleague_id, step, sealed)
        plain = one_time_codes.plain(code)
        if not await second_factors.use_recovery_code(session, actor.colleague_id, plain, at):
            return False
        left = await second_factors.recovery_codes_left(session, actor.colleague_id)
        whose = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id}
        used = {"kind": "colleague.recovery_code_used", "at": at, "after": str(left)}
        await events.record(session, [whose | used])
        return True


def tried_by(actor: Actor) -> str:
    """The key under which attempts at a second factor are counted, in place of an address."""
    return f"second factor of {actor.colleague_id}"


def _here(signed_in: SignedIn) -> bytes:
    """The key under which attempts inside a session are counted separately."""
    return sessions.hashed(str(signed_in.session_id))
