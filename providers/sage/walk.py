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
    """

    def __init__(self, where: Listed, changed: Mapping[str, datetime] | None = None) -> None:
        self._where = where
        # As Sage's filters take a moment: to the second.
        since = {name: moment.astimezone(UTC) for name, moment in (changed or {}).items()}
        self._changed = {name: moment.strftime("%Y-%m-%dT%H:%M:%SZ") for name, moment in since.items()}
        self._page = 1
        self._total: int | None = None
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
            received = Received(where.path, "id", int(kept["received"]), int(kept["without_id"]))
        except (KeyError, TypeError, ValueError):
            return walk
        walk._page, walk._total, walk._received = page, total, received
        return walk

    @property
    def cursor(self) -> str:
        """Where the walk is, for ``at``."""
        received = {"received": len(self._received), "without_id": self._received.without_id}
        return orjson.dumps({"page": self._page, "total": self._total, **received}).decode()

    @property
    def expected(self) -> int | None:
        """How many records with an id there are, by Sage's own count so far; None if it does not say."""
        return None if self._total is None else self._total - self._received.without_id

    @property
    def params(self) -> Mapping[str, str]:
        """Query parameters of the next call."""
        return {**self._where.asked, **self._changed, "page": str(self._page)}

    def take(self, answer: Envelope) -> tuple[list[Record], bool]:
        """The new records of a page, and whether it is the last; each record comes once over the whole reading.

        Raises:
            TooSmall: It cannot be all that there is.
            Unavailable: The records lack the fields that were asked for.
        """
        path = self._where.path
        if not answer.records and self._page == 1 and not self._changed and self._where.is_never_empty:
            raise TooSmall(f"{path}: no record at all")
        if self._where.has_all_fields and any(record.keys() <= BASE for record in answer.records):
            raise Unavailable(f"{path}: records without their fields")
        if answer.total is not None:
            if self._total is not None and answer.total < self._total:
                # One of those left may have moved to a page that was read already.
                raise TooSmall(f"{path}: {answer.total} records, {self._total} on the page before")
            self._total = answer.total
        fresh = self._received.new(answer.records)
        is_last = not answer.has_next or not fresh
        if is_last:
            self._received.end(answer.total)
        self._page += 1
        return fresh, is_last
