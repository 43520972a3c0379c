"""Gives challenges for passkeys and takes the answers: each challenge is taken once, right or wrong.

Callers decide who may be asked, and what an answer permits.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import Ceremony
from contracts.words.refusals import RefusalCode, Refused
from models.access import passkeys
from models.access.tables import Passkey
from models.events import writes as events
from models.kit.database import Database
from models.practices.tables import Colleague
from starter.access.sessions import Sessions
from starter.factors import ceremonies
from starter.factors.ceremonies import Answer, Asked, Known, NotGoodError
from starter.factors.relying_party import RelyingParty, relying_party

WAITS_FOR = timedelta(minutes=10)
"""How long a challenge waits for its answer."""

NO_PLACE = "Passkeys cannot be used at this address."
NOT_RIGHT = "Your passkey was not accepted. Try again, or use another way to sign in."
TOO_LATE = "That took too long, or was done elsewhere meanwhile. Try again."
UNKNOWN = "This passkey is not known here, or was removed. Use another one, or another way to sign in."
WENT_BACK = (
    "This passkey was not accepted, since it may have been copied: it counts how often it is used, and its count went "
    "back. Use another way to sign in, then remove it and tell an admin of your practice."
)


class PasskeyAnswers:
    """Gives challenges and checks the answers.

    Args:
        database: The product's database.
        sessions_of: The operations on sessions; their clock tells the time.
        public_url: Base address of our pages; passkeys work at no other.

    Attributes:
        party: The name and origin for passkeys; None where browsers allow none.
    """

    def __init__(self, database: Database, sessions_of: Sessions, public_url: str) -> None:
        self._database = database
        self._sessions = sessions_of
        self.party = relying_party(public_url)

    async def asked(
        self, bound_to: str, ceremony: Ceremony, colleague_id: UUID | None = None, *, ip: str | None = None
    ) -> Asked:
        """Create a challenge, and return the options for the browser to use a passkey.

        Args:
            bound_to: The session, or the browser's mark, that must answer.
            ceremony: What the answer may be used for.
            colleague_id: The colleague whose passkeys may be used; None for any that the browser has.
            ip: The IP address of the request, where nobody is signed in.

        Raises:
            Refused: ``INVALID``: no passkey is good at this address.
        """
        party = self.place()
        async with self._database.transaction() as session:
            challenge = await self.challenge(session, bound_to, ceremony, ip=ip)
            known = described(await passkeys.of(session, colleague_id)) if colleague_id else []
        return ceremonies.to_use(party, challenge, known, verified=ceremony is Ceremony.SIGN_IN)

    async def challenge(
        self, session: AsyncSession, bound_to: str, ceremony: Ceremony, *, ip: str | None = None
    ) -> bytes:
        """Create a challenge; arguments as for ``asked``."""
        at = self._sessions.clock()
        return await passkeys.challenge(session, bound_to, ceremony, at=at, expires_at=at + WAITS_FOR, ip=ip)

    async def taken(self, answer: Answer, bound_to: str, ceremony: Ceremony) -> None:
        """Take the challenge of an answer, so that no other answer to it counts, even if this one turns out wrong.

        Raises:
            Refused: ``INVALID``: it was taken, it is not this browser's, or its time is over.
        """
        async with self._database.transaction() as session:
            if not await passkeys.take(session, answer.challenge, bound_to, ceremony, self._sessions.clock()):
                raise Refused(RefusalCode.INVALID, TOO_LATE, field="code")

    @asynccontextmanager
    async def used(
        self, answered: str, bound_to: str, ceremony: Ceremony, colleague_id: UUID | None = None
    ) -> AsyncIterator[tuple[AsyncSession, Colleague]]:
        """Check an answer and record the passkey's use; the caller's changes inside are committed together with it.

        Args:
            answered: The browser's answer, as JSON.
            bound_to: The same as when it was asked.
            ceremony: The same as when it was asked.
            colleague_id: The same as when it was asked. When None, the passkey names its owner, and must have verified
                them.

        Raises:
            Refused: ``INVALID``: the answer is not good. A counter that went back is told to the practice.
        """
        passkey, colleague, count = await self._checked(answered, bound_to, ceremony, colleague_id)
        async with self._database.transaction() as session:
            is_good = await passkeys.use(session, passkey.id, count, self._sessions.clock())
            if is_good:
                yield session, colleague
        if not is_good:
            await self._went_back(passkey.id, colleague, count)

    def place(self) -> RelyingParty:
        """The name and origin for passkeys.

        Raises:
            Refused: ``INVALID``: browsers allow no passkeys at this address.
        """
        if self.party is None:
            raise Refused(RefusalCode.INVALID, NO_PLACE, field="code")
        return self.party

    async def _checked(
        self, answered: str, bound_to: str, ceremony: Ceremony, colleague_id: UUID | None
    ) -> tuple[Passkey, Colleague, int]:
        party = self.place()
        try:
            answer = ceremonies.read_use(answered)
        except NotGoodError:
            raise _not_right() from None
        await self.taken(answer, bound_to, ceremony)
        async with self._database.reading() as session:
            found = await passkeys.by_credential(session, answer.credential_id)
        if found is None or colleague_id not in {None, found[1].id}:
            raise Refused(RefusalCode.INVALID, UNKNOWN, field="code")
        passkey, colleague = found
        if answer.handle != colleague.passkey_handle and (answer.handle is not None or colleague_id is None):
            raise _not_right()
        key, alone = passkey.public_key, ceremony is Ceremony.SIGN_IN
        try:
            count = ceremonies.used(party, answered, answer.challenge, public_key=key, verified=alone)
        except NotGoodError:
            raise _not_right() from None
        return passkey, colleague, count

    async def _went_back(self, passkey_id: UUID, colleague: Colleague, count: int) -> None:
        async with self._database.transaction() as session:
            kept = await session.get(Passkey, passkey_id)
            if kept is not None and 0 < kept.sign_count >= count:
                whose = {"practice_id": colleague.practice_id, "colleague_id": colleague.id}
                told = {"kind": "colleague.passkey_refused", "after": kept.name, "at": self._sessions.clock()}
                await events.record(session, [whose | told])
        raise Refused(RefusalCode.INVALID, UNKNOWN if kept is None else WENT_BACK, field="code")


def _not_right() -> Refused:
    return Refused(RefusalCode.INVALID, NOT_RIGHT, field="code")


def described(kept: Sequence[Passkey]) -> list[Known]:
    """Passkeys as they are described to browsers."""
    return [Known(one.credential_id, one.transports) for one in kept]
