"""Reads lists that may be long: rows stay in memory while there is room, and from then on pages are stored.

How many rows a process keeps is bounded, and how many pages are on their way at once, whoever wants them; with that,
what it holds of long lists does not grow with the number of clients or of their rows.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from activities.pulls.kept_rows import KeptRows, Room, Share
from activities.pulls.lease import Lease, holder
from activities.pulls.readings import Besides, Claimed, StagedLists
from activities.shared import progress
from contracts.words.lists import KIND_OF, Lists
from contracts.words.standard_information import Row
from models.connections import leases
from models.connections.settings import kept
from models.kit.database import Database
from models.lists import stagings
from models.lists.stagings import Behind, Place
from models.lists.tables import Staging
from providers.kit.fair_semaphore import FairSemaphore
from providers.port.credential import CredentialSource
from providers.port.errors import TooSmall
from providers.port.feeds import Feed
from providers.port.provider import Page, Provider
from rules.lists.staging import FIRST_EXPECTED, KEPT_PAGES, SHORT, expected_rows, may_be_long, may_resume, scope_of

PAGES_AT_ONCE, OF_ONE_PRACTICE = 20, 16
"""Pages of long lists on their way in a process, from the call until its rows are stored. A page of a thousand contacts
takes 3 MB, and at a fifth of a second each these are more than a processor can take in."""

PAGE_SECONDS = 75.0
"""For a page's turn; less than how long an activity may say nothing (``progress.STUCK``)."""


class TakenOver(Exception):
    """A newer try of the same pull goes on with the list, or the lease is lost: this one must store nothing."""


@dataclass(frozen=True, slots=True)
class WantedFeed:
    """A feed that alone fills lists, to be read of a connection."""

    claimed: Claimed
    lists: Lists
    feed: Feed
    since: datetime | None

    @property
    def is_new(self) -> bool:
        """Whether any of it was never read."""
        return not self.claimed.held.keys() >= set(self.lists)

    @property
    def scope(self) -> str:
        """What a staging of it is called."""
        claimed = self.claimed
        return scope_of(
            claimed.pull_id, claimed.grant_id, self.feed.name, self.since, claimed.connection.contacts.value
        )


