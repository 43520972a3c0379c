"""QuickBooks' query language as far as lists need it, and the walk through the pages of one list.

Sends nothing. The language has no OR and no joins; positions begin at 1; a page has 100 rows unless more are asked for,
and 1,000 at most. Only active records come unless inactive ones are asked for, and the order by id is ignored since
January 2026. Source: Intuit's page on data queries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

import orjson

from providers.kit.json_values import Record, records_in, text, whole
from providers.kit.reads.received import Received
from providers.port.errors import TooSmall, Unavailable
from providers.quickbooks.fields import changed_at

PAGE_SIZE = 1000

ACTIVE_OR_NOT = "Active IN (true,false)"

_ORDER = "MetaData.LastUpdatedTime"

_SECOND = timedelta(seconds=1)
"""Moments are told in whole seconds; whether they are cut or rounded is not known."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One query.

    Attributes:
        entity: What is read.
        columns: What of it; ``*`` leaves some fields out.
        where: Conditions, all of which hold.
        start: The position of the first row; None for a statement without pages.
        has_decimals: Whether a row takes fractions from it, so that no number may pass through a binary float.
    """

    entity: str
    columns: str = "*"
    where: tuple[str, ...] = ()
    start: int | None = None
    has_decimals: bool = False

    @property
    def text(self) -> str:
        """As it is sent."""
        where = f" WHERE {' AND '.join(self.where)}" if self.where else ""
        pages = "" if self.start is None else f" ORDERBY {_ORDER} ASC STARTPOSITION {self.start} MAXRESULTS {PAGE_SIZE}"
        return f"SELECT {self.columns} FROM {self.entity}{where}{pages}"  # noqa: S608  # our own words, and no SQL

    def since(self, moment: datetime) -> "Statement":
        """The same for what changed since then (aware). The offset is told: without one, it would be Pacific time."""
        told = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        return replace(self, where=(*self.where, f"{_ORDER} >= '{told}'"))


def rows_of(response: Record, entity: str) -> list[Record]:
    """The records of a ``QueryResponse``; an answer without the entity's key is an empty list.

    Raises:
        Unavailable: They are no records, or fewer than the answer says itself.
    """
    listed = response.get(entity, [])
    records, told = records_in(listed), whole(response.get("maxResults")) or 0
    if not isinstance(listed, list) or len(records) < max(len(listed), told):
        raise Unavailable(f"{entity}: not the records that the answer speaks of")
    return records


class _Behind(NamedTuple):
    """Where reading is gone on with: at a position in what has changed since then, or of all (None)."""

    since: datetime | None
    start: int


class Walk:
    """The state of reading one list.

    Pages are no snapshot: a record that is edited meanwhile moves to the end, so that it may come twice and another one
    never. A page may also have fewer rows than it could. So each record counts once, by its id, and the list is whole
    when as many came as QuickBooks itself counts, which is asked together with the first page and with each that may be
    the last: a record that was added in between makes up for none that was missed.

    Behind a page, positions in the whole list are of no use a minute later, since each record among those read that was
    edited has moved the others. The order is that of changes, so reading is gone on with in what has changed since the
    second before the last record's change, behind what came of that: nobody moves into it but to its end.

    Args:
        asked: The list.
        is_never_empty: Whether there is always a record, so that an answer without one cannot be right.
    """

    def __init__(self, asked: Statement, *, is_never_empty: bool = False) -> None:
        self._list, self._is_never_empty = asked, is_never_empty
        self._asked, self._start = asked, 1
        self._behind: _Behind | None = _Behind(None, 1)
        self._received = Received(asked.entity, "Id")
        self._left_out: list[str] = []

    @classmethod
    def at(cls, asked: Statement, cursor: str) -> Self:
        """The walk as it was when it gave this cursor; of the ids that had come, only those left out are remembered.

        A cursor that another release has written in another way begins at the first page.
        """
        walk = cls(asked)
        try:
            kept = orjson.loads(cursor)
            since = None if kept["since"] is None else datetime.fromisoformat(kept["since"])
            behind, left_out = _Behind(since, int(kept["start"])), [*map(str, kept["left_out"])]
            received = Received(asked.entity, "Id", int(kept["received"]), int(kept["without_id"]), int(kept["total"]))
        except (KeyError, TypeError, ValueError):
            return walk
        walk._asked, walk._start = asked if since is None else asked.since(since), behind.start
        walk._behind, walk._received, walk._left_out = behind, received, left_out
        received.know(left_out)
        return walk

    @property
    def cursor(self) -> str | None:
        """Where the walk is, for ``at``; None where records do not say when they were changed."""
        if self._behind is None:
            return None
        since, come = self._behind.since, self._received
        kept = {
            "since": None if since is None else since.isoformat(),
            "start": self._behind.start,
            "received": len(come),
            "without_id": come.without_id,
            "left_out": self._left_out,
            "total": come.total,
        }
        return orjson.dumps(kept).decode()

    @property
    def expected(self) -> int | None:
        """Of how many records there are rows, by QuickBooks' own count so far."""
        left_out = self._received.without_id + len(self._left_out)
        return None if self._received.total is None else self._received.total - left_out

    def leave_out(self, records: Iterable[Record]) -> None:
        """These of those that came are no rows, such as an item's folder.

        Nobody but the walk remembers them where reading is gone on with. One that is edited meanwhile comes once more:
        counted twice, it would make up for a record that never came.
        """
        self._left_out += [key for record in records if (key := text(record.get("Id"))) is not None]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The next page's, and where it may be the last one that counts the list, to be asked for in one call."""
        page = replace(self._asked, start=self._start)
        may_be_last = len(self._received) + PAGE_SIZE >= (self._received.total or 0)
        return (page, replace(self._list, columns="COUNT(*)")) if may_be_last else (page,)

    def take(self, response: Record, count: Record | None = None) -> tuple[list[Record], bool]:
        """The new records of a page, and whether it is the last; each record comes once over the whole reading.

        Args:
            response: The answer to the first of the ``statements``.
            count: The answer to the second, if there was one.

        Raises:
            Unavailable: There is no count, or an answer contradicts itself.
            TooSmall: It cannot be all that there is.
        """
        if count is not None:
            self._count(count)
        records = rows_of(response, self._list.entity)
        fresh = self._received.new(records)
        self._start += len(records)
        self._behind = _behind(self._behind, records)
        is_last = not fresh or len(self._received) >= (self._received.total or 0)
        if is_last:
            self._received.end()
        return fresh, is_last

    def _count(self, answer: Record) -> None:
        counted = whole(answer.get("totalCount"))
        if counted is None:
            raise Unavailable(f"{self._list.entity}: the answer has no count")
        if not counted and self._is_never_empty:
            raise TooSmall(f"{self._list.entity}: no record at all")
        self._received.counted(counted)


def _behind(before: _Behind | None, records: Sequence[Record]) -> _Behind | None:
    """Where reading is gone on with behind a page, given where it would have been behind the one before."""
    times = [at for record in records if (at := changed_at(record)) is not None]
    if not times or len(times) < len(records):
        return None
    since = times[-1].replace(microsecond=0) - _SECOND
    came = sum(at >= since for at in times)
    if came < len(records):
        return _Behind(since, came + 1)
    # A whole page of two seconds, as after an import.
    return before and before._replace(start=before.start + came)
