"""QuickBooks' query language as far as lists need it, and the walk through the pages of one list.

Sends nothing. The language has no OR and no joins; positions begin at 1; a page has 100 rows unless more are asked for,
and 1,000 at most. Only active records come unless inactive ones are asked for, and the order by id is ignored since
January 2026. Source: Intuit's page on data queries.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from providers.kit.json_values import Record, records_in, whole
from providers.kit.reads.received import Received
from providers.port.errors import TooSmall, Unavailable

PAGE_SIZE = 1000

ACTIVE_OR_NOT = "Active IN (true,false)"

_ORDER = "MetaData.LastUpdatedTime"


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


class Walk:
    """The state of reading one list.

    Pages are no snapshot: a record that is edited meanwhile moves to the end, so that it may come twice and another one
    never. A page may also have fewer rows than it could. So each record counts once, by its id, and the list is whole
    when as many came as QuickBooks itself counts.

    Args:
        asked: The list.
        is_never_empty: Whether there is always a record, so that an answer without one cannot be right.
    """

    def __init__(self, asked: Statement, *, is_never_empty: bool = False) -> None:
        self._asked, self._is_never_empty = asked, is_never_empty
        self._start = 1
        self._received = Received(asked.entity, "Id")

    @property
    def statement(self) -> Statement:
        """The next page's."""
        return replace(self._asked, start=self._start)

    @property
    def statements(self) -> tuple[Statement, Statement]:
        """The first page's, and one that counts the list, to be asked for in one call."""
        return self.statement, replace(self._asked, columns="COUNT(*)")

    def begin(self, first: Record, count: Record) -> tuple[list[Record], bool]:
        """Take the answers to ``statements``; see ``take``.

        Raises:
            Unavailable: There is no count, or the answer contradicts itself.
            TooSmall: It cannot be all that there is.
        """
        counted = whole(count.get("totalCount"))
        if counted is None:
            raise Unavailable(f"{self._asked.entity}: the answer has no count")
        if not counted and self._is_never_empty:
            raise TooSmall(f"{self._asked.entity}: no record at all")
        self._received.counted(counted)
        return self.take(first)

    def take(self, response: Record) -> tuple[list[Record], bool]:
        """The new records of a page, and whether it is the last; each record comes once over the whole reading.

        Raises:
            Unavailable: The answer contradicts itself.
            TooSmall: It cannot be all that there is.
        """
        records = rows_of(response, self._asked.entity)
        fresh = self._received.new(records)
        self._start += len(records)
        is_last = not fresh or len(self._received) >= (self._received.total or 0)
        if is_last:
            self._received.end()
        return fresh, is_last
