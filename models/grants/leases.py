"""The lease on a login's token set: over all processes, one at a time asks the provider for newer tokens or ends it.

A refresh token is good once, and a second user of it would end the login. Nobody holds a database connection while the
provider is asked, or while somebody else asks it:

- Where each practice has its own grant for one organisation, their refreshes take turns too: to a provider they are
  one app that asks about one organisation.
- The lease is taken, renewed and given back in short transactions. It goes by the database's clock, since the
  processes' own may differ, and by nothing that belongs to a connection: behind a pooler there is none.
- In each process one caller for each login looks for the lease; its other callers wait for that one
  (``Database.turn``). At most ``AT_ONCE`` logins of a process are asked about at once.
- Whoever dies is missed after ``LEASE``. Whoever only stood still for that long may find that another has done the
  work: what it stores looks at the token set's generation, always.
- A caller that is cancelled leaves its work running to the end, since the old refresh token may be used up.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Interval, exists, func, literal, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from contracts.words.connections import GrantStatus
from models.grants.tables import Grant
from models.kit.database import Database
from models.kit.database_away import is_away

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
"""How long whoever has the lease may be silent; a process that was killed is silent at once."""
RENEWED_EVERY = timedelta(seconds=4)
WAITED_FOR = timedelta(seconds=35)
"""How long somebody else's work is waited for: a little longer than a provider's answer."""
LOOKED_EVERY = timedelta(milliseconds=200)
"""Between two looks whether somebody else is done."""
AT_ONCE = 32
"""Logins that a process asks a provider about at once."""

T = TypeVar("T")


class LoginBusy(Exception):
    """Others of our own processes, or others' work in this one, had to be waited for too long; nothing was asked."""


async def with_lease(
    database: Database, grant_id: UUID, found: Callable[[Grant], T | None], work: Callable[[Grant], Awaitable[T]]
) -> T:
    """Do something with a login's tokens while nobody else does.

    Args:
        database: Where the grant is; this opens its own transactions.
        grant_id: Which grant.
        found: What the grant's row has to say already, maybe since somebody else did the same; then nothing is done.
        work: What to do, with the row as it was when the lease was taken. Stores by the row's generation.

    Raises:
        LoginBusy: Its turn did not come within ``WAITED_FOR``.
        NoResultFound: There is no such grant.
        Exception: Whatever ``found`` and ``work`` raise.
    """
    async with database.turn(f"tokens of {grant_id}"):
        return await database.to_the_end(_in_turn(database, grant_id, found, work))


async def _in_turn(
    database: Database, grant_id: UUID, found: Callable[[Grant], T | None], work: Callable[[Grant], Awaitable[T]]
) -> T:
    holder, loop = str(uuid4()), asyncio.get_running_loop()
    no_later = loop.time() + WAITED_FOR.total_seconds()
    while True:
        async with database.session() as session:
            grant = await session.get_one(Grant, grant_id)
        if (answer := found(grant)) is not None:
            return answer
        async with _room(database, no_later):
            if await _claim(database, grant, holder):
                async with _kept(database, grant_id, holder):
                    return await work(grant)
        if loop.time() >= no_later:
            raise LoginBusy("another process was asking for its tokens")
        await asyncio.sleep(LOOKED_EVERY.total_seconds())


@asynccontextmanager
async def _room(database: Database, no_later: float) -> AsyncIterator[None]:
    room = contextlib.AsyncExitStack()
    try:
        async with asyncio.timeout_at(no_later):
            await room.enter_async_context(database.room("logins asked about", AT_ONCE))
    except TimeoutError:
        raise LoginBusy("too many other logins were being asked about") from None
    async with room:
        yield


async def _claim(database: Database, seen: Grant, holder: str) -> bool:
    """Take the lease, unless somebody has it, or the row is not as it was seen or is being written.

    Of grants that practices have of one organisation, one lease at a time is given: who looks whether another has it
    waits, for the moment of this transaction, for whoever looks too.
    """
    other = aliased(Grant)
    held_by_another = exists().where(
        col(other.provider) == seen.provider,
        col(other.account_key) == seen.account_key,
        col(other.id) != seen.id,
        col(other.refresh_until) >= func.clock_timestamp(),
    )
    free = (
        select(Grant.id)
        .where(
            Grant.id == seen.id,
            Grant.generation == seen.generation,
            Grant.status == GrantStatus(seen.status),
            or_(col(Grant.refresh_until).is_(None), col(Grant.refresh_until) < func.clock_timestamp()),
            *([] if seen.practice_id is None else [~held_by_another]),
        )
        .with_for_update(key_share=True, skip_locked=True)
    )
    claim = (
        update(Grant)
        .where(col(Grant.id).in_(free))
        .values(refresh_holder=holder, refresh_until=_ends())
        .returning(col(Grant.id))
    )
    async with database.transaction() as session:
        if seen.practice_id is not None:
            account = func.hashtextextended(f"{seen.provider} {seen.account_key}", 0)
            await session.exec(select(func.pg_advisory_xact_lock(account)))
        return (await session.exec(claim)).first() is not None


@asynccontextmanager
async def _kept(database: Database, grant_id: UUID, holder: str) -> AsyncIterator[None]:
    """Renew the lease meanwhile, and give it back at the end."""
    renewing = asyncio.create_task(_renew(database, grant_id, holder))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait((renewing,))
        await _write(database, grant_id, holder, refresh_holder=None, refresh_until=None)


async def _renew(database: Database, grant_id: UUID, holder: str) -> None:
    is_held = True
    while is_held:
        await asyncio.sleep(RENEWED_EVERY.total_seconds())
        is_held = await _write(database, grant_id, holder, refresh_until=_ends())


async def _write(database: Database, grant_id: UUID, holder: str, **values: object) -> bool:
    """Change the lease if it is still the holder's; returns whether it is. Without the database, it ends by itself."""
    held = update(Grant).where(col(Grant.id) == grant_id, col(Grant.refresh_holder) == holder)
    try:
        async with database.transaction() as session:
            written = await session.exec(held.values(**values).returning(col(Grant.id)))
            return written.first() is not None
    except Exception as error:
        if not is_away(error):
            raise
        logger.warning("the lease on login %s is left to end: %s", grant_id, type(error).__name__)
        return True


def _ends() -> ColumnElement[object]:
    return func.clock_timestamp() + literal(LEASE, Interval)
