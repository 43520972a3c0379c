"""Choosing a password by a link, once; invitations and mails for forgotten passwords share this."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.words.refusals import RefusalCode, Refused
from models.access import known_browsers, sessions, single_use_links
from models.access.single_use_links import Kind, Linked
from models.events import writes as events
from models.kit.database import Database
from starter.access import first_step, passwords


@dataclass(frozen=True, slots=True)
class LinkRules:
    """How one kind of link is used.

    Attributes:
        kind: The links' table.
        ends: The kinds of links that end when one of these is used; the kind itself among them.
        unusable: The sentence for a link that cannot be used.
        event: The kind of event that is written when a password was chosen.
    """

    kind: Kind
    ends: Sequence[Kind]
    unusable: str
    event: str


class SingleUseLinks:
    """The operations on links of one kind.

    Args:
        database: The product's database.
        rules: How these links are used.
        clock: Tells the time.
    """

    def __init__(self, database: Database, rules: LinkRules, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock

    async def linked(self, token: str) -> Linked:
        """The colleague and practice of a link.

        Raises:
            Refused: ``NOT_FOUND``: unknown, used, too old, or the colleague has left.
        """
        async with self._database.reading() as session:
            return self._usable(await single_use_links.usable(session, self._rules.kind, token, self._clock()))

    async def choose(self, token: str, password: str, *, browser: str) -> str:
        """Choose a password by a link, once; all earlier sessions end and a new one begins.

        Returns:
            The secret for the browser's cookie.

        Raises:
            Refused: The link cannot be used (any more), or the password is not good enough.
        """
        colleague = (await self.linked(token)).colleague
        passwords.checked(password, field="password", not_like=(colleague.email, colleague.name))
        made = await passwords.hashed(password)
        async with self._database.transaction() as session:
            at = self._clock()
            found = self._usable(
                await single_use_links.usable(session, self._rules.kind, token, at, claim=True)
            ).colleague
            found.password_hash = made
            session.add(found)
            await single_use_links.end(session, found.id, at, *self._rules.ends)
            await sessions.revoke(session, found.id, at)
            await known_browsers.forget(session, found.id)
            begun = await first_step.begin(session, found, browser=browser, at=at)
            whose = {"practice_id": found.practice_id, "colleague_id": found.id}
            await events.record(session, [{**whose, "kind": self._rules.event, "at": at}])
        return begun

    def _usable(self, found: Linked | None) -> Linked:
        if found is None:
            raise Refused(RefusalCode.NOT_FOUND, self._rules.unusable)
        return found
