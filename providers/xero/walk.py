"""Decides how one collection is read: which page is next, which rows are new, and whether it is complete.

Sends nothing.

Usually pages are read by id, in which order edited records keep their place. Where Xero refuses that because there are
too many records, they are read by the time of their last change: each call asks for what was changed since the last
record that came. In that order, a record that is edited meanwhile only comes twice.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self

import orjson
from msgspec import Raw

from contracts.words.standard_information import Row
from providers.kit.json_values import Record
from providers.port.errors import TooSmall
from providers.port.provider import Page
from providers.xero.envelope import Envelope
from providers.xero.feeds import DEFAULT_PAGE_SIZE, PAGE_SIZE, Collection

_log = logging.getLogger(__name__)

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
        is_done: Whether no page follows.
    """

    def __init__(self, where: Collection, since: datetime | None) -> None:
        self._where = where
        self._asked_since = self.since = since
        self._params = where.params
        self._page = 1
        self._pages_read = self._without_news = self._unreadable = self._received = 0
        self._latest: frozenset[str] = frozenset()
        self._item_count: int | None = None
        self._is_by_change = self.is_done = False

    @classmethod
    def at(cls, where: Collection, since: datetime | None, cursor: str) -> Self:
        """The walk as it was when it gave this cursor; only the keys of the page before are forgotten.

        A cursor that another release has written in another way begins at the first page.
        """
        walk = cls(where, since)
        try:
            kept = orjson.loads(cursor)
            walk._page, walk._pages_read = int(kept["page"]), int(kept["pages_read"])
            walk._received, walk._unreadable = int(kept["received"]), int(kept["unreadable"])
            walk._item_count = None if kept["items"] is None else int(kept["items"])
            walk.since = None if kept["since"] is None else datetime.fromisoformat(kept["since"])
            if kept["by_change"]:
                walk._is_by_change, walk._params = True, where.params_by_change or where.params
        except (KeyError, TypeError, ValueError):
            return cls(where, since)
        return walk

    @property
    def cursor(self) -> str:
        """Where the walk is, for ``at``."""
        return orjson.dumps(
            {
                "page": self._page,
                "pages_read": self._pages_read,
                "received": self._received,
                "unreadable": self._unreadable,
                "items": self._item_count,
                "since": None if self.since is None else self.since.isoformat(),
                "by_change": self._is_by_change,
            }
        ).decode()

    @property
    def params(self) -> Mapping[str, str]:
        """Query parameters of the next call."""
        return {**self._params, "page": str(self._page)} if self._where.is_paged else self._params

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
        self.is_done = True
        return Page(rows=(), is_unmodified=self._pages_read == 0, expected=self._expected)

    @property
    def is_whole(self) -> bool:
        """Whether everything is read, and no page of it has come yet: the next answer may be all that there is."""
        return self._asked_since is None and self._pages_read == 0 and not self._is_by_change

    def same(self, fingerprint: bytes) -> Page:
        """The page for an answer that is the last one again, which was all that there is."""
        self.is_done = True
        return Page(rows=(), is_unmodified=True, fingerprint=fingerprint)

    def take(self, answer: Envelope[Record] | Envelope[Raw], fingerprint: bytes | None = None) -> Page:
        """The page for an answer, without rows that came on the page before.

        Args:
            answer: The answer.
            fingerprint: Its own, if it has one.

        Raises:
            TooSmall: It cannot be all that there is.
        """
        is_first, is_whole = self._pages_read == 0, self._asked_since is None
        if not answer.records and is_first and is_whole and self._where.is_never_empty:
            raise TooSmall(f"{self._where.path}: no record at all")
        rows = self._new(answer.records)
        self._pages_read += 1
        if not self._is_by_change or self._item_count is None:
            self._refuse_shrunk(answer.item_count)
            self._item_count = answer.item_count  # by change, each answer counts only what is still to come
        self._without_news = 0 if rows else self._without_news + 1
        is_last = self._is_last(answer, has_news=bool(rows))
        if is_last:
            self._refuse_short()
            self.is_done = True
        else:
            self._advance(rows)
        return Page(
            rows=rows,
            is_last=is_last,
            is_unmodified=is_first and not is_whole and not answer.records,
            cursor=None if is_last else self.cursor,
            expected=self._expected if is_last else None,
            fingerprint=fingerprint if is_last and is_first else None,
        )

    def _new(self, records: Sequence[Record] | Sequence[Raw]) -> list[Row]:
        rows: dict[str, Row] = {}
        unreadable = 0
        for record in records:
            row = self._where.parse(record)
            if row is None:
                unreadable += 1
            else:
                rows[row.key] = row
        # Of all pages the keys would take more memory than the rows of one. A record that comes twice for another
        # reason does no harm, as long as whoever stores it counts it once.
        new = [row for key, row in rows.items() if key not in self._latest]
        self._latest = frozenset(rows)
        if unreadable:
            path, total = self._where.path, len(records)
            _log.warning("%s: %d of %d records left out for want of a key", path, unreadable, total)
        self._unreadable += unreadable
        self._received += len(new)
        return new

    def _is_last(self, answer: Envelope[Record] | Envelope[Raw], *, has_news: bool) -> bool:
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

    def _refuse_shrunk(self, items: int | None) -> None:
        """Raise if there are fewer records than the page before counted: one may have moved to a page already read."""
        if items is not None and self._item_count is not None and items < self._item_count:
            raise TooSmall(f"{self._where.path}: {items} records, {self._item_count} on the page before")

    @property
    def _expected(self) -> int | None:
        return None if self._item_count is None else self._item_count - self._unreadable

    def _refuse_short(self) -> None:
        """Raise if there were fewer records than Xero counts: missing ones would be marked as gone."""
        received = self._received + self._unreadable
        if self._item_count is not None and received < self._item_count:
            raise TooSmall(f"{self._where.path}: {received} of {self._item_count} records")
