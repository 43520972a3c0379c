"""Tokens of a login that are good now: refreshed if they have to be, and saved before anybody uses them.

The one place where tokens are refreshed. The lease (``models.grants.leases``) tells who may do it. What is stored goes
by the token set's generation, since a lease may end under a holder that stood still. The newest set is never lost:

- A set that was asked for by two at once is kept as a spare of the other's, whichever the provider gave last.
- A set is stored through a short outage of the database; one that is lost for all that can be asked for again with
  the token before, where the provider allows it (one does for 30 minutes).
- A refusal is looked at again while somebody signs in: theirs may be the set that ended ours.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar, cast
from uuid import UUID

from sqlalchemy.orm import Mapped
from sqlmodel import select

from contracts.words.causes import Cause
from contracts.words.connections import GrantStatus
from models.grants import sign_ins
from models.grants import writes as grants
from models.grants.leases import LOOKED_EVERY, LoginBusy, with_lease
from models.grants.tables import Grant
from models.grants.writes import Keepable
from models.kit.arrays import is_one_of, texts
from models.kit.database import Database
from models.kit.database_away import is_away
from models.kit.sealing import Sealer, open_secret, open_spare, seal_spare

PATIENCE = timedelta(seconds=30)
"""How long a provider is waited for."""
STORING = timedelta(seconds=30)
"""How long new tokens are held through an outage of the database."""
FINISHING = timedelta(seconds=20)
"""How long a refusal waits for a sign-in whose code is being exchanged."""
COMING_BACK = timedelta(seconds=3)
"""How long it waits for one that may just have been agreed to: the browser is on its way back to us."""

C = TypeVar("C", bound=Keepable)
"""The caller's credential."""


async def good_tokens(
    database: Database,
    sealer: Sealer,
    grant_ids: Collection[UUID],
    *,
    opened: Callable[[Grant, bytes], C],
    now: Callable[[], datetime],
    leeway: timedelta,
) -> dict[UUID, C]:
    """The credentials of several grants that are good now as they are stored, read in one statement.

    Args:
        database: Where the grants are.
        sealer: Opens the secrets.
        grant_ids: Which grants; the others, and those that are not there, have to be asked for one by one.
        opened: Puts a grant's row and its opened secret together.
        now: This moment (aware, UTC).
        leeway: How long they must still be good.
    """
    async with database.reading() as session:
        found = (await session.exec(select(Grant).where(is_one_of(_ID, "ids")), params={"ids": texts(grant_ids)})).all()
    good: dict[UUID, C] = {}
    for grant in found:
        if grant.status is not GrantStatus.SIGNED_OUT and grant.access_expires_at > now() + leeway:
            with suppress(Exception):  # one that cannot be opened tells by itself, and fails no others
                good[grant.id] = opened(grant, open_secret(sealer, grant.id, grant.sealed_secret))
    return good


_ID = cast("Mapped[UUID]", Grant.id)


async def fresh_tokens(
    database: Database,
    sealer: Sealer,
    grant_id: UUID,
    refresh: Callable[[C], Awaitable[C]],
    *,
    opened: Callable[[Grant, bytes], C],
    dead: type[Exception],
    rejected: bytes | None = None,
    now: Callable[[], datetime],
    leeway: timedelta,
    oldest: timedelta = timedelta.max,
) -> C:
    """The credential of a grant, good now.

    Args:
        database: Where the grant is; this opens its own transactions.
        sealer: Opens and seals the secret.
        grant_id: Which grant.
        refresh: Asks the provider for a newer one; called with the grant's lease and without any transaction.
        opened: Puts a grant's row and its opened secret together.
        dead: What ``refresh`` raises when only a new consent helps.
        rejected: The secret of one that the provider has just refused: give another one.
        now: This moment (aware, UTC).
        leeway: How long it must still be good.
        oldest: One of this age is refreshed although its access token is good, so that it does not die of age.

    Raises:
        dead: The grant is signed out, now or since earlier.
        TimeoutError: The provider did not answer within ``PATIENCE``; whatever else ``refresh`` raises also comes
            through, and the grant stays as it was.
        LoginBusy: Others of our own were waited for too long.
        NoResultFound: There is no such grant.
    """

    def held_in(grant: Grant) -> C:
        return opened(grant, open_secret(sealer, grant_id, grant.sealed_secret))

    def good(grant: Grant) -> C | None:
        if grant.status is GrantStatus.SIGNED_OUT:
            raise dead("signed out earlier")
        if grant.access_expires_at <= now() + leeway or now() - grant.refreshed_at >= oldest:
            return None
        held = held_in(grant)
        return None if held.secret == rejected else held

    async def ask(held: C) -> C:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            return await refresh(held)

    async def newer(grant: Grant) -> C:
        tried, since = grant.generation, grant.refreshed_at
        try:
            try:
                given = await ask(held_in(grant))
            except dead:
                if grant.sealed_spare is None:
                    raise
                given = await ask(opened(grant, open_spare(sealer, grant_id, grant.sealed_spare)))
        except dead as error:
            refusal = error
        else:
            changed = await _stored_through_outages(database, sealer, grant_id, tried, since, given, now)
            if changed is None:
                return given
            if changed.status is GrantStatus.SIGNED_OUT:
                raise dead("signed out meanwhile")
            return held_in(changed)
        if superseding := await _superseded(database, grant_id, tried, now):
            return held_in(superseding)
        raise refusal

    async with database.reading() as session:
        if found := good(await session.get_one(Grant, grant_id)):
            return found
    return await with_lease(database, grant_id, good, newer)


