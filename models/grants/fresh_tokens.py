"""Tokens of a login that are good now: refreshed if they have to be, and saved before anybody uses them.

The one place where tokens are refreshed. Who may do it is told by the lease (``grant_leases``); what it stores goes by
the token set's generation, since a lease may end under a holder that stood still. The newest set is never lost:

- A set that was asked for by two at once is kept as a spare of the other's, whichever the provider gave last.
- A set is stored through a short outage of the database; one that is lost for all that can be asked for again with
  the token before, where the provider allows it (Xero: for 30 minutes).
- A refusal is looked at again while somebody signs in: theirs may be the set that ended ours.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.words.causes import Cause
from contracts.words.connections import GrantStatus
from models.grants import sign_ins
from models.grants import writes as grants
from models.grants.leases import LOOKED_EVERY, LoginBusy, with_lease
from models.grants.tables import Grant
from models.kit.database import Database
from models.kit.database_away import is_away
from models.kit.sealing import Sealer, StoredTokens, open_tokens, seal_tokens

PATIENCE = timedelta(seconds=30)
"""How long a provider is waited for."""
STORING = timedelta(seconds=30)
"""How long new tokens are held through an outage of the database."""
FINISHING = timedelta(seconds=20)
"""How long a refusal waits for a sign-in whose code is being exchanged."""
COMING_BACK = timedelta(seconds=3)
"""How long it waits for one that may just have been agreed to: the browser is on its way back to us."""

Refresh = Callable[[StoredTokens], Awaitable[StoredTokens]]


async def fresh_tokens(
    database: Database,
    sealer: Sealer,
    grant_id: UUID,
    refresh: Refresh,
    *,
    dead: type[Exception],
    rejected: str | None = None,
    now: Callable[[], datetime],
    leeway: timedelta,
    oldest: timedelta = timedelta.max,
) -> StoredTokens:
    """Tokens of a grant that are good now.

    Args:
        database: Where the grant is; this opens its own transactions.
        sealer: Opens and seals the tokens.
        grant_id: Which grant.
        refresh: Asks the provider for a newer set; called with the grant's lease and without any transaction.
        dead: What ``refresh`` raises when only a new consent helps.
        rejected: An access token that the provider has just refused: give another one.
        now: This moment (aware, UTC).
        leeway: How long a token must still be good.
        oldest: A set of this age is refreshed although its access token is good, so that it does not die of age.

    Raises:
        dead: The grant is signed out, now or since earlier.
        TimeoutError: The provider did not answer within ``PATIENCE``; whatever else ``refresh`` raises also comes
            through, and the grant stays as it was.
        LoginBusy: Others of our own were waited for too long.
        NoResultFound: There is no such grant.
    """

    def good(grant: Grant) -> StoredTokens | None:
        if grant.status is GrantStatus.SIGNED_OUT:
            raise dead("signed out earlier")
        if grant.access_expires_at <= now() + leeway or now() - grant.refreshed_at >= oldest:
            return None
        tokens = open_tokens(sealer, grant.id, grant.sealed_tokens)
        return None if tokens.access_token == rejected else tokens

    async def ask(tokens: StoredTokens) -> StoredTokens:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            return await refresh(tokens)

    async def newer(grant: Grant) -> StoredTokens:
        held, tried = open_tokens(sealer, grant_id, grant.sealed_tokens), grant.generation
        try:
            try:
                tokens = await ask(held)
            except dead:
                if not held.spare_refresh_token:
                    raise
                tokens = await ask(replace(held, refresh_token=held.spare_refresh_token))
        except dead as error:
            refusal = error
        else:
            stored = await _stored_through_outages(database, sealer, grant_id, tried, tokens, now)
            if stored is None:
                raise dead("signed out meanwhile")
            return stored
        if tokens_of_others := await _superseded(database, sealer, grant_id, tried, now):
            return tokens_of_others
        raise refusal

    async with database.session() as session:
        if tokens := good(await session.get_one(Grant, grant_id)):
            return tokens
    return await with_lease(database, grant_id, good, newer)


async def _stored_through_outages(
    database: Database,
    sealer: Sealer,
    grant_id: UUID,
    tried: int,
    tokens: StoredTokens,
    now: Callable[[], datetime],
) -> StoredTokens | None:
    loop = asyncio.get_running_loop()
    no_later = loop.time() + STORING.total_seconds()
    while True:
        try:
            return await _stored(database, sealer, grant_id, tried, tokens, now())
        except Exception as error:
            if not is_away(error) or loop.time() >= no_later:
                raise
        await asyncio.sleep(LOOKED_EVERY.total_seconds())


async def _stored(
    database: Database, sealer: Sealer, grant_id: UUID, tried: int, tokens: StoredTokens, at: datetime
) -> StoredTokens | None:
    """Store a new set in place of the one that it was asked for with; gives the set to use.

    That is another one where the row has changed meanwhile; None where the login has ended.
    """
    async with database.transaction() as session:
        grant = await grants.locked_grant(session, grant_id)
        if grant.generation == tried:
            grants.put_tokens(grant, sealer, tokens, at)
            before, after = f"token set {tried}", f"token set {grant.generation}"
            await grants.tell_practices(session, grant_id, "grant.refreshed", before, after, at)
            return tokens
        if grant.status is GrantStatus.SIGNED_OUT:
            return None
        stored = open_tokens(sealer, grant_id, grant.sealed_tokens)
        if stored.refresh_token != tokens.refresh_token:  # else it is ours, committed as the connection broke
            spared = replace(stored, spare_refresh_token=tokens.refresh_token)
            grant.sealed_tokens = seal_tokens(sealer, grant_id, spared)
        return stored


async def _superseded(
    database: Database, sealer: Sealer, grant_id: UUID, tried: int, now: Callable[[], datetime]
) -> StoredTokens | None:
    """The tokens of a newer set than the one that was refused; if there is none, the grant is signed out.

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
            return open_tokens(sealer, grant_id, grant.sealed_tokens)
        if grant.status is GrantStatus.ACTIVE:
            before, grant.status = grant.status, GrantStatus.SIGNED_OUT
            kind, cause = "grant.signed_out", Cause.SIGNED_OUT
            await grants.tell_practices(session, grant_id, kind, before, grant.status, now(), cause)
    return None
