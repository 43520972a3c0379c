"""Pulls clients' standard information: all lists at once, stored with their receipts in one transaction.

A bulk run pulls several clients in one activity and one transaction: the price of both is then shared. Whoever
stumbles there is left to a pull of its own, which retries, tells and settles; only a limit of the whole app and our own
database are waited for together. A retry skips what the same pull has stored already. A run's outcome is settled in the
transaction that stores the lists, so that neither is ever there without the other.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.failures import application_error, busy_error, is_tried_again
from activities.grants import Tokens
from activities.increments import changes_since
from activities.reader import Reader
from activities.readings import Claimed, Readings, claimed_of, limit_of_app, refusal_of
from contracts.lists import ListName, Source
from contracts.runs import Outcome
from contracts.sync_client import PullClientInput, PullClientResult, PullClientsInput, PullClientsResult
from models import connection_health, connections, good_pulls, leases, list_store, receipts, runs, supplier_notices
from models.columns import now as this_moment
from models.connection import Connection
from models.database import Database
from models.database_away import DatabaseAway, is_away
from models.good_pulls import GoodPull
from models.list_changes import Changes
from models.run import RunOrganisation
from providers.errors import NeedsPerson, ProviderError, RateLimited
from providers.port import Providers
from providers.turns import Turns

logger = logging.getLogger(__name__)

GROUPS_STORED_AT_ONCE, STORING_SECONDS = 2, 30.0
"""In one process, one of each run: side by side, several would be stored no sooner. Who gets none pulls alone."""


class StandardInformationActivities:
    """The pull of one client, and of several together.

    Args:
        database: Where the lists are stored.
        providers: The accounting software that this worker speaks to.
        tokens: Where access tokens come from.
        now: The clock.
    """

    def __init__(
        self, database: Database, providers: Providers, tokens: Tokens, now: Callable[[], datetime] = this_moment
    ) -> None:
        self._database = database
        self._storing = Turns(GROUPS_STORED_AT_ONCE, 1, STORING_SECONDS)
        self._reader = Reader(providers, tokens, now)
        self._now = now

    @activity.defn
    async def pull_client(self, asked: PullClientInput) -> PullClientResult:
        """Pull the lists of one connection that this pull has not stored yet, and settle the outcome.

        Raises:
            ApplicationError: With the plain cause as its type; what could be stored is stored.
        """
        try:
            claimed = await self._claim(asked)
        except ProviderError as error:
            errors = dict.fromkeys(asked.sources or (Source.ORGANISATION,), error)
            await self._store(asked, asked.grant_id, Readings(errors=errors))
            raise application_error(error, self._now()) from None
        readings = await self._reader.read(claimed)
        stored = await self._store(asked, claimed.grant_id, readings)
        await self._tell_of_pause(asked.run_id, limit_of_app((readings,)))
        if worst := readings.worst:
            raise application_error(worst, self._now()) from None
        return stored

    @activity.defn
    async def pull_clients(self, asked: PullClientsInput) -> PullClientsResult:
        """Pull all lists of several clients of a run, and settle the outcomes of those that went well, together.

        Returns:
            Who is left, for a pull of its own: busy, unwell, or with something unforeseen.

        Raises:
            ApplicationError: The app's calls of this minute are used up; what was read is stored.
        """
        left, limit = await self._pull_group(asked)
        await self._tell_of_pause(asked.run_id, limit)
        # Raised where there are no rows: with its traceback it is a circle that would keep them for long.
        if limit is not None and is_tried_again(error := application_error(limit, self._now())):
            raise error
        return PullClientsResult(left=left)

    async def _pull_group(self, asked: PullClientsInput) -> tuple[tuple[UUID, ...], RateLimited | None]:
        """Who is left, and the app's limit that they met."""
        to_pull = await self._to_pull(asked)
        claimed = await self._claim_group(asked, to_pull)
        came = await asyncio.gather(*map(self._reader.read, claimed), return_exceptions=True)
        if any(isinstance(one, BaseException) and is_away(one) for one in came):
            raise DatabaseAway
        read: dict[UUID, Readings] = {}
        for one, readings in zip(claimed, came, strict=True):
            if isinstance(readings, BaseException):
                logger.warning("a client is left to a pull of its own: %s", type(readings).__name__)
            elif isinstance(readings.worst, NeedsPerson):  # which people may know before its own pull finds it too
                await self._store(asked.one(one.connection.id), one.grant_id, readings)
            else:
                read[one.connection.id] = readings
        stored = await self._store_group(asked, read)
        left = tuple(identity for identity in to_pull if identity not in stored)
        if left:
            async with self._database.transaction() as session:
                await leases.release(session, left, holder=_holder())
        return left, limit_of_app(read.values())

    async def _to_pull(self, asked: PullClientsInput) -> Sequence[UUID]:
        """Those of the group that no earlier try has pulled well."""
        if activity.info().attempt == 1:
            return asked.connection_ids
        async with self._database.session() as session:
            return await runs.without_good_pull(session, asked.run_id, asked.connection_ids)

    async def _claim(self, asked: PullClientInput) -> Claimed:
        at = self._now()
        async with self._database.transaction() as session:
            connection = await leases.claim_one(session, asked.connection_id, _holder(), at)
            if connection is None:
                raise busy_error()
            if refusal := refusal_of(connection, at):
                raise refusal
            before = await receipts.before_pull(session, (connection.id,), asked.pull_id)
            profiles = {}
            if asked.run_id is not None:
                profiles = await connections.profiles_for(session, asked.run_id, (connection.id,))
            held = await receipts.receipts_of(session, connection.id) if asked.is_incremental else {}
        since = changes_since(held, connection.contacts_complete_at, at) if asked.is_incremental else {}
        return claimed_of(asked, connection, before[connection.id], profiles.get(connection.id), since)

    async def _claim_group(self, asked: PullClientsInput, to_pull: Sequence[UUID]) -> list[Claimed]:
        """Those of them that can be read now."""
        at = self._now()
        async with self._database.transaction() as session:
            free = await leases.claim(session, to_pull, _holder(), at)
            ready = [connection for connection in free if refusal_of(connection, at) is None]
            ids = [connection.id for connection in ready]
            before = await receipts.before_pull(session, ids, asked.pull_id)
            profiles = await connections.profiles_for(session, asked.run_id, ids)
        return [claimed_of(asked.one(of.id), of, before[of.id], profiles.get(of.id), {}) for of in ready]

    async def _store_group(self, asked: PullClientsInput, read: Mapping[UUID, Readings]) -> Collection[UUID]:
        """Store all that could be read, or nothing; who went well.

        Of whom waiting helps nothing more is written: the pull that goes on with them will tell.
        """
        at = self._now()
        good = [identity for identity, readings in read.items() if readings.worst is None]
        try:
            async with self._storing.of(asked.run_id), self._database.transaction() as session:
                lists = {identity: readings.rows for identity, readings in read.items()}
                changes = await list_store.store_pulls(session, lists, is_complete=True, at=at)
                for identity, readings in read.items():
                    if readings.warns_of_new_suppliers:
                        await supplier_notices.tell(session, identity, changes[identity], pull_id=asked.pull_id, at=at)
                await connection_health.lock(session, read)
                await receipts.write_receipts(session, changes, pull_id=asked.pull_id, at=at)
                pulls = [_good_pull(identity, read[identity], is_refresh=True) for identity in good]
                await good_pulls.record_good(session, pulls, at)
                await good_pulls.settle_good(session, asked.run_id, good, at)
        except Exception as error:  # one client's rows must not fail its neighbours: each tells by itself
            if is_away(error):
                raise  # no client's fault: the whole group is tried again
            logger.warning("%d clients are left to pulls of their own: %s", len(read), type(error).__name__)
            return ()
        return good

    async def _store(self, asked: PullClientInput, login: UUID | None, readings: Readings) -> PullClientResult:
        at = self._now()
        async with self._database.transaction() as session:
            row = None
            if asked.run_id is not None and not (asked.grant_id is None and readings.worst is None):
                row = await connections.run_row(
                    session, asked.run_id, asked.connection_id, locked=asked.grant_id is not None
                )
            is_own = await self._is_own_login(session, asked, login, readings, row, at)
            if readings.are_of_other_books or not is_own:
                readings.rows.clear()  # none of it is known to be of the client's books
            changes: dict[ListName, Changes] = {}
            for is_complete, rows in readings.by_completeness():
                changes |= await list_store.store_lists(
                    session, asked.connection_id, rows, is_complete=is_complete, at=at
                )
            if readings.warns_of_new_suppliers:
                await supplier_notices.tell(session, asked.connection_id, changes, pull_id=asked.pull_id, at=at)
            await connection_health.lock(session, (asked.connection_id,))
            await receipts.write_receipts(session, {asked.connection_id: changes}, pull_id=asked.pull_id, at=at)
            if is_own:
                for source, error in readings.errors.items():
                    why = error.cause, error.detail
                    await receipts.write_failures(session, asked.connection_id, source.lists, *why, at=at)
                await self._record_health(session, asked, readings, changes, at)
            else:
                await leases.release(session, (asked.connection_id,))  # the login that it has may still be good
            await self._settle(session, asked, readings.worst, row, at)
        return _result(changes.values())

    async def _tell_of_pause(self, run_id: str | None, limit: RateLimited | None) -> None:
        if run_id is not None and limit is not None and limit.retry_at is not None:
            async with self._database.transaction() as session:
                await runs.pause(session, run_id, limit.retry_at)

    async def _is_own_login(
        self,
        session: AsyncSession,
        asked: PullClientInput,
        login: UUID | None,
        readings: Readings,
        row: RunOrganisation | None,
        at: datetime,
    ) -> bool:
        """Whether what was read tells of the connection: its own login read it, or one that takes over with this.

        A login takes over when it has read the profile, unless the run that asked for it has closed its books. No
        refusal tells of a connection that is being disconnected: somebody may stop that.
        """
        if asked.grant_id is None and readings.worst is None:
            return True
        is_over = row is not None and row.outcome is not None
        if login is not None and login == asked.grant_id and Source.ORGANISATION in readings.rows and not is_over:
            await connections.move_to_login(session, asked.connection_id, login, at)
            if row is not None:
                row.profile_read_at = at  # should the run end before its pull: it was repaired nevertheless
                session.add(row)
        connection = await session.get_one(Connection, asked.connection_id, with_for_update=True)
        return connection.status not in connections.LEAVING and login in {None, connection.grant_id}

    async def _record_health(
        self,
        session: AsyncSession,
        asked: PullClientInput,
        readings: Readings,
        changes: Mapping[ListName, Changes],
        at: datetime,
    ) -> None:
        error = readings.worst
        if error is None and asked.settles:
            good = _good_pull(asked.connection_id, readings, is_refresh=not asked.sources)
            await good_pulls.record_good(session, [good], at)
            if asked.run_id is None and not asked.is_look:  # a run tells by its outcome
                await good_pulls.tell_of_refresh(session, asked, changes, at)
        elif isinstance(error, NeedsPerson):
            await connections.record_trouble(
                session, asked.connection_id, error.cause, error.detail, at, until=error.retry_at
            )
        else:
            if error is None:
                await connections.record_reachable(session, asked.connection_id, at)  # the pull is still to come
            await leases.release(session, (asked.connection_id,))

    async def _settle(
        self,
        session: AsyncSession,
        asked: PullClientInput,
        error: ProviderError | None,
        row: RunOrganisation | None,
        at: datetime,
    ) -> None:
        if error is None and asked.settles and asked.run_id is not None:
            await good_pulls.settle_good(session, asked.run_id, (asked.connection_id,), at)
        elif row is None:
            return
        elif isinstance(error, NeedsPerson):
            await runs.settle_open(session, row, Outcome.FAILED, at, cause=error.cause, message=error.cause.sentence)


def _holder() -> str:
    return str(activity.info().workflow_id)  # not the activity's: after a lost group its clients are pulled alone


def _good_pull(connection_id: UUID, readings: Readings, *, is_refresh: bool) -> GoodPull:
    return GoodPull(
        connection_id,
        readings.name,
        is_refresh=is_refresh,
        is_complete=Source.CONTACTS in readings.rows and Source.CONTACTS not in readings.partial,
    )


def _result(changes: Iterable[Changes]) -> PullClientResult:
    counted = list(changes)
    return PullClientResult(
        rows=sum(change.rows for change in counted),
        added=sum(change.added for change in counted),
        changed=sum(change.changed for change in counted),
        gone=sum(change.gone for change in counted),
    )
