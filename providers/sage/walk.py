"""Decides how one list is read: what a page holds, which is next, which records are new, and whether it is complete.

Sends nothing. Pages are counted here: a page past the end is the last one again, so that an empty page ends nothing and
only ``$next`` does. Sage promises no order, so records are told apart by their ids. A body that does not look like a
success raises ``Unavailable`` and never counts as an empty list, because that would mark all stored rows as gone.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple, Self

import orjson

from providers.kit.json_bodies import read_object, read_records
from providers.kit.json_values import Record, whole
from providers.kit.reads.received import Received
from providers.port.errors import TooSmall, Unavailable
from providers.sage.feeds import Listed
from providers.sage.fields import BASE


class Envelope(NamedTuple):
    """One page of a list.

    Attributes:
        records: In Sage's order, which is none in particular.
        total: How many records there are over all pages; None if Sage does not say.
        has_next: Whether Sage names a next page. Where it goes is not read: it is a path without host and version in
            one document and a whole address in another.
    """

    records: list[Record]
    total: int | None
    has_next: bool


def envelope(body: bytes, *, has_decimals: bool = False) -> Envelope:
    """The page of a list; ``has_decimals`` as of ``read_json``.

    Raises:
        Unavailable: The body is malformed, cut off, or another thing than a list.
    """
    parsed = read_object(body, has_decimals=has_decimals)
    total = whole(parsed.get("$total"))
    return Envelope(read_records(parsed.get("$items"), "$items"), total, bool(parsed.get("$next")))


class Walk:
    """The state of reading one list.

    Args:
        where: The list.
        changed: Filters of what has changed, with the moment (aware) since when; none for everything.

    Attributes:
        where: The list.
    """

    def __init__(self, where: Listed, changed: Mapping[str, datetime] | None = None) -> None:
        self.where = where
        # As Sage's filters take a moment: to the second.
        self._changed = {name: f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for name, since in (changed or {}).items()}
        self._page = 1
        self._received = Received(where.path, "id")

    @classmethod
    def at(cls, where: Listed, changed: Mapping[str, datetime] | None, cursor: str) -> Self:
        """The walk as it was when it gave this cursor; only the ids that had come are forgotten.

        A cursor that another release has written in another way begins at the first page.
        """
        walk = cls(where, changed)
        try:
            kept = orjson.loads(cursor)
            page, total = int(kept["page"]), None if kept["total"] is None else int(kept["total"])
            received = Received(where.path, "id", int(kept["received"]), int(kept["without_id"]), total)
        except (KeyError, TypeError, ValueError):
            return walk
        walk._page, walk._received = page, received
        return walk

    @property
    def cursor(self) -> str:
        """Where the walk is, for ``at``."""
        come = self._received
        kept = {"page": self._page, "total": come.total, "received": len(come), "without_id": come.without_id}
        return orjson.dumps(kept).decode()

    @property
    def expected(self) -> int | None:
        """How many records with an id there are, by Sage's own count so far; None if it does not say."""
        return None if self._received.total is None else self._received.total - self._received.without_id

    @property
    def params(self) -> Mapping[str, str]:
        """Query parameters of the next call; Sage's first page needs no number."""
        page = {"page": str(self._page)} if self._page > 1 else {}
        return {**self.where.asked, **self._changed, **page}

    def take(self, answer: Envelope) -> tuple[list[Record], bool]:
        """The new records of a page, and whether it is the last; each record comes once over the whole reading.

        Raises:
            TooSmall: It cannot be all that there is.
            Unavailable: The records lack the fields that were asked for.
        """
        path = self.where.path
        if not answer.records and self._page == 1 and not self._changed and self.where.is_never_empty:
            raise TooSmall(f"{path}: no record at all")
        if self.where.has_all_fields and any(record.keys() <= BASE for record in answer.records):
            raise Unavailable(f"{path}: records without their fields")
        self._received.counted(answer.total)
        fresh = self._received.new(answer.records)
        is_last = not answer.has_next or not fresh
        if is_last:
            self._received.end()
        self._page += 1
        return fresh, is_last
