"""Pulls one client's standard information: all lists at once, stored with their receipts in one transaction.

A retry skips the lists that the same pull has stored already. The run's outcome is settled in the transaction that
stores the lists, so that neither is ever there without the other.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.failures import application_error, busy_error
from activities.grants import Tokens
from activities.increments import changes_since
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
from providers.errors import NeedsPerson, ProviderError, RateLimited
from providers.port import Provider, Providers, TokenSource


@dataclass(frozen=True, slots=True)
class Claimed:
    """A connection that this pull may read now.

    Attributes:
        connection: The connection, as it was claimed.
        sources: What is left to read.
        grant_id: The login to read with.
        profile: The profile that listing read a moment ago, if the run has it.
        since: Since when to read a source in part; the others are read whole.
    """

    connection: Connection
    sources: tuple[Source, ...]
    grant_id: UUID
    profile: OrganisationProfile | None = None
    since: Mapping[Source, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Readings:
    """What came of reading the sources: rows, or an error for each; and whether to tell of new suppliers.

    ``partial`` are the sources of which only changes were read.
    """

    rows: dict[Source, Sequence[Row]] = field(default_factory=dict)
    errors: dict[Source, ProviderError] = field(default_factory=dict)
    warns_of_new_suppliers: bool = False
    partial: frozenset[Source] = frozenset()

    @property
    def worst(self) -> ProviderError | None:
        """The error that decides: one that needs a person before one that waiting helps; of these the longest."""
        for error in self.errors.values():
            if isinstance(error, NeedsPerson):
                return error
        limited = [error for error in self.errors.values() if error.retry_at is not None]
        return max(limited, key=_lifts_at, default=next(iter(self.errors.values()), None))

    def by_completeness(self) -> Iterator[tuple[bool, Mapping[Source, Sequence[Row]]]]:
        """The rows of the sources that were read whole, then of those read in part; nothing where there are none."""
        whole = {source: rows for source, rows in self.rows.items() if source not in self.partial}
        changed = {source: rows for source, rows in self.rows.items() if source in self.partial}
        yield True, whole
        if changed:
            yield False, changed


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
            await self._store(asked, Readings(errors={Source.ORGANISATION: error}))
            raise application_error(error, self._now()) from None
        readings = await self._read(claimed)
        stored = await self._store(asked, readings)
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
            row = await connections.run_row(session, asked.run_id, connection.id) if asked.run_id else None
            held = await receipts.receipts_of(session, connection.id) if asked.is_incremental else {}
        wanted = asked.sources or chosen_sources(connection)
        left = tuple(source for source in wanted if not stored.issuperset(source.lists))
        profile = profile_of(row.profile) if row is not None and row.profile else None
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
        connection = claimed.connection
        try:
            async for page in provider.read(tokens, connection.organisation_id, source, claimed.since.get(source)):
                rows.extend(page.rows)
                activity.heartbeat()  # progress, not a timer: a stuck call lets the server retry
        except ProviderError as error:
            readings.errors[source] = error
        else:
            if source is Source.ORGANISATION and not _is_of(connection, rows):
                readings.errors[source] = NeedsPerson(Cause.WRONG_ORGANISATION, "the profile has another id")
            else:
                readings.rows[source] = kept(source, rows, connection)

    async def _store(self, asked: PullClientInput, readings: Readings) -> PullClientResult:
        at = self._now()
        async with self._database.transaction() as session:
            changes: dict[ListName, Changes] = {}
            for is_complete, rows in readings.by_completeness():
                changes |= await list_store.store_lists(
                    session, asked.connection_id, rows, is_complete=is_complete, at=at
                )
            if readings.warns_of_new_suppliers:
                await supplier_notices.tell(session, asked.connection_id, changes, pull_id=asked.pull_id, at=at)
            await receipts.write_receipts(session, asked.connection_id, changes, pull_id=asked.pull_id, at=at)
            for source, error in readings.errors.items():
                await receipts.write_failures(
                    session, asked.connection_id, source.lists, error.cause, error.detail, at=at
                )
            await self._settle(session, asked, readings, at)
        return _result(changes.values())

    async def _settle(self, session: AsyncSession, asked: PullClientInput, readings: Readings, at: datetime) -> None:
        error, row = readings.worst, None
        if asked.run_id is not None:
            row = await connections.run_row(session, asked.run_id, asked.connection_id)
        is_taken_over = asked.grant_id is not None and Source.ORGANISATION in readings.rows
        if asked.grant_id is not None and is_taken_over:
            await connections.move_to_login(session, asked.connection_id, asked.grant_id, at)
        if error is None:
            await connections.record_good(
                session,
                asked.connection_id,
                at=at,
                name=_name(readings.rows),
                is_refresh=not asked.sources,
                is_complete=Source.CONTACTS in readings.rows and Source.CONTACTS not in readings.partial,
            )
            if row is not None and asked.settles:
                await runs.settle(session, row, connections.made(row), at)
        elif isinstance(error, NeedsPerson):
            if asked.grant_id is None or is_taken_over:
                await connections.record_trouble(
                    session, asked.connection_id, error.cause, error.detail, at, until=error.retry_at
                )
            else:
                await connections.release(session, asked.connection_id)  # the login that it has may still be good
            if row is not None:
                await runs.settle(session, row, Outcome.FAILED, at, cause=error.cause, message=error.cause.sentence)
        else:
            await connections.release(session, asked.connection_id)


def _is_of(connection: Connection, profile: Sequence[Row]) -> bool:
    """Whether the books that were read are the connection's: the id decides, never the name."""
    return all(row.key.lower() == connection.organisation_id.lower() for row in profile)


def _lifts_at(error: ProviderError) -> float:
    return error.retry_at.timestamp() if error.retry_at else 0.0


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
