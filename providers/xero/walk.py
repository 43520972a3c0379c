"""Decides how one collection is read: which page is next, which rows are new, and whether it is complete.

Sends nothing.

Usually pages are read by id, in which order edited records keep their place. Where Xero refuses that because there are
too many records, they are read by the time of their last change: each call asks for what was changed since the last
record that came. In that order, a record that is edited meanwhile only comes twice.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from contracts.words.standard_information import Row
from providers.kit.json_values import Record
from providers.port.errors import TooSmall
from providers.port.provider import Page
from providers.xero.envelope import Envelope
from providers.xero.feeds import DEFAULT_PAGE_SIZE, PAGE_SIZE, Collection

_log = logging.getLogger(__name__)

LONG = 20
"""Pages after which a walk is too long to be begun anew: it would meet the minute's limit in the same place again."""

_SECOND = timedelta(seconds=1)
"""Times are asked for to the second; whether a record of that very second is included is not known."""

_MOST_WITHOUT_NEWS = 10
"""Pages in a row. More than ten thousand records of one second are not to be expected; a server that repeats its page
for ever is."""


class Walk:
    """The state of reading one collection.

    Args:
        where: The collection.
        since: Read only changes since then; None for everything.

    Attributes:
        since: From when on the next call asks.
    """

    def __init__(self, where: Collection, since: datetime | None) -> None:
        self._where = where
        self._asked_since = self.since = since
        self._params = where.params
        self._page = 1
        self._pages_read = self._without_news = self._unreadable = 0
        self._seen: set[str] = set()
        self._item_count: int | None = None
        self._is_by_change = False

    @property
    def params(self) -> Mapping[str, str]:
        """Query parameters of the next call."""
        return {**self._params, "page": str(self._page)} if self._where.is_paged else self._params

    @property
    def is_long(self) -> bool:
        """Whether so much was read that waiting is better than starting again."""
        return self._pages_read >= LONG

    def go_by_change(self) -> bool:
        """Go on in the order of changes; False if that is in use already or not possible."""
        if self._is_by_change or self._where.params_by_change is None:
            return False
        self._is_by_change, self._params = True, self._where.params_by_change
        self._page, self._item_count = 1, None
        return True

    def nothing(self) -> Page:
        """The page for an answer without a body: nothing has changed, or nothing follows.

        Raises:
            TooSmall: More was to follow.
        """
        self._refuse_short()
        return Page(rows=(), is_unmodified=self._pages_read == 0)

    def take(self, answer: Envelope) -> Page:
        """The page for an answer; each row comes once over the whole reading.

        Raises:
            TooSmall: It cannot be all that there is.
        """
        is_first, is_whole = self._pages_read == 0, self._asked_since is None
        if not answer.records and is_first and is_whole and self._where.is_never_empty:
            raise TooSmall(f"{self._where.path}: no record at all")
        rows = self._new(answer.records)
        self._pages_read += 1
        if not self._is_by_change or self._item_count is None:
            self._item_count = answer.item_count  # by change, each answer counts only what is still to come
        self._without_news = 0 if rows else self._without_news + 1
        is_last = self._is_last(answer, has_news=bool(rows))
        if is_last:
            self._refuse_short()
        else:
            self._advance(rows)
        return Page(rows=rows, is_last=is_last, is_unmodified=is_first and not is_whole and not answer.records)

    def _new(self, records: Sequence[Record]) -> list[Row]:
        rows, unreadable = [], 0
        for record in records:
            row = self._where.parse(record)
            if row is None:
                unreadable += 1
            elif row.key not in self._seen:
                self._seen.add(row.key)
                rows.append(row)
        if unreadable:
            path, total = self._where.path, len(records)
            _log.warning("%s: %d of %d records left out for want of a key", path, unreadable, total)
        self._unreadable += unreadable
        return rows

    def _is_last(self, answer: Envelope, *, has_news: bool) -> bool:
        """Whether no page follows, by Xero's count, or else because this page is not full.

        A page of exactly the default size may be full, from a server that ignored the requested size. A page with
        nothing new was read before, and reading on would never end; in the order of changes, the first page of a second
        may be such.
        """
        if not self._where.is_paged or self._without_news >= _MOST_WITHOUT_NEWS:
            return True
        if not has_news and (not self._is_by_change or not answer.records):
            return True
        if answer.page_count is not None:
            return self._page >= answer.page_count
        return len(answer.records) not in (PAGE_SIZE, DEFAULT_PAGE_SIZE)

    def _advance(self, rows: Sequence[Row]) -> None:
        self._page += 1
        changed = [at for row in rows if (at := getattr(row, "updated_at", None)) is not None]
        if not self._is_by_change or not changed:
            return
        since = max(changed).replace(microsecond=0) - _SECOND
        if self.since is None or since > self.since:
            self.since, self._page = since, 1

    def _refuse_short(self) -> None:
        """Raise if there were fewer records than Xero counts: missing ones would be marked as gone."""
        received = len(self._seen) + self._unreadable
        if self._item_count is not None and received < self._item_count:
            raise TooSmall(f"{self._where.path}: {received} of {self._item_count} records")