class LongLists:
    """Reads them.

    Args:
        database: Where pages are stored.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns = FairSemaphore(PAGES_AT_ONCE, OF_ONE_PRACTICE, PAGE_SECONDS)
        self._expected = dict(FIRST_EXPECTED)
        self._room = Room()

    async def read(
        self,
        provider: Provider,
        tokens: CredentialSource,
        wanted: WantedFeed,
        lease: Lease,
        besides: Besides,
        at: datetime,
        *,
        is_again: bool,
    ) -> Sequence[Row] | StagedLists:
        """All rows, in memory or staged.

        Args:
            provider: The accounting software.
            tokens: The login.
            wanted: What to read.
            lease: The lease on the connection; it is renewed as pages arrive.
            besides: Gets what pages tell besides their rows.
            at: This moment.
            is_again: Whether what was read a moment ago is doubted, so that nothing of it is gone on with.

        Raises:
            TooSmall: There are fewer records than the provider counts.
            TakenOver: See there.
        """
        reading = _Reading(self._database, wanted, self._room.share(), at)
        staging = await reading.resume(is_again=is_again)
        if staging is not None and staging.is_all:
            return await reading.end(staging.expected)
        organisation_id, cursor = wanted.claimed.connection.organisation_id, staging.cursor if staging else None
        # Behind pages that are staged, no answer has all of it, even where the list is begun anew.
        last = wanted.claimed.last_answer(wanted.lists) if staging is None else None
        pages = provider.read(tokens, organisation_id, wanted.feed, wanted.since, cursor=cursor, last=last)
        is_last, expected = False, None
        while not is_last:
            async with self._turn(wanted, reading):
                is_last, expected = await self._page(pages, wanted, reading, lease, besides)
        return await reading.end(expected)

    async def _page(
        self, pages: AsyncIterator[Page], wanted: WantedFeed, reading: "_Reading", lease: Lease, besides: Besides
    ) -> tuple[bool, int | None]:
        """Take the next page; apart, so that no name holds on to its rows while the one after waits for its turn."""
        progress.made(reading.where)  # its turn has come
        page = await anext(pages, None)
        if page is None:
            return True, None
        if reading.is_first and wanted.is_new:
            kind = KIND_OF[wanted.lists[0]]
            self._expected[kind] = expected_rows(self._expected[kind], len(page.rows))
        besides.take(page)
        await lease.keep()
        await reading.add(page)
        progress.made(reading.where)
        return page.is_last, page.expected

    def _turn(self, wanted: WantedFeed, reading: "_Reading") -> AbstractAsyncContextManager[None]:
        expected = self._expected[KIND_OF[wanted.lists[0]]]
        is_short = wanted.since is not None or not may_be_long(wanted.lists, wanted.claimed.held, expected)
        if reading.place is None and is_short:
            return nullcontext()
        return self._turns.of(wanted.claimed.connection.practice_id)


class _Reading:
    """What has come of one list so far."""

    def __init__(self, database: Database, wanted: WantedFeed, share: Share, at: datetime) -> None:
        self._database, self._wanted, self._share, self._at = database, wanted, share, at
        self._connection, self._lists = wanted.claimed.connection, wanted.lists
        self._rows: dict[str, Row] = {}
        self._pages = self._staged = 0
        self.place: Place | None = None

    @property
    def is_first(self) -> bool:
        """Whether nothing of the list has come yet."""
        return not self._rows and self.place is None

    @property
    def where(self) -> str | None:
        """How far it has got, for heartbeats."""
        return f"{self._wanted.feed.name} of {self._connection.id}: page {self._pages}" if self.place else None

    async def resume(self, *, is_again: bool) -> Staging | None:
        """Go on with what an earlier try has staged, if that may be done; gives it as it was. Otherwise forget it."""
        staging, wanted = self._wanted.claimed.staged.get(self._lists[0]), self._wanted
        if is_again or (staging and not may_resume(staging, wanted.scope, self._at, is_complete=wanted.since is None)):
            await self._forget()  # what comes now may be too short to be staged itself
            return None
        if staging is None:
            return None
        async with self._database.transaction() as session:
            self.place = await stagings.take_over(session, staging, self._lists)
        if self.place is None:
            return None
        self._pages = self._staged = staging.pages
        return staging

    async def _forget(self) -> None:
        async with self._database.transaction() as session:
            if await leases.hold(session, (self._connection.id,), holder()):
                await stagings.forget(session, Place(self._connection.id, self._lists, uuid4()))

    async def add(self, page: Page) -> None:
        """Take a page's rows."""
        self._rows |= {row.key: row for row in page.rows}
        self._pages += 1
        if self.place is None and self._is_kept():
            return
        # In no list is left out at the end: until then such a record counts as one that came.
        rows = kept(self._lists, [*self._rows.values()], self._connection, is_complete=False)
        self._rows = {}
        async with self._database.transaction() as session:
            if self.place is None:
                scope = self._wanted.scope
                self.place = await stagings.begin(session, self._connection.id, self._lists, scope, self._at)
            self._staged += 1
            behind = Behind(page.cursor, page.is_last, page.expected)
            if not await stagings.add(session, self.place, holder(), self._staged, rows, behind):
                raise TakenOver
        self._share.give_back()

    def _is_kept(self) -> bool:
        return len(self._rows) < SHORT or (self._pages <= KEPT_PAGES and self._share.holds(len(self._rows)))

    async def end(self, expected: int | None) -> Sequence[Row] | StagedLists:
        """All that has come."""
        if self.place is None:
            self._refuse_short(len(self._rows), expected)
            is_complete = self._wanted.since is None
            rows = kept(self._lists, [*self._rows.values()], self._connection, is_complete=is_complete)
            return KeptRows(rows, self._share)
        async with self._database.transaction() as session:
            if not await stagings.hold(session, (self.place,)):
                raise TakenOver
            came, numbers = await stagings.finish(session, self.place)
        self._refuse_short(came, expected)
        return StagedLists(self.place, numbers)

    def _refuse_short(self, came: int, expected: int | None) -> None:
        if expected is not None and came < expected:
            raise TooSmall(f"{self._wanted.feed.name}: {came} of {expected} records")
