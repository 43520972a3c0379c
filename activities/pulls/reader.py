"""Reads the lists that a pull wants of one connection, all at once; each gives rows or an error. Stores nothing."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from activities.pulls.lease import Lease
from activities.pulls.long_lists import LongLists, TakenOver, WantedFeed
from activities.pulls.readings import Besides, Claimed, Readings, StagedLists
from activities.shared import progress
from activities.shared.token_store import TokenStore
from contracts.words.causes import Cause
from contracts.words.lists import PROFILE, ListName, Lists
from contracts.words.standard_information import Row
from models.connections.settings import keeps_nothing, kept
from models.connections.tables import Connection
from models.kit.database import Database
from models.lists import stagings
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, ProviderError, TooSmall, Unavailable
from providers.port.feeds import Feed, FeedGroup
from providers.port.provider import LastAnswer, Provider, Providers
from rules.lists.losses import loses_many, lost_many

logger = logging.getLogger(__name__)


class Reader:
    """Reads the lists of connections, each through the connection's login.

    Args:
        database: Where long lists are staged.
        providers: The accounting software that this worker can read, by name.
        tokens: Gives access tokens.
        now: The clock.
    """

    def __init__(
        self, database: Database, providers: Providers, tokens: TokenStore, now: Callable[[], datetime]
    ) -> None:
        self._long_lists = LongLists(database)
        self._providers = providers
        self._tokens = tokens
        self._now = now

    async def look_up_logins(self, claimed: Sequence[Claimed]) -> None:
        """Look up the logins of connections of one provider that are read together; say so when they are read."""
        if claimed:
            provider = self._providers[claimed[0].connection.provider]
            await self._tokens.look_up({one.grant_id for one in claimed}, provider)

    async def read(self, claimed: Claimed, lease: Lease, *, is_looked_up: bool = False) -> Readings:
        """Read the lists of a connection that are left to read; a provider's errors are part of the result.

        Args:
            claimed: What to read.
            lease: The lease on the connection; it is renewed as pages arrive.
            is_looked_up: Its login was looked up just now; see ``look_up_logins``.
        """
        connection, provider = claimed.connection, self._providers[claimed.connection.provider]
        tokens = self._tokens.of(claimed.grant_id, provider, connection.practice_id, is_looked_up=is_looked_up)
        readings = Readings(
            warns_of_new_suppliers=connection.warns_of_new_suppliers,
            partial=frozenset(claimed.since),
            telling=claimed.telling,
        )
        async with asyncio.TaskGroup() as group:
            for one in claimed.groups:
                if one.lists == PROFILE and claimed.profile is not None:
                    readings.rows[one.lists] = [claimed.profile]
                elif keeps_nothing(one.lists, connection):
                    readings.rows[one.lists] = ()
                else:
                    group.create_task(self._read_group(provider, tokens, claimed, one, readings, lease))
        return readings

    async def _read_group(
        self,
        provider: Provider,
        tokens: CredentialSource,
        claimed: Claimed,
        group: FeedGroup,
        readings: Readings,
        lease: Lease,
    ) -> None:
        connection, besides = claimed.connection, Besides()
        try:
            rows = await self._believable(provider, tokens, claimed, group, lease, besides)
        except ProviderError as error:
            # Its traceback holds this frame and thereby the rows: a circle that would keep them until it is looked for.
            readings.errors[group.lists] = error.with_traceback(None)
        except TakenOver:
            readings.is_taken_over = True
        else:
            if isinstance(rows, StagedLists):
                readings.staged[group.lists] = rows
                if besides.deleted:
                    readings.deleted[group.lists] = besides.deleted
            elif group.lists == PROFILE and (refusal := _mismatch(connection, rows)):
                readings.errors[group.lists] = refusal
            else:
                readings.rows[group.lists] = rows
                readings.errors.update({lists: error.with_traceback(None) for lists, error in besides.refused.items()})
                readings.resting.update(besides.resting)
                if besides.deleted:
                    readings.deleted[group.lists] = besides.deleted
            if besides.answer is not None:
                readings.answers[group.lists] = besides.answer
            if besides.is_same:
                readings.same.add(group.lists)

    async def _believable(
        self,
        provider: Provider,
        tokens: CredentialSource,
        claimed: Claimed,
        group: FeedGroup,
        lease: Lease,
        besides: Besides,
    ) -> Sequence[Row] | StagedLists:
        """The rows of lists that are read together; if they are suspiciously few, the provider is asked once more.

        Args:
            provider: The accounting software.
            tokens: The login.
            claimed: Whose lists.
            group: The lists.
            lease: The lease on the connection.
            besides: Gets what is told besides the rows.

        Raises:
            TooSmall: The second answer was no complete one either.
        """
        try:
            rows = await self._rows(provider, tokens, claimed, group, lease, besides)
        except TooSmall as error:
            logger.warning("asked once more: %s", error.detail)
        else:
            # A list whose own feed is refused has no rows that could be lost: it stays as it is stored.
            refused = {name for lists in besides.refused for name in lists}
            held = {name: count for name, count in claimed.held.items() if name not in refused}
            if group.lists in claimed.since or besides.is_same or not _loses_many(group.lists, rows, held):
                return rows
            logger.warning("asked once more: %s would lose many rows", ", ".join(group.lists))
        return await self._rows(provider, tokens, claimed, group, lease, besides, is_again=True)

    async def _rows(
        self,
        provider: Provider,
        tokens: CredentialSource,
        claimed: Claimed,
        group: FeedGroup,
        lease: Lease,
        besides: Besides,
        *,
        is_again: bool = False,
    ) -> Sequence[Row] | StagedLists:
        """The rows of all feeds of a group, each record once, that the connection's settings want."""
        since = claimed.since.get(group.lists)
        rows: list[Row] = []
        besides.clear()
        if len(group.feeds) == 1 and stagings.takes(group.lists):
            (feed,) = group.feeds
            asked = WantedFeed(claimed, group.lists, feed, since if feed.tells_changes else None)
            return await self._long_lists.read(provider, tokens, asked, lease, besides, self._now(), is_again=is_again)
        # One after the other: where one of them is refused, the others would be asked in vain.
        for feed in group.feeds:
            before = len(rows)
            if since is not None and group.rests(feed) and not (rows or besides.deleted):
                besides.resting.update(group.its_own(feed))  # nothing has changed of what it would enrich
                continue
            try:
                last = claimed.last_answer(group.lists)
                await self._read_feed(provider, tokens, claimed, feed, since, lease, rows, besides, last)
            except NeedsPerson as error:
                lost = group.lost_without(feed)
                if not error.cause.is_of_list or lost == group.lists or len(rows) > before:
                    raise
                if lost:
                    besides.refused[lost] = error
        if len(group.feeds) > 1:
            rows = list({row.key: row for row in rows}.values())
        return kept(group.lists, rows, claimed.connection, is_complete=since is None)

    async def _read_feed(
        self,
        provider: Provider,
        tokens: CredentialSource,
        claimed: Claimed,
        feed: Feed,
        since: datetime | None,
        lease: Lease,
        rows: list[Row],
        besides: Besides,
        last: LastAnswer | None,
    ) -> None:
        """Add a feed's rows to ``rows``, and what its pages tell besides to ``besides``."""
        progress.made()
        since = since if feed.tells_changes else None
        async for page in provider.read(tokens, claimed.connection.organisation_id, feed, since, last=last):
            rows.extend(page.rows)
            besides.take(page)
            progress.made()
            await lease.keep()


def _loses_many(lists: Lists, rows: Sequence[Row] | StagedLists, held: Mapping[ListName, int]) -> bool:
    return lost_many(rows.numbers, held) if isinstance(rows, StagedLists) else loses_many(lists, rows, held)


def _mismatch(connection: Connection, profile: Sequence[Row]) -> ProviderError | None:
    """The error when a profile is not of the connection's organisation, compared by id; None when it is."""
    if not profile:
        return Unavailable("no profile came back")
    if any(row.key.lower() != connection.organisation_id.lower() for row in profile):
        return NeedsPerson(Cause.WRONG_ORGANISATION, "the profile has another id")
    return None
