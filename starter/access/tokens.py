"""Bearer tokens for the JSON API: issued with a name, scopes and an end; listed, and withdrawn.

A token that was made with a token can do no more and lasts no longer than that one, so that somebody who has found a
token cannot extend it. Who may withdraw a token is decided here.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.access import EVERYTHING, Scope, listed
from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from models.access import tokens as api_tokens
from models.access.tables import ApiToken
from models.access.tokens import TokenView
from models.events import writes as events
from models.kit.columns import now
from models.kit.database import Database
from models.practices import writes as practices
from models.practices.tables import Practice
from starter.actor import Actor
from starter.people.colleagues import actor_of

LONGEST_DAYS = 366
LONGEST_NAME = 100
"""Characters."""
USED_EVERY = timedelta(minutes=1)
"""How exactly a token's last use is known; writing it at every call would cost each of them a transaction."""

NOT_VALID = "This token is not valid: it is unknown, withdrawn or over. Ask for a new one."


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token: its secret, which cannot be shown again, and its row."""

    secret: str = field(repr=False)
    row: ApiToken


class Tokens:
    """The operations on tokens.

    Args:
        database: The product's database.
        clock: Tells the time.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self.clock = clock

    async def by_secret(self, secret: str) -> Actor:
        """The colleague to whom a bearer token belongs, with the token's scopes.

        Raises:
            Refused: It is unknown, withdrawn or over, or its colleague has left.
        """
        at = self.clock()
        async with self._database.reading() as session:
            found = await api_tokens.find(session, secret, at)
        if found is None:
            raise Refused(RefusalCode.UNAUTHENTICATED, NOT_VALID)
        if found.token.last_used_at is None or found.token.last_used_at < at - USED_EVERY:
            async with self._database.transaction() as session:
                await api_tokens.used(session, found.token.id, at)
        return actor_of(found.colleague, found.practice, token=found.token)

    async def living(self, actor: Actor) -> Sequence[TokenView]:
        """The valid tokens: the actor's own; for admins, all of the practice."""
        whose = None if actor.role is Role.ADMIN else actor.colleague_id
        async with self._database.reading() as session:
            return await api_tokens.tokens_of(session, actor.practice_id, whose, self.clock())

    async def create(self, actor: Actor, *, name: str, scopes: Collection[Scope], days: int) -> MadeToken:
        """Make a token for the actor.

        Args:
            actor: The colleague to whom it will belong.
            name: What it is for.
            scopes: What it may be used for.
            days: How long it lasts; no longer than the token that the actor came with.

        Raises:
            Refused: A value cannot be used, or the actor came with a token that may do less.
        """
        at = self.clock()
        ends = _end(at, days)
        if actor.token_ends_at is not None:
            ends = min(ends, actor.token_ends_at)
        for scope in scopes:
            actor.check(scope)
        async with self._database.transaction() as session:
            return await _make(session, actor.practice_id, actor.colleague_id, name, scopes, ends, at, actor)

    async def revoke(self, actor: Actor, token_id: UUID) -> None:
        """Withdraw a token at once: colleagues their own, admins any of the practice.

        Raises:
            Refused: There is no such token that still works, or it is a colleague's.
        """
        at = self.clock()
        async with self._database.transaction() as session:
            found = await api_tokens.revoke(session, actor.practice_id, token_id, at)
            is_theirs = found is not None and found.token.colleague_id == actor.colleague_id
            if found is None or not (is_theirs or actor.role is Role.ADMIN):
                raise Refused(RefusalCode.NOT_FOUND, "There is no such token, or it has ended already.")
            await _told(session, actor.practice_id, actor.colleague_id, "token.revoked", found, at)

    async def create_for(
        self, email: str, *, name: str, scopes: Collection[Scope] = EVERYTHING, days: int = api_tokens.USUAL.days
    ) -> MadeToken:
        """Make a token for the colleague with this address; for whoever runs the installation.

        Raises:
            Refused: Nobody active has this address, or a value cannot be used.
        """
        at = self.clock()
        async with self._database.transaction() as session:
            colleague = await practices.find_colleague(session, email)
            return await _make(session, colleague.practice_id, colleague.id, name, scopes, _end(at, days), at)

    async def living_of(self, practice: str | None) -> Sequence[TokenView]:
        """All valid tokens of a practice; for whoever runs the installation.

        Raises:
            Refused: No such practice.
        """
        async with self._database.reading() as session:
            found = await practices.find_practice(session, practice)
            return await api_tokens.tokens_of(session, found.id, None, self.clock())

    async def revoke_by_id(self, token_id: UUID) -> None:
        """Withdraw a token; for whoever runs the installation.

        Raises:
            Refused: There is no such token that still works.
        """
        at = self.clock()
        async with self._database.transaction() as session:
            practice = await api_tokens.practice_of(session, token_id)
            found = await api_tokens.revoke(session, practice, token_id, at) if practice else None
            if practice is None or found is None:
                raise Refused(RefusalCode.NOT_FOUND, "There is no such token, or it has ended already.")
            await _told(session, practice, None, "token.revoked", found, at)


async def _make(
    session: AsyncSession,
    practice_id: UUID,
    colleague_id: UUID,
    name: str,
    scopes: Collection[Scope],
    ends: datetime,
    at: datetime,
    actor: Actor | None = None,
) -> MadeToken:
    called = practices.text_of(name, "name", longest=LONGEST_NAME)
    if not scopes:
        raise Refused(RefusalCode.INVALID, "Choose at least one thing that it may be used for.", field="scopes")
    secret, row = await api_tokens.issue(session, colleague_id, name=called, scopes=scopes, expires_at=ends)
    found = await api_tokens.tokens_of(session, practice_id, colleague_id, at)
    view = next(view for view in found if view.token.id == row.id)
    await _told(session, practice_id, actor.colleague_id if actor else None, "token.created", view, at)
    return MadeToken(secret, row)


def _end(at: datetime, days: int) -> datetime:
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(RefusalCode.INVALID, f"A token lasts 1 to {LONGEST_DAYS} days.", field="days")
    return at + timedelta(days=days)


async def _told(
    session: AsyncSession, practice_id: UUID, by: UUID | None, kind: str, view: TokenView, at: datetime
) -> None:
    practice = await session.get_one(Practice, practice_id)
    until = view.token.expires_at.astimezone(ZoneInfo(practice.time_zone))
    what = f"{view.token.name} ({listed(view.token.scopes)}; until {until:%d %B %Y})"[:300]
    event = {"practice_id": practice_id, "colleague_id": by, "kind": kind, "before": view.colleague_name, "at": at}
    await events.record(session, [event | {"after": what}])
