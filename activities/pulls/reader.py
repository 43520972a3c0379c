"""Reads the sources that a pull wants of one connection, all at once; each gives rows or an error. Stores nothing."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from activities.pulls.lease import Lease
from activities.pulls.readings import Claimed, Readings
from activities.shared.progress import Heartbeat
from activities.shared.token_store import TokenStore
from contracts.words.causes import Cause
from contracts.words.lists import Source
from contracts.words.standard_information import Row
from models.connections.settings import kept
from models.connections.tables import Connection
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, ProviderError, TooSmall, Unavailable
from providers.port.provider import Provider, Providers
from rules.lists.losses import loses_many

logger = logging.getLogger(__name__)


class Reader:
    """Reads the sources of connections, each through the connection's login.

    Args:
        providers: The accounting software that this worker can read, by name.
        tokens: Gives access tokens.
        now: The clock.
    """

    def __init__(self, providers: Providers, tokens: TokenStore, now: Callable[[], datetime]) -> None:
        self._providers = providers
        self._tokens = tokens
        self._now = now

    async def read(self, claimed: Claimed, lease: Lease) -> Readings:
        """Read the sources of a connection that are left to read; a provider's errors are part of the result.

        Args:
            claimed: What to read.
            lease: The lease on the connection; it is renewed as pages arrive.
        """
        provider = self._providers[claimed.connection.provider]
        tokens = self._tokens.of(claimed.grant_id, provider, claimed.connection.practice_id)
        readings = Readings(
            warns_of_new_suppliers=claimed.connection.warns_of_new_suppliers, partial=frozenset(claimed.since)
        )
        async with asyncio.TaskGroup() as group:
            for source in claimed.sources:
                if source is Source.ORGANISATION and claimed.profile is not None:
                    readings.rows[source] = [claimed.profile]
                else:
                    group.create_task(self._read_source(provider, tokens, claimed, source, readings, lease))
        return readings

    async def _read_source(
        self,
        provider: Provider,
        tokens: CredentialSource,
        claimed: Claimed,
        source: Source,
        readings: Readings,
        lease: Lease,
    ) -> None:
        connection = claimed.connection
        try:
            rows = await self._believable(provider, tokens, claimed, source, lease)
        except ProviderError as error:
            # Its traceback holds this frame and thereby the rows: a circle that would keep them until it is looked for.
            readings.errors[source] = error.with_traceback(None)
        else:
            if source is Source.ORGANISATION and (refusal := _mismatch(connection, rows)):
                readings.errors[source] = refusal
            else:
                readings.rows[source] = rows

    async def _believable(
        self, provider: Provider, tokens: CredentialSource, claimed: Claimed, source: Source, lease: Lease
    ) -> Sequence[Row]:
        """The rows of a source; if they are suspiciously few, the provider is asked once more.

        Raises:
            TooSmall: The second answer was no complete one either.
        """
        try:
            rows = await self._rows(provider, tokens, claimed, source, lease)
        except TooSmall as error:
            logger.warning("asked once more: %s", error.detail)
        else:
            if source in claimed.since or not loses_many(source, rows, claimed.held):
                return rows
            logger.warning("asked once more: %s would lose many rows", source.value)
        return await self._rows(provider, tokens, claimed, source, lease)

    async def _rows(
        self, provider: Provider, tokens: CredentialSource, claimed: Claimed, source: Source, lease: Lease
    ) -> Sequence[Row]:
        """The rows of a source that the connection's settings want."""
        rows: list[Row] = []
        connection, since, progress = claimed.connection, claimed.since.get(source), Heartbeat(self._now)
        async for page in provider.read(tokens, connection.organisation_id, source, since):
            rows.extend(page.rows)
            progress.made()
            await lease.keep()
        return kept(source, rows, connection, is_complete=since is None)


def _mismatch(connection: Connection, profile: Sequence[Row]) -> ProviderError | None:
    """The error when a profile is not of the connection's organisation, compared by id; None when it is."""
    if not profile:
        return Unavailable("no profile came back")
    if any(row.key.lower() != connection.organisation_id.lower() for row in profile):
        return NeedsPerson(Cause.WRONG_ORGANISATION, "the profile has another id")
    return None
