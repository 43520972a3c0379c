"""A colleague's second factor: an authenticator app with one-time codes, and recovery codes.

An app's secret is sealed in the database, and is shown once, for the app to read. Recovery codes are shown once, and
their hashes are stored. Passkeys are in ``starter.factors.passkeys``.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.refusals import RefusalCode, Refused
from models.access import passkeys, second_factors, sessions
from models.access.tables import Passkey
from models.events import writes as events
from models.kit.database import Database
from models.kit.sealing import Sealer, open_code_secret, seal_code_secret
from models.practices.tables import Colleague, Practice
from starter.access import attempts
from starter.access.proofs import Proof, Proofs, tried_by
from starter.access.sessions import IDLE, OVER, Sessions, SignedIn
from starter.actor import Actor
from starter.factors import one_time_codes

WAITS_FOR = timedelta(hours=1)
"""How long setting up may take."""

NOT_RIGHT = "This code is not right. Look at the code in your app again, and at the clock of your device."
TOO_LATE = "Setting up took too long, or was begun anew elsewhere. Begin again."
THE_LAST = (
    "Your practice wants everybody to have a second factor, and this is your only one. Set up another one first, or "
    "ask an admin to remove it for you."
)


@dataclass(frozen=True, slots=True)
class SetUp:
    """What has to be entered in an app.

    Attributes:
        secret: The secret, for typing where the QR code cannot be read.
        address: The content of the QR code.
    """

    secret: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Recovery codes for their owner; they cannot be shown again."""

    recovery_codes: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Having:
    """A colleague's second factors.

    Attributes:
        since: Since when they have an authenticator app; None without one.
        passkeys: Their passkeys, the oldest first.
        recovery_codes_left: How many recovery codes are unused.
        is_required: Whether the practice requires a second factor.
        has_password: Whether they have a password.
    """

    since: datetime | None
    passkeys: Sequence[Passkey]
    recovery_codes_left: int
    is_required: bool
    has_password: bool

    @property
    def is_any(self) -> bool:
        """Whether they have a second factor."""
        return self.since is not None or bool(self.passkeys)


class SecondFactors:
    """Operations on one's own second factor.

    Args:
        database: The product's database.
        sealer: Seals the secrets of authenticator apps.
        sessions_of: The operations on sessions; their clock tells the time.
        proofs: Checks password, code and passkey before something is changed.
    """

    def __init__(self, database: Database, sealer: Sealer, sessions_of: Sessions, proofs: Proofs) -> None:
        self._database = database
        self._sealer = sealer
        self._sessions = sessions_of
        self._proofs = proofs

    async def having(self, actor: Actor) -> Having:
        """The actor's second factors."""
        async with self._database.reading() as session:
            found = await second_factors.find(session, actor.colleague_id)
            keys = await passkeys.of(session, actor.colleague_id)
            left = await second_factors.recovery_codes_left(session, actor.colleague_id)
            practice = await session.get_one(Practice, actor.practice_id)
            has_password = (await session.get_one(Colleague, actor.colleague_id)).password_hash is not None
            since = found.confirmed_at if found else None
            return Having(since, keys, left, practice.requires_second_factor, has_password)

    async def waiting(self, actor: Actor, email: str) -> SetUp | None:
        """What has to be entered in the app that is being set up; None when none is, or it took too long."""
        async with self._database.reading() as session:
            found = await second_factors.waiting(session, actor.colleague_id)
        if found is None or found.created_at <= self._sessions.clock() - WAITS_FOR:
            return None
        return _set_up(open_code_secret(self._sealer, actor.colleague_id, found.sealed_secret), actor, email)

    async def begin(self, actor: Actor, email: str) -> SetUp:
        """Begin to set up an app; an earlier unfinished set-up is replaced."""
        secret = one_time_codes.new_secret()
        async with self._database.transaction() as session:
            sealed = seal_code_secret(self._sealer, actor.colleague_id, secret)
            await second_factors.wait_for(session, actor.colleague_id, sealed, self._sessions.clock())
        return _set_up(secret, actor, email)

    async def begin_signed_in(self, signed_in: SignedIn, *, password: str, proof: Proof, ip: str) -> None:
        """Begin to set up an app in a session, after password and second factor were checked.

        Otherwise somebody who finds the session open could lock its owner out.

        Raises:
            Refused: Password, or code or passkey where there is one, is wrong or was tried too often; or there is an
                app already.
        """
        async with self._database.reading() as session:
            if await second_factors.find(session, signed_in.actor.colleague_id):
                raise Refused(RefusalCode.DUPLICATE, "You have an authenticator app already. Remove it first.")
        await self._proofs.enough(signed_in, password, proof, ip=ip)
        await self.begin(signed_in.actor, signed_in.email)

    @asynccontextmanager
    async def confirmed(
        self, actor: Actor, code: str, *, ip: str
    ) -> AsyncIterator[tuple[AsyncSession, RecoveryCodes | None]]:
        """Finish the set-up with the app's first code; the caller's changes inside are committed together with it.

        Yields a session, and the recovery codes that come with a first second factor; None where there are some
        already.

        Raises:
            Refused: The code is not right or was tried too often, or setting up took too long.
        """
        at = self._sessions.clock()
        attempt = await attempts.counted(self._database, tried_by(actor), ip, at)
        async with self._database.reading() as session:
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
            kept = await after_addition(session, actor, at)
            await _tell(session, actor, "colleague.second_factor_added", at)
            yield session, kept

    async def confirm(self, signed_in: SignedIn, code: str, *, ip: str) -> RecoveryCodes | None:
        """Finish the set-up in a session; all other sessions of the actor end.

        Raises:
            Refused: As ``confirmed``.
        """
        async with self.confirmed(signed_in.actor, code, ip=ip) as (session, kept):
            await end_others(session, signed_in, self._sessions.clock())
            return kept

    async def remove(self, signed_in: SignedIn, *, password: str, proof: Proof, ip: str) -> None:
        """Remove the actor's authenticator app; their other sessions end.

        Raises:
            Refused: Password, code or passkey is wrong, or was tried too often; or the practice wants a second factor
                and it is the last.
        """
        actor, at = signed_in.actor, self._sessions.clock()
        async with self._proofs.again(signed_in, password, proof, ip=ip) as session:
            if await second_factors.remove_app(session, actor.colleague_id):
                await _tell(session, actor, "colleague.second_factor_removed", at)
                await after_removal(session, signed_in, at)

    async def renew_recovery_codes(self, signed_in: SignedIn, *, password: str, proof: Proof, ip: str) -> RecoveryCodes:
        """Create new recovery codes; earlier ones stop working.

        Raises:
            Refused: Password, code or passkey is wrong, or was tried too often.
        """
        async with self._proofs.again(signed_in, password, proof, ip=ip) as session:
            kept = await _new_codes(session, signed_in.actor)
            await _tell(session, signed_in.actor, "colleague.recovery_codes_renewed", self._sessions.clock())
            return kept


