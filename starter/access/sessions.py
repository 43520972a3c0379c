"""Signing in to the pages: by password or invitation, and by the session that follows from it.

An unknown address and a wrong password get the same answer. A secret is returned only for the browser or person that it
belongs to. The JSON API uses bearer tokens (``starter.access.tokens``) and never looks at sessions.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from models.access import known_browsers, sessions, single_use_links
from models.access.tables import Invitation, WebSession
from models.events import writes as events
from models.kit.columns import now
from models.kit.database import Database
from models.practices import writes as practices
from models.practices.tables import Colleague
from starter.access import attempts, first_step, passwords
from starter.access.single_use_links import LinkRules, SingleUseLinks
from starter.actor import Actor
from starter.people.colleagues import actor_of

IDLE = timedelta(hours=12)
INVITATION = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly a session's last use is known; writing it at every request would cost each of them a transaction."""

WRONG = "This e-mail address and password do not belong together."
NO_INVITATION = "This link has been used or is too old. Ask an admin of your practice for a new one."
INVITED = LinkRules(Invitation, [Invitation], NO_INVITATION, "colleague.password_chosen")

OVER = "You are not signed in any more."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A colleague who is signed in in a browser.

    Attributes:
        actor: The colleague, as every operation takes it.
        session_id: The session.
        email: Their address.
        csrf: The secret that every form of this session contains.
    """

    actor: Actor
    session_id: UUID
    email: str
    csrf: str = field(repr=False)

    def is_from_own_form(self, csrf: str) -> bool:
        """Whether the secret that came with a form is this session's."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode())


