"""Pulls one client's standard information: all lists at once, stored with their receipts in one transaction.

A retry skips the lists that the same pull has stored already. The run's outcome is settled in the transaction that
stores the lists, so that neither is ever there without the other.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.failures import application_error, busy_error
from activities.grants import Tokens
from activities.increments import changes_since
from activities.readings import Claimed, Readings
from contracts.causes import Cause
from contracts.lists import ListName, Source
from contracts.runs import ConnectionStatus, Outcome
from contracts.standard_information import OrganisationProfile, Row, profile_of
from contracts.sync_client import PullClientInput, PullClientResult
from models import connections, list_store, receipts, runs, supplier_notices
from models.columns import now as this_moment
from models.connection import Connection
from models.connection_settings import chosen_sources, kept
from models.database import Database
from models.list_changes import Changes
from models.run import RunOrganisation
from providers.errors import NeedsPerson, ProviderError, RateLimited, Unavailable
from providers.port import Provider, Providers, TokenSource

TELLING_OF_PROGRESS = timedelta(seconds=5)
"""Between two heartbeats at least; the server waits for one much longer. Most clients are pulled in less."""


class StandardInformationActivities:
    """The pull of one client.

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
        self._providers = providers
        self._tokens = tokens
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
            await self._store(asked, asked.grant_id, Readings(errors={Source.ORGANISATION: error}))
            raise application_error(error, self._now()) from None
        readings = await self._read(claimed)
        stored = await self._store(asked, claimed.grant_id, readings)
        if worst := readings.worst:
            raise application_error(worst, self._now()) from None
        return stored

    async def _claim(self, asked: PullClientInput) -> Claimed:
        at, task = self._now(), activity.info()
        async with self._database.transaction() as session:
            connection = await connections.claim(
                session, asked.connection_id, f"{task.workflow_id}/{task.activity_id}", at
            )
            if connection is None:
                raise busy_error()
            if connection.status in {ConnectionStatus.DISCONNECTING, ConnectionStatus.DISCONNECTED}:
                raise NeedsPerson(Cause.DISCONNECTED_AT_PROVIDER, "disconnected here")
            if connection.limited_until is not None and connection.limited_until > at:
                raise RateLimited("day", connection.limited_until, "still limited; no call was made")
            stored = await receipts.lists_stored_by(session, connection.id, asked.pull_id)
            kept_profile = None
            if asked.run_id is not None:
                kept_profile = await connections.profile_for(session, asked.run_id, connection.id)
            held = await receipts.receipts_of(session, connection.id) if asked.is_incremental else {}
            takes_over = asked.grant_id not in {None, connection.grant_id}
        wanted = asked.sources or chosen_sources(connection)
        if takes_over:  # by reading the profile: whoever stored that before had another login
            stored -= set(Source.ORGANISATION.lists)
            wanted = tuple(dict.fromkeys((Source.ORGANISATION, *wanted)))
        left = tuple(source for source in wanted if not stored.issuperset(source.lists))
        profile = profile_of(kept_profile) if kept_profile and not takes_over else None
        since = changes_since(held, connection.contacts_complete_at, at) if asked.is_incremental else {}
        return Claimed(connection, left, asked.grant_id or connection.grant_id, profile, since)

    async def _read(self, claimed: Claimed) -> Readings:
        provider = self._providers[claimed.connection.provider]
        tokens = self._tokens.of(claimed.grant_id, provider)
        readings = Readings(
            warns_of_new_suppliers=claimed.connection.warns_of_new_suppliers, partial=frozenset(claimed.since)
        )
        async with asyncio.TaskGroup() as group:
            for source in claimed.sources:
                if source is Source.ORGANISATION and claimed.profile is not None:
                    readings.rows[source] = [claimed.profile]
                else:
                    group.create_task(self._read_source(provider, tokens, claimed, source, readings))
        return readings

    async def _read_source(
        self, provider: Provider, tokens: TokenSource, claimed: Claimed, source: Source, readings: Readings
    ) -> None:
        rows: list[Row] = []
        connection, told_at = claimed.connection, self._now()
        try:
            async for page in provider.read(tokens, connection.organisation_id, source, claimed.since.get(source)):
                rows.extend(page.rows)
                # Progress, not a timer: a stuck call lets the server retry. Each is a write there: not one a page.
                if (at := self._now()) - told_at >= TELLING_OF_PROGRESS:
                    told_at = at
                    activity.heartbeat()
        except ProviderError as error:
            readings.errors[source] = error
        else:
            if source is Source.ORGANISATION and (refusal := _mismatch(connection, rows)):
                readings.errors[source] = refusal
            else:
                readings.rows[source] = kept(source, rows, connection, is_complete=source not in readings.partial)

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
            await receipts.write_receipts(session, asked.connection_id, changes, pull_id=asked.pull_id, at=at)
            if is_own:
                for source, error in readings.errors.items():
                    await receipts.write_failures(
                        session, asked.connection_id, source.lists, error.cause, error.detail, at=at
                    )
                await self._record_health(session, asked, readings, at)
            else:
                await connections.release(session, asked.connection_id)  # the login that it has may still be good
            await self._settle(session, asked, readings.worst, row, at)
        return _result(changes.values())

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

        A login takes over when it has read the profile, unless the run that asked for it has closed its books.
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
        return login is None or connection.grant_id == login

    async def _record_health(
        self, session: AsyncSession, asked: PullClientInput, readings: Readings, at: datetime
    ) -> None:
        error = readings.worst
        if error is None and asked.settles:
            await connections.record_good(
                session,
                asked.connection_id,
                at=at,
                name=_name(readings.rows),
                is_refresh=not asked.sources,
                is_complete=Source.CONTACTS in readings.rows and Source.CONTACTS not in readings.partial,
            )
        elif isinstance(error, NeedsPerson):
            await connections.record_trouble(
                session, asked.connection_id, error.cause, error.detail, at, until=error.retry_at
            )
        else:
            if error is None:
                await connections.record_reachable(session, asked.connection_id, at)  # the pull is still to come
            await connections.release(session, asked.connection_id)

    async def _settle(
        self,
        session: AsyncSession,
        asked: PullClientInput,
        error: ProviderError | None,
        row: RunOrganisation | None,
        at: datetime,
    ) -> None:
        if error is None and asked.settles and asked.run_id is not None:
            await connections.settle_good(session, asked.run_id, asked.connection_id, at)
        elif row is None:
            return
        elif isinstance(error, NeedsPerson):
            await runs.settle(session, row, Outcome.FAILED, at, cause=error.cause, message=error.cause.sentence)


def _mismatch(connection: Connection, profile: Sequence[Row]) -> ProviderError | None:
    """Why a profile is not of the connection's books, if it is not: the id decides, never the name."""
    if not profile:
        return Unavailable("no profile came back")
    if any(row.key.lower() != connection.organisation_id.lower() for row in profile):
        return NeedsPerson(Cause.WRONG_ORGANISATION, "the profile has another id")
    return None


def _name(rows: Mapping[Source, Sequence[Row]]) -> str | None:
    profile = next(iter(rows.get(Source.ORGANISATION, ())), None)
    return profile.name if isinstance(profile, OrganisationProfile) else None


def _result(changes: Iterable[Changes]) -> PullClientResult:
    counted = list(changes)
    return PullClientResult(
        rows=sum(change.rows for change in counted),
        added=sum(change.added for change in counted),
        changed=sum(change.changed for change in counted),
        gone=sum(change.gone for change in counted),
    )
