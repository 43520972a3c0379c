"""A colleague's second factor: an authenticator app with one-time codes, and recovery codes for when it is not at hand.

A code is used up in the transaction that does what it was given for. What an app's codes are made from is sealed in the
database, and leaves it only to be read by the app, once; recovery codes are shown once, and their hashes kept.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.refusals import RefusalCode, Refused
from models import events, second_factors, sessions
from models.database import Database
from models.encryption import Sealer, open_code_secret, seal_code_secret
from models.practice import Colleague, Practice
from starter import attempts, one_time_codes, passwords
from starter.actor import Actor
from starter.sessions import Sessions, SignedIn

WAITS_FOR = timedelta(hours=1)
"""How long setting up may take."""

NO_GOOD = "This code is not right, or was used already. Wait for the next one in your app, or use a recovery code."
NOT_RIGHT = "This code is not right. Look at the code in your app again, and at the clock of your device."
TOO_LATE = "Setting up took too long, or was begun anew elsewhere. Begin again."


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an app has to be given.

    Attributes:
        secret: To be typed, where no picture can be read.
        address: What the picture says.
    """

    secret: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """Recovery codes to be kept by their owner, shown this once."""

    recovery_codes: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Having:
    """Whether somebody has a second factor.

    Attributes:
        since: Since when; None without one.
        recovery_codes_left: How many were not used yet.
        is_required: Whether the practice wants one.
    """

    since: datetime | None
    recovery_codes_left: int
    is_required: bool