class Sessions:
    """The operations on sessions and passwords.

    Args:
        database: The product's database.
        public_url: Base address of our pages, without a final slash; None where no link is made.
        clock: Tells the time.
    """

    def __init__(self, database: Database, public_url: str | None, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._public_url = public_url
        self.clock = clock
        self.invitations = SingleUseLinks(database, INVITED, lambda: self.clock())

    async def sign_in(
        self,
        email: str,
        password: str,
        *,
        ip: str,
        browser: str,
        mark: str | None = None,
        practice_id: UUID | None = None,
    ) -> str:
        """Begin a session by address and password.

        Args:
            email: In any case.
            password: As it was typed.
            ip: The IP address of the request; attempts are counted by it and by the address.
            browser: The browser's User-Agent header.
            mark: The secret that the browser keeps. In a browser where this person has signed in before, other people's
                attempts do not count. The browser counts as known from now on.
            practice_id: The practice, where address and password belong to colleagues of several.

        Returns:
            The secret for the browser's cookie: a new one at every sign-in. ``starter.access.second_steps`` says
            what the sign-in may still lack.

        Raises:
            Refused: ``UNAUTHENTICATED``: they do not belong together. ``TOO_MANY``: tried too often.
            WhichPracticeError: They are of several practices.
        """
        address, at, known = email.strip().lower(), self.clock(), None
        if mark is not None:
            async with self._database.reading() as session:
                known = sessions.hashed(mark) if await known_browsers.known(session, address, mark) else None
        attempt = await attempts.counted(self._database, address, ip, at, known)
        async with self._database.reading() as session:
            there = await sessions.of_address(session, address, practice_id)
        matching = [one for one in there if await passwords.matches(password, one.colleague.password_hash)]
        if not matching:
            if not there:  # as slow, so that nobody learns that
                await passwords.matches(password, None)
            raise Refused(RefusalCode.UNAUTHENTICATED, WRONG)
        if len(matching) > 1:
            raise attempts.WhichPracticeError([one.practice for one in matching])
        [found] = [one.colleague for one in matching]
        async with self._database.transaction() as session:
            await sessions.succeeded(session, attempt, at - attempts.WINDOW)
            return await first_step.begin(session, found, browser=browser, at=at, mark=mark)

    async def by_token(self, token: str, *, is_use: bool = True) -> SignedIn:
        """Who is signed in, by the cookie's secret.

        Args:
            token: The secret.
            is_use: Whether somebody uses the session by that; a page that asks again by itself keeps none alive.

        Raises:
            Refused: ``UNAUTHENTICATED``: the session is unknown or over, or the colleague has left.
        """
        at = self.clock()
        async with self._database.reading() as session:
            found = await sessions.find(session, token, at=at, idle=IDLE)
        if found is None:
            raise Refused(RefusalCode.UNAUTHENTICATED, OVER)
        if is_use and found.session.last_seen_at < at - SEEN_EVERY:
            async with self._database.transaction() as session:
                await sessions.seen(session, found.session.id, at)
        return SignedIn(
            actor=actor_of(found.colleague, found.practice, session_id=found.session.id),
            session_id=found.session.id,
            email=found.colleague.email,
            csrf=found.session.csrf_secret,
        )

    async def goes_on(self, signed_in: SignedIn) -> bool:
        """Whether a session has not ended; asking does not count as use."""
        async with self._database.reading() as session:
            return await sessions.goes_on(session, signed_in.session_id, at=self.clock(), idle=IDLE)

    async def living(self, actor: Actor) -> Sequence[WebSession]:
        """The sessions in which the actor is signed in, the latest used first."""
        async with self._database.reading() as session:
            return await sessions.living(session, actor.colleague_id, at=self.clock(), idle=IDLE)

    async def sign_out(self, signed_in: SignedIn) -> None:
        """End this session."""
        async with self._database.transaction() as session:
            await sessions.revoke(session, signed_in.actor.colleague_id, self.clock(), only=signed_in.session_id)

    async def sign_out_everywhere(self, actor: Actor) -> None:
        """End all sessions of the actor, this one too."""
        async with self._database.transaction() as session:
            at = self.clock()
            await sessions.revoke(session, actor.colleague_id, at)
            await known_browsers.forget(session, actor.colleague_id)
            await _record(session, actor.practice_id, actor.colleague_id, "colleague.signed_out_everywhere", at)

    async def change_password(self, signed_in: SignedIn, *, current: str, new: str, ip: str) -> None:
        """Change the actor's password; all their other sessions end.

        Raises:
            Refused: The current password is wrong or was tried too often, or the new one is not good enough.
        """
        actor, address, at = signed_in.actor, signed_in.email.lower(), self.clock()
        passwords.checked(new, field="new_password", not_like=(signed_in.email, actor.colleague_name))
        here = sessions.hashed(str(signed_in.session_id))  # others' attempts with the address do not count
        attempt = await attempts.counted(self._database, address, ip, at, here)
        async with self._database.reading() as session:
            kept = (await session.get_one(Colleague, actor.colleague_id)).password_hash
        if not await passwords.matches(current, kept):
            raise Refused(RefusalCode.INVALID, "This is not your current password.", field="current_password")
        made = await passwords.hashed(new)
        async with self._database.transaction() as session:
            await sessions.succeeded(session, attempt, at - attempts.WINDOW)
            # Whoever is just signing in with the old one is waited for: that session ends here too.
            colleague = await session.get_one(Colleague, actor.colleague_id, with_for_update=True)
            if colleague.password_hash != kept:  # another tab, or a reset, was faster
                raise Refused(RefusalCode.INVALID, "Your password was changed meanwhile.", field="current_password")
            colleague.password_hash = made
            await sessions.revoke(session, colleague.id, at, but=signed_in.session_id)
            await _record(session, colleague.practice_id, colleague.id, "colleague.password_changed", at)

    async def invite(self, actor: Actor, colleague_id: UUID) -> str:
        """A link by which a colleague of the actor's practice chooses a password; earlier ones end. For admins.

        Raises:
            Refused: The actor is no admin, there is no such colleague, or they have left.
        """
        if actor.role is not Role.ADMIN:
            raise Refused(RefusalCode.FORBIDDEN, "Only an admin of your practice can invite colleagues.")
        async with self._database.transaction() as session:
            colleague = await session.get(Colleague, colleague_id)
            if colleague is None or colleague.practice_id != actor.practice_id:
                raise Refused(RefusalCode.NOT_FOUND, "There is no such colleague in your practice.")
            if colleague.deactivated_at is not None:
                raise Refused(RefusalCode.INVALID, f"{colleague.name} has left the practice.", field="colleague_id")
            return await self._invite(session, colleague, actor.colleague_id)

    async def invite_by_email(self, email: str) -> str:
        """A link by which the colleague with this address chooses a password; for whoever runs the installation.

        Raises:
            Refused: Nobody active has this address.
        """
        async with self._database.transaction() as session:
            return await self._invite(session, await practices.find_colleague(session, email), None)

    async def set_password(self, email: str, password: str) -> None:
        """Give a colleague a password, for whoever runs the installation; their sessions and invitations end.

        Raises:
            Refused: Nobody active has this address, or the password is not good enough.
        """
        made = await passwords.hashed(passwords.checked(password, field="password", not_like=(email,)))
        async with self._database.transaction() as session:
            colleague, at = await practices.find_colleague(session, email), self.clock()
            colleague.password_hash = made
            session.add(colleague)
            await sessions.revoke(session, colleague.id, at)
            await known_browsers.forget(session, colleague.id)
            await single_use_links.end(session, colleague.id, at, Invitation)
            await _record(session, colleague.practice_id, colleague.id, "colleague.password_chosen", at)

    async def is_password(self, email: str, password: str) -> bool:
        """Whether this is the password of an active colleague; for whoever runs the installation."""
        async with self._database.reading() as session:
            there = await sessions.of_address(session, email.lower(), None)
        return any([await passwords.matches(password, one.colleague.password_hash) for one in there])

    async def _invite(self, session: AsyncSession, colleague: Colleague, made_by: UUID | None) -> str:
        if self._public_url is None:
            raise Refused(RefusalCode.INVALID, "A link needs the address of this installation: CLIENTSYNC_PUBLIC_URL.")
        at = self.clock()
        await single_use_links.end(session, colleague.id, at, Invitation)
        token = await single_use_links.make(
            session, Invitation, colleague.id, at=at, valid_for=INVITATION, made_by=made_by
        )
        whom = {"colleague_id": made_by, "after": colleague.name}
        await events.record(
            session, [{"practice_id": colleague.practice_id, "kind": "colleague.invited", "at": at, **whom}]
        )
        return f"{self._public_url}/invitation/{token}"


async def _record(session: AsyncSession, practice_id: UUID, colleague_id: UUID, kind: str, at: datetime) -> None:
    await events.record(session, [{"practice_id": practice_id, "colleague_id": colleague_id, "kind": kind, "at": at}])