async def after_addition(session: AsyncSession, actor: Actor, at: datetime) -> RecoveryCodes | None:
    """Complete the addition of a second factor, in its transaction; with the first factor come recovery codes.

    Raises:
        Refused: The session in which it was set up is over meanwhile: another one ended it, with a factor of its own.
    """
    await _one_at_a_time(session, actor)
    if actor.session_id is None or not await sessions.goes_on(session, actor.session_id, at=at, idle=IDLE):
        raise Refused(RefusalCode.UNAUTHENTICATED, OVER)
    if await second_factors.has_recovery_codes(session, actor.colleague_id):
        return None
    return await _new_codes(session, actor)


async def after_removal(session: AsyncSession, signed_in: SignedIn, at: datetime) -> None:
    """Complete the removal of a second factor, in its transaction; recovery codes go with the last factor.

    Raises:
        Refused: It was the last one and the practice requires one; nothing is removed then.
    """
    actor = signed_in.actor
    await _one_at_a_time(session, actor)
    if not await second_factors.has_one(session, actor.colleague_id):
        if (await session.get_one(Practice, actor.practice_id)).requires_second_factor:
            raise Refused(RefusalCode.INVALID, THE_LAST)
        await second_factors.remove_recovery_codes(session, actor.colleague_id)
    await end_others(session, signed_in, at)


async def end_others(session: AsyncSession, signed_in: SignedIn, at: datetime) -> None:
    """End the actor's other sessions."""
    await sessions.revoke(session, signed_in.actor.colleague_id, at, but=signed_in.session_id)


async def _one_at_a_time(session: AsyncSession, actor: Actor) -> None:
    """Lock the colleague, so that changes of their second factors happen one after the other.

    Otherwise two changes could both count as the first, or as the last.
    """
    await session.get_one(Colleague, actor.colleague_id, with_for_update={"key_share": True})


async def _new_codes(session: AsyncSession, actor: Actor) -> RecoveryCodes:
    codes = one_time_codes.new_recovery_codes()
    plain = [one_time_codes.plain(code) for code in codes]
    await second_factors.renew_recovery_codes(session, actor.colleague_id, plain)
    return RecoveryCodes(codes)


def _set_up(secret: str, actor: Actor, email: str) -> SetUp:
    return SetUp(secret, one_time_codes.address(secret, email=email, practice=actor.practice_name))


async def _tell(session: AsyncSession, actor: Actor, kind: str, at: datetime) -> None:
    whose = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id}
    await events.record(session, [{**whose, "kind": kind, "at": at}])