class SecondFactors:
    """The operations on one's own second factor.

    Args:
        database: The product's.
        sealer: Seals what codes are made from.
        sessions_of: Whose clock tells the time.
    """

    def __init__(self, database: Database, sealer: Sealer, sessions_of: Sessions) -> None:
        self._database = database
        self._sealer = sealer
        self._sessions = sessions_of

    async def having(self, actor: Actor) -> Having:
        """Whether the actor has one."""
        async with self._database.session() as session:
            found = await second_factors.find(session, actor.colleague_id)
            left = await second_factors.recovery_codes_left(session, actor.colleague_id)
            practice = await session.get_one(Practice, actor.practice_id)
            return Having(found.confirmed_at if found else None, left, practice.requires_second_factor)

    async def waiting(self, actor: Actor, email: str) -> SetUp | None:
        """What an app has to be given that is being set up; None when none is, or it took too long."""
        async with self._database.session() as session:
            found = await second_factors.waiting(session, actor.colleague_id)
        if found is None or found.created_at <= self._sessions.clock() - WAITS_FOR:
            return None
        return _set_up(open_code_secret(self._sealer, actor.colleague_id, found.sealed_secret), actor, email)

    async def begin(self, actor: Actor, email: str) -> SetUp:
        """Begin to set one up; an earlier one that was not finished is forgotten."""
        secret = one_time_codes.new_secret()
        async with self._database.transaction() as session:
            sealed = seal_code_secret(self._sealer, actor.colleague_id, secret)
            await second_factors.wait_for(session, actor.colleague_id, sealed, self._sessions.clock())
        return _set_up(secret, actor, email)

    async def begin_signed_in(self, signed_in: SignedIn, *, password: str, ip: str) -> None:
        """Begin to set one up in a session: whoever finds it open must not lock its owner out.

        Raises:
            Refused: The password is wrong or was tried too often, or there is one already.
        """
        await self._password_again(signed_in, password, ip)
        async with self._database.session() as session:
            if await second_factors.has_one(session, signed_in.actor.colleague_id):
                raise Refused(RefusalCode.DUPLICATE, "You have a second factor already. Remove it first.")
        await self.begin(signed_in.actor, signed_in.email)

    @asynccontextmanager
    async def confirmed(self, actor: Actor, code: str, *, ip: str) -> AsyncIterator[tuple[AsyncSession, Kept]]:
        """Finish setting up by the app's first code; what is done inside is done with it, or neither is.

        Raises:
            Refused: The code is not right or was tried too often, or setting up took too long.
        """
        at = self._sessions.clock()
        attempt = await attempts.counted(self._database, _tried_by(actor), ip, at)
        async with self._database.session() as session:
            waits = await second_factors.waiting(session, actor.colleague_id)
        if waits is None or waits.created_at <= at - WAITS_FOR:
            raise Refused(RefusalCode.INVALID, TOO_LATE, field="code")
        step = one_time_codes.step_of(open_code_secret(self._sealer, actor.colleague_id, waits.sealed_secret), code, at)
        if step is None:
            raise Refused(RefusalCode.INVALID, NOT_RIGHT, field="code")
        async with self._database.transaction() as session:
            await sessions.succeeded(session, attempt, at - attempts.WINDOW)
            if not await second_factors.confirm(session, waits, step, at):
                raise Refused(RefusalCode.INVALID, TOO_LATE, field="code")
            kept = await self._new_codes(session, actor)
            await _tell(session, actor, "colleague.second_factor_added", at)
            yield session, kept

    async def confirm(self, signed_in: SignedIn, code: str, *, ip: str) -> Kept:
        """The same in a session; all other sessions of the actor end, which came without it.

        Raises:
            Refused: As ``confirmed``.
        """
        async with self.confirmed(signed_in.actor, code, ip=ip) as (session, kept):
            at, colleague_id = self._sessions.clock(), signed_in.actor.colleague_id
            await sessions.revoke(session, colleague_id, at, but=signed_in.session_id)
            return kept

    @asynccontextmanager
    async def checked(
        self, actor: Actor, code: str, *, ip: str, known: bytes | None = None
    ) -> AsyncIterator[AsyncSession]:
        """Use a code of the app up, or a recovery code; what is done inside is done with it, or neither is.

        Args:
            actor: Whose.
            code: As it was typed.
            ip: Where from.
            known: Hash of a browser that is known, whose attempts are counted by themselves.

        Raises:
            Refused: ``INVALID``: the code is no good, or was used. ``TOO_MANY``.
        """
        at = self._sessions.clock()
        attempt = await attempts.counted(self._database, _tried_by(actor), ip, at, known)
        async with self._database.transaction() as session:
            if not await self._use(session, actor, code, at):
                raise Refused(RefusalCode.INVALID, NO_GOOD, field="code")
            await sessions.succeeded(session, attempt, at - attempts.WINDOW)
            yield session

    async def remove(self, signed_in: SignedIn, *, password: str, code: str, ip: str) -> bool:
        """Remove the actor's second factor. Where the practice wants one, all their sessions end.

        Returns:
            Whether the session goes on.

        Raises:
            Refused: Password or code is wrong, or was tried too often.
        """
        actor, at = signed_in.actor, self._sessions.clock()
        await self._password_again(signed_in, password, ip)
        async with self.checked(actor, code, ip=ip, known=_here(signed_in)) as session:
            await second_factors.remove(session, actor.colleague_id)
            await _tell(session, actor, "colleague.second_factor_removed", at)
            goes_on = not (await session.get_one(Practice, actor.practice_id)).requires_second_factor
            await sessions.revoke(session, actor.colleague_id, at, but=signed_in.session_id if goes_on else None)
            return goes_on

    async def renew_recovery_codes(self, signed_in: SignedIn, *, password: str, code: str, ip: str) -> Kept:
        """New recovery codes; earlier ones are good no more.

        Raises:
            Refused: As ``remove``.
        """
        await self._password_again(signed_in, password, ip)
        async with self.checked(signed_in.actor, code, ip=ip, known=_here(signed_in)) as session:
            kept = await self._new_codes(session, signed_in.actor)
            await _tell(session, signed_in.actor, "colleague.recovery_codes_renewed", self._sessions.clock())
            return kept

    async def _new_codes(self, session: AsyncSession, actor: Actor) -> Kept:
        codes = one_time_codes.new_recovery_codes()
        plain = [one_time_codes.plain(code) for code in codes]
        await second_factors.renew_recovery_codes(session, actor.colleague_id, plain)
        return Kept(codes)

    async def _use(self, session: AsyncSession, actor: Actor, code: str, at: datetime) -> bool:
        found = await second_factors.find(session, actor.colleague_id)
        if found is None:
            return False
        secret = open_code_secret(self._sealer, actor.colleague_id, found.sealed_secret)
        step = one_time_codes.step_of(secret, code, at, after=found.last_step)
        if step is not None:  # sealed anew, so that an old key comes out of use
            sealed = seal_code_secret(self._sealer, actor.colleague_id, secret)
            return await second_factors.use_step(session, actor.colleague_id, step, sealed)
        plain = one_time_codes.plain(code)
        if not await second_factors.use_recovery_code(session, actor.colleague_id, plain, at):
            return False
        left = await second_factors.recovery_codes_left(session, actor.colleague_id)
        await _tell(session, actor, "colleague.recovery_code_used", at, after=str(left))
        return True

    async def _password_again(self, signed_in: SignedIn, password: str, ip: str) -> None:
        """Whoever sits at a session that was left open does not know it."""
        at = self._sessions.clock()
        attempt = await attempts.counted(self._database, signed_in.email.lower(), ip, at, _here(signed_in))
        async with self._database.session() as session:
            kept = (await session.get_one(Colleague, signed_in.actor.colleague_id)).password_hash
        if not await passwords.matches(password, kept):
            raise Refused(RefusalCode.INVALID, "This is not your password.", field="password")
        async with self._database.transaction() as session:
            await sessions.succeeded(session, attempt, at - attempts.WINDOW)


def _here(signed_in: SignedIn) -> bytes:
    """What stands for a session where attempts in it are counted by themselves."""
    return sessions.hashed(str(signed_in.session_id))


def _tried_by(actor: Actor) -> str:
    """What stands where attempts at a password have an address; no address looks like it."""
    return f"second factor of {actor.colleague_id}"


def _set_up(secret: str, actor: Actor, email: str) -> SetUp:
    return SetUp(secret, one_time_codes.address(secret, email=email, practice=actor.practice_name))


async def _tell(session: AsyncSession, actor: Actor, kind: str, at: datetime, after: str | None = None) -> None:
    whose = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id}
    await events.record(session, [{**whose, "kind": kind, "at": at, "after": after}])
