"""A colleague's passkeys: added, listed and removed. Each is a second factor.

Adding one takes two steps, so that nobody who finds a session open can add their own. First the password is asked for
again (and a code or another passkey, where there is a second factor), which creates a challenge for that session; then
the new passkey answers it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import Ceremony
from contracts.words.refusals import RefusalCode, Refused
from models.access import passkeys
from models.access.tables import Passkey
from models.events import writes as events
from models.kit.database import Database
from starter.access.proofs import Proof, Proofs
from starter.access.sessions import Sessions, SignedIn
from starter.actor import Actor
from starter.factors import ceremonies
from starter.factors.ceremonies import Asked, NotGoodError
from starter.factors.passkey_answers import NOT_RIGHT, PasskeyAnswers, described
from starter.factors.relying_party import RelyingParty
from starter.factors.second_factors import RecoveryCodes, after_addition, after_removal, end_others

ENOUGH = f"You have {passkeys.MOST} passkeys. Remove one that you do not use any more."
KNOWN_ALREADY = "This passkey is set up already."


class Passkeys:
    """Operations on one's own passkeys.

    Args:
        database: The product's database.
        sessions_of: The operations on sessions; their clock tells the time.
        answers: Gives challenges and checks the answers.
        proofs: Checks password, code and passkey before something is changed.
    """

    def __init__(self, database: Database, sessions_of: Sessions, answers: PasskeyAnswers, proofs: Proofs) -> None:
        self._database = database
        self._sessions = sessions_of
        self._answers = answers
        self._proofs = proofs

    @property
    def party(self) -> RelyingParty | None:
        """The name and origin for passkeys; None where browsers allow none."""
        return self._answers.party

    async def asked(self, actor: Actor) -> Asked:
        """The options for the browser to use one of the actor's passkeys, in the actor's session.

        Raises:
            Refused: ``INVALID``: no passkey is good at this address.
        """
        return await self._answers.asked(_session_of(actor), Ceremony.USE, actor.colleague_id)

    async def begin_signed_in(self, signed_in: SignedIn, *, password: str, proof: Proof, ip: str) -> None:
        """Begin to add a passkey in a session, after password and second factor were checked.

        Raises:
            Refused: Password, or code or passkey where there is one, is wrong or was tried too often; or there are
                enough.
        """
        self._answers.place()
        await self._proofs.enough(signed_in, password, proof, ip=ip)
        await self.begin(signed_in.actor)

    async def begin(self, actor: Actor) -> None:
        """Begin to add a passkey for somebody whose identity was checked.

        Raises:
            Refused: They have the greatest number of passkeys already.
        """
        async with self._database.transaction() as session:
            if await passkeys.count(session, actor.colleague_id) >= passkeys.MOST:
                raise Refused(RefusalCode.INVALID, ENOUGH, field="password")
            await self._answers.challenge(session, _session_of(actor), Ceremony.ADD)

    async def being_added(self, actor: Actor, email: str) -> Asked | None:
        """The options for the browser to create the passkey that was begun; None when none was, or it took too long."""
        if (party := self.party) is None:
            return None
        async with self._database.transaction() as session:
            at = self._sessions.clock()
            challenge = await passkeys.waiting(session, _session_of(actor), Ceremony.ADD, at)
            if challenge is None:
                return None
            handle = await passkeys.handle_of(session, actor.colleague_id)
            has = described(await passkeys.of(session, actor.colleague_id))
        account = f"{email} ({actor.practice_name})"
        return ceremonies.to_add(party, challenge, handle=handle, account=account, person=actor.colleague_name, has=has)

    @asynccontextmanager
    async def added(
        self, actor: Actor, name: str, answered: str
    ) -> AsyncIterator[tuple[AsyncSession, RecoveryCodes | None]]:
        """Add a passkey from the browser's answer; the caller's changes inside are committed together with it.

        Yields a session, and the recovery codes that come with a first second factor; None where there are some
        already.

        Args:
            actor: The colleague, in the session in which adding was begun.
            name: A name by which its owner recognises it.
            answered: The browser's answer, as JSON.

        Raises:
            Refused: ``INVALID``: the answer is not good, or came too late.
        """
        party, at = self._answers.place(), self._sessions.clock()
        try:
            answer = ceremonies.read_new(answered)
            await self._answers.taken(answer, _session_of(actor), Ceremony.ADD)
            made = ceremonies.made(party, answered, answer.challenge)
        except NotGoodError:
            raise Refused(RefusalCode.INVALID, NOT_RIGHT, field="passkey") from None
        row = Passkey(
            colleague_id=actor.colleague_id,
            name=_name(name),
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=made.transports,
            created_at=at,
        )
        async with self._database.transaction() as session:
            if not await passkeys.add(session, row):
                raise Refused(RefusalCode.INVALID, KNOWN_ALREADY, field="passkey")
            kept = await after_addition(session, actor, at)
            await self._tell(session, actor, "colleague.passkey_added", row.name)
            yield session, kept

    async def add(self, signed_in: SignedIn, name: str, answered: str) -> RecoveryCodes | None:
        """Add a passkey in a session; after a first second factor, the actor's other sessions end.

        Raises:
            Refused: As ``added``.
        """
        async with self.added(signed_in.actor, name, answered) as (session, kept):
            if kept is not None:
                await end_others(session, signed_in, self._sessions.clock())
            return kept

    async def one(self, actor: Actor, passkey_id: UUID) -> Passkey:
        """One of the actor's passkeys.

        Raises:
            Refused: ``NOT_FOUND``: there is none such of theirs.
        """
        return _theirs(await self.listed(actor), passkey_id)

    async def listed(self, actor: Actor) -> Sequence[Passkey]:
        """The actor's passkeys, the oldest first."""
        async with self._database.reading() as session:
            return await passkeys.of(session, actor.colleague_id)

    async def remove(self, signed_in: SignedIn, passkey_id: UUID, *, password: str, proof: Proof, ip: str) -> None:
        """Remove one of the actor's passkeys; their other sessions end.

        Raises:
            Refused: There is none such; password, code or passkey is wrong, or was tried too often; or the practice
                wants a second factor and it is the last.
        """
        actor = signed_in.actor
        await self.one(actor, passkey_id)
        async with self._proofs.again(signed_in, password, proof, ip=ip) as session:
            for name in await passkeys.remove(session, actor.colleague_id, only=passkey_id):
                await self._tell(session, actor, "colleague.passkey_removed", name)
                await after_removal(session, signed_in, self._sessions.clock())

    async def _tell(self, session: AsyncSession, actor: Actor, kind: str, name: str) -> None:
        whose = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id}
        await events.record(session, [{**whose, "kind": kind, "at": self._sessions.clock(), "after": name}])


def _session_of(actor: Actor) -> str:
    """The text to which challenges of this session are bound; another session of the same colleague cannot answer."""
    return str(actor.session_id)


def _name(name: str) -> str:
    return " ".join(name.replace("\x00", "").split())[:100] or "Passkey"


def _theirs(kept: Sequence[Passkey], passkey_id: UUID) -> Passkey:
    for one in kept:
        if one.id == passkey_id:
            return one
    raise Refused(RefusalCode.NOT_FOUND, "You have no such passkey.")
