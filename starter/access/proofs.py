"""What somebody gives to show that it is them: their password again, and a code or a passkey beside it.

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
    """What was given for the second step; one of them is enough.

    Attributes:
        code: Of the app, or a recovery code; as it was typed.
        passkey: What the browser sent that was asked for a passkey.
    """

    code: str = field(default="", repr=False)
    passkey: str = field(default="", repr=False)


class Proofs:
    """Looks at what was given.

    Args:
        database: The product's.
        sealer: Opens what codes are made from.
        sessions_of: Whose clock tells the time.
        answers: Checks passkeys.
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
        """Use a passkey, or use up a code of the app or a recovery code; what is done inside goes with it.

        Args:
            actor: Whose; in the session for which a passkey was asked.
            proof: What was given.
            ip: Where from.
            known: Hash of a browser that is known, whose attempts are counted by themselves.

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
        """The same in a session, and the password before it: whoever sits at one that was left open has neither.

        Raises:
            Refused: As ``checked``; the password is wrong, or was tried too often.
        """
        await self.password_again(signed_in, password, ip=ip)
        async with self.checked(signed_in.actor, proof, ip=ip, known=_here(signed_in)) as session:
            yield session

    async def password_again(self, signed_in: SignedIn, password: str, *, ip: str) -> None:
        """The password alone; a sign-in of just now, for who signs in otherwise and has none.

        Raises:
            Refused: It is wrong, or was tried too often; or the sign-in is too long ago.
        """
        at = self._sessions.clock()
        attempt = await attempts.counted(self._database, signed_in.email.lower(), ip, at, _here(signed_in))
        async with self._database.session() as session:
            kept = (await session.get_one(Colleague, signed_in.actor.colleague_id)).password_hash
            begun = (await session.get_one(WebSession, signed_in.session_id)).created_at
        if kept is None and begun <= at - FRESH:
            raise Refused(RefusalCode.INVALID, NOT_FRESH, field="password")
        if kept is not None and not await passwords.matches(password, kept):
            raise Refused(RefusalCode.INVALID, "This is not your password.", field="password")
        async with self._database.transaction() as session:
            await sessions.succeeded(session, attempt, at - attempts.WINDOW)

    async def enough(self, signed_in: SignedIn, password: str, proof: Proof, *, ip: str) -> None:
        """The password, and a code or passkey where there is a second factor already.

        Raises:
            Refused: As ``again``.
        """
        async with self._database.session() as session:
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
    """What stands where attempts at a password have an address; no address looks like it."""
    return f"second factor of {actor.colleague_id}"


def _here(signed_in: SignedIn) -> bytes:
    """What stands for a session where attempts in it are counted by themselves."""
    return sessions.hashed(str(signed_in.session_id))
