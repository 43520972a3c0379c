"""Pulls clients' standard information: reads all lists, and stores them with their receipts in one transaction.

A bulk run pulls several clients in one activity and one transaction, so that they share the cost of both. A client that
fails there is left to a pull of its own, which retries it and records what happened. Two troubles concern the whole
group and are waited for together: the limit of the whole app, and our own database. A retry skips what the same pull
has stored already. A run's outcome is written in the transaction that stores the lists, so that neither exists without
the other.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from uuid import UUID

from temporalio import activity

from activities.pulls.known_references import KnownReferences
from activities.pulls.lease import Lease, holder
from activities.pulls.limits import is_long_limit_of_app, limit_of_app, note_limit_of_app, refusal_of
from activities.pulls.reader import Reader
from activities.pulls.readings import (
    Claimed,
    Readings,
    asked_for,
    claimed_of,
)
from activities.pulls.storage import LeaseLost, Storage
from activities.shared.failures import application_error, busy_error, is_tried_again
from activities.shared.token_store import TokenStore
from contracts.payloads.sync_client import PullClientInput, PullClientResult, PullClientsInput, PullClientsResult
from contracts.words.lists import PROFILE
from models.budgets import limits as app_limits
from models.connections import leases, receipts
from models.connections import writes as connections
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.kit.database_away import DatabaseAway, is_away
from models.kit.planning import by_index
from models.lists import references, stagings
from models.runs import writes as runs
from providers.port.errors import NeedsPerson, ProviderError, RateLimited
from providers.port.provider import Providers
from rules.lists.references import lists_hinted_at

logger = logging.getLogger(__name__)


class StandardInformationActivities:
    """The pull of one client, and of several together.

    Args:
        database: Where the lists are stored.
        providers: The accounting software that this worker can read, by name.
        tokens: Gives access tokens.
        now: The clock.
    """

    def __init__(
        self, database: Database, providers: Providers, tokens: TokenStore, now: Callable[[], datetime] = this_moment
    ) -> None:
        self._database = database
        self._providers = providers
        self._storage = Storage(database, now)
        self._reader = Reader(database, providers, tokens, now)
        self._now = now

    @activity.defn
    async def pull_client(self, asked: PullClientInput) -> PullClientResult:
        """Pull the lists of one connection that this pull has not stored yet, and record the run's outcome.

        Raises:
            ApplicationError: With the plain cause as its type; what could be stored is stored.
        """
        claimed = await self._claim(asked)
        login = asked.grant_id
        if isinstance(claimed, Claimed):
            login, lease = claimed.grant_id, Lease(self._database, (asked.connection_id,), self._now)
            readings = await self._read(claimed, lease, KnownReferences(self._database, [asked.connection_id]))
            await self._note_limit_of_app(claimed.connection.provider, readings.errors.values())
        else:
            readings = claimed
        try:
            stored = await self._storage.store(asked, login, readings)
        except LeaseLost:
            raise busy_error() from None
        await self._tell_of_pause(asked.run_id, limit_of_app((readings,)))
        if worst := readings.worst:
            raise application_error(worst, self._now()) from None
        return stored

    @activity.defn
    async def pull_clients(self, asked: PullClientsInput) -> PullClientsResult:
        """Pull the lists of several clients, and record the outcomes of those that succeeded, together.

        Returns:
            The clients that need a pull of their own: busy, in trouble, or with an unexpected error.

        Raises:
            ApplicationError: The calls that the app may make in this minute are used up; what was read is stored.
        """
        left, limit = await self._pull_group(asked)
        await self._tell_of_pause(asked.run_id, limit)
        # Raised where there are no rows: with its traceback it is a circle that would keep them for long.
        if limit is not None and is_tried_again(error := application_error(limit, self._now())):
            raise error
        return PullClientsResult(left=left)

    async def _pull_group(self, asked: PullClientsInput) -> tuple[tuple[UUID, ...], RateLimited | None]:
        """The clients that need a pull of their own, and the app's limit if they met it."""
        to_pull = await self._to_pull(asked)
        claimed = await self._claim_group(asked, to_pull)
        lease = Lease(self._database, [one.connection.id for one in claimed], self._now)
        known = KnownReferences(self._database, [one.connection.id for one in claimed])
        await self._reader.look_up_logins(claimed)
        reads = (self._read(one, lease, known, is_looked_up=True) for one in claimed)
        came = await asyncio.gather(*reads, return_exceptions=True)
        if any(isinstance(one, BaseException) and is_away(one) for one in came):
            raise DatabaseAway
        read: dict[UUID, Readings] = {}
        for one, readings in zip(claimed, came, strict=True):
            if isinstance(readings, BaseException):
                logger.warning("a client is left to a pull of its own: %s", type(readings).__name__)
            elif isinstance(readings.worst, NeedsPerson):  # which people may know before its own pull finds it too
                with suppress(LeaseLost):
                    await self._storage.store(asked.one(one.connection.id), one.grant_id, readings)
            else:
                read[one.connection.id] = readings
        if claimed:  # of one run, and so of one provider
            errors = [error for readings in read.values() for error in readings.errors.values()]
            await self._note_limit_of_app(claimed[0].connection.provider, errors)
        stored = await self._storage.store_group(asked, read)
        left = tuple(identity for identity in to_pull if identity not in stored)
        if left:
            async with self._database.transaction() as session:
                await leases.release(session, left, holder=holder())
        return left, limit_of_app(read.values())

    async def _to_pull(self, asked: PullClientsInput) -> Sequence[UUID]:
        """Those of the group that no earlier try has pulled successfully."""
        if activity.info().attempt == 1 or asked.run_id is None:  # outside runs, the lists' receipts tell
            return asked.connection_ids
        async with self._database.session() as session:
            return await runs.without_good_pull(session, asked.run_id, asked.connection_ids)

    async def _read(
        self, claimed: Claimed, lease: Lease, known: KnownReferences, *, is_looked_up: bool = False
    ) -> Readings:
        """Read what is to be read, and then what rests and is wanted after all.

        Where something is to be stored, that is the profile, so that nothing is stored of books that are not known to
        be the client's, and the lists to which a row refers in vain.

        Args:
            claimed: What to read.
            lease: The lease on the connection.
            known: What rows of it, and of the others that are read together, can refer to.
            is_looked_up: Its login was looked up just now, with those of the others.
        """
        readings = await self._reader.read(claimed, lease, is_looked_up=is_looked_up)
        news = readings.news
        if claimed.resting and (news or readings.staged or readings.deleted):
            if readings.staged:
                async with self._database.session() as session:
                    staged = [await references.examples(session, one.place) for one in readings.staged.values()]
                news = [*news, *chain.from_iterable(staged)]
            if woken := claimed.woken({*PROFILE, *lists_hinted_at(news, await known.of(claimed.connection.id))}):
                readings.add(await self._reader.read(woken, lease))
        return readings

    async def _claim(self, asked: PullClientInput) -> Claimed | Readings:
        """The claimed connection; or, as the result of reading it, the error for which it must not be read.

        The error is stored under the lease as well.
        """
        at = self._now()
        async with self._database.transaction() as session:
            await by_index(session)
            connection = await leases.claim_one(session, asked.connection_id, holder(), at)
            if connection is None:
                raise busy_error()
            feeds = self._providers[connection.provider].feeds
            if refusal := refusal_of(connection, at, await app_limits.in_force(session, at)):
                lists = [group.lists for group in asked_for(asked, connection, feeds)] if asked.sources else [PROFILE]
                return Readings(errors=dict.fromkeys(lists, refusal))
            before = await receipts.before_pull(session, (connection.id,), asked.pull_id)
            profiles = {}
            if asked.run_id is not None:
                profiles = await connections.profiles_for(session, asked.run_id, (connection.id,))
            held = await receipts.receipts_of(session, connection.id) if asked.is_incremental else {}
            staged = await stagings.waiting(session, (connection.id,))
        return claimed_of(
            asked,
            connection,
            feeds,
            before[connection.id],
            profiles.get(connection.id),
            known=held,
            staged=staged[connection.id],
            at=at,
        )

    async def _claim_group(self, asked: PullClientsInput, to_pull: Sequence[UUID]) -> list[Claimed]:
        """Those of the group that could be claimed and may be read now."""
        at = self._now()
        async with self._database.transaction() as session:
            await by_index(session)
            free = await leases.claim(session, to_pull, holder(), at)
            apps = await app_limits.in_force(session, at)
            ready = [connection for connection in free if refusal_of(connection, at, apps) is None]
            ids = [connection.id for connection in ready]
            before = await receipts.before_pull(session, ids, asked.pull_id)
            profiles = {} if asked.run_id is None else await connections.profiles_for(session, asked.run_id, ids)
            held = await receipts.receipts_of_each(session, ids) if asked.is_incremental else {}
            staged = await stagings.waiting(session, ids)
        return [
            claimed_of(
                asked.one(of.id),
                of,
                self._providers[of.provider].feeds,
                before[of.id],
                profiles.get(of.id),
                known=held.get(of.id, {}),
                staged=staged[of.id],
                at=at,
            )
            for of in ready
        ]

    async def _note_limit_of_app(self, provider: str, errors: Iterable[ProviderError]) -> None:
        """Record a limit of the whole app, before what its clients met is stored: it is not their own."""
        if any(is_long_limit_of_app(error) for error in errors):
            async with self._database.transaction() as session:
                await note_limit_of_app(session, provider, errors)

    async def _tell_of_pause(self, run_id: str | None, limit: RateLimited | None) -> None:
        if run_id is not None and limit is not None and limit.retry_at is not None:
            async with self._database.transaction() as session:
                await runs.pause(session, run_id, limit.retry_at)