async def _stored_through_outages(
    database: Database,
    sealer: Sealer,
    grant_id: UUID,
    tried: int,
    since: datetime,
    given: Keepable,
    now: Callable[[], datetime],
) -> Grant | None:
    loop = asyncio.get_running_loop()
    no_later = loop.time() + STORING.total_seconds()
    while True:
        try:
            return await _stored(database, sealer, grant_id, tried, since, given, now())
        except Exception as error:
            if not is_away(error) or loop.time() >= no_later:
                raise
        await asyncio.sleep(LOOKED_EVERY.total_seconds())


async def _stored(
    database: Database,
    sealer: Sealer,
    grant_id: UUID,
    tried: int,
    since: datetime,
    given: Keepable,
    at: datetime,
) -> Grant | None:
    """Store what was given in place of what it was asked for with; gives None when it stands there.

    Otherwise the row as it is, which has changed meanwhile: with another credential, or because the login has ended.
    A practice's own grant keeps no spare of what came before a sign-in, because the provider has ended that.
    """
    async with database.transaction() as session:
        grant = await grants.locked_grant(session, grant_id)
        if grant.generation == tried:
            grants.put_credential(grant, sealer, given, at)
            before, after = f"token set {tried}", f"token set {grant.generation}"
            await grants.tell_practices(session, grant_id, "grant.refreshed", before, after, at)
            return None
        stored = open_secret(sealer, grant_id, grant.sealed_secret)
        # If they are the same, it is ours, committed as the connection broke.
        is_over = grant.practice_id is not None and await grants.signed_in_since(session, grant_id, since)
        if grant.status is GrantStatus.ACTIVE and stored != given.secret and not is_over:
            grant.sealed_spare = seal_spare(sealer, grant_id, given.secret)
        return grant


async def _superseded(database: Database, grant_id: UUID, tried: int, now: Callable[[], datetime]) -> Grant | None:
    """The row with a newer credential than the one that was refused; if there is none, the grant is signed out.

    Raises:
        LoginBusy: A sign-in that may bring a newer set takes long to be finished.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        async with database.session() as session:
            grant = await session.get_one(Grant, grant_id)
            coming = await sign_ins.coming(session, grant, now())
        if grant.generation != tried or coming is None:
            break
        waited = timedelta(seconds=loop.time() - began)
        if waited >= FINISHING and coming.is_being_finished:
            raise LoginBusy("a sign-in was being finished")
        if waited >= COMING_BACK and not coming.is_being_finished:
            break
        await asyncio.sleep(LOOKED_EVERY.total_seconds())
    async with database.transaction() as session:
        grant = await grants.locked_grant(session, grant_id)
        if grant.generation != tried:
            return grant
        if grant.status is GrantStatus.ACTIVE:
            before, grant.status = grant.status, GrantStatus.SIGNED_OUT
            is_over = grant.ends_at is not None and grant.ends_at <= now()
            kind, cause = "grant.signed_out", Cause.SIGN_IN_ENDED if is_over else Cause.SIGNED_OUT
            await grants.tell_practices(session, grant_id, kind, before, grant.status, now(), cause)
    return None
