"""The records of one list that have come so far, over all of its pages: each counts once, by its id."""

import logging
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from heapq import merge

from providers.kit.json_values import Record, text
from providers.port.errors import TooSmall

_log = logging.getLogger(__name__)


class _Seen:
    """Which ids have come, in eight bytes each: a set of them takes twenty times as much, and more than a page's rows.

    They are told apart by their hashes of 64 bits. Of 150,000 ids, two have the same once in a billion lists; such a
    list counts as one of which a record is missing.
    """

    def __init__(self) -> None:
        self._runs: list[array[int]] = []  # each sorted, and longer than the one behind it

    def __contains__(self, key: str) -> bool:
        one = hash(key)
        return any((at := bisect_left(run, one)) < len(run) and run[at] == one for run in self._runs)

    def add(self, keys: Iterable[str]) -> None:
        """Add those of a page."""
        run = array("q", sorted(map(hash, keys)))
        while self._runs and len(self._runs[-1]) <= len(run):
            run = array("q", merge(self._runs.pop(), run))
        self._runs.append(run)


class Received:
    """What has come of a list.

    Args:
        name: The list's, for people who look into a log.
        key: The field with a record's id.
        before: How many records had come where reading is gone on with.
        without_id: How many of them had no id.
        total: How many there were, as the platform counted them then.

    Attributes:
        without_id: How many records have come without an id.
        total: How many there are, as the platform counted them last; None if it has not said.
    """

    def __init__(self, name: str, key: str, before: int = 0, without_id: int = 0, total: int | None = None) -> None:
        self._name, self._key, self._number = name, key, before - without_id
        self._seen = _Seen()
        self.without_id, self.total = without_id, total

    def __len__(self) -> int:
        """How many records, with those that have no id."""
        return self._number + self.without_id

    def new(self, records: Iterable[Record]) -> list[Record]:
        """Those of a page that have not come before, without those that have no id."""
        fresh: dict[str, Record] = {}
        for record in records:
            if (key := text(record.get(self._key))) is None:
                self.without_id += 1
            elif key not in fresh and key not in self._seen:
                fresh[key] = record
        self._seen.add(fresh)
        self._number += len(fresh)
        return [*fresh.values()]

    def know(self, ids: Iterable[str]) -> None:
        """Of those that had come where reading is gone on with, these: they count among them, and are not new again."""
        self._seen.add(ids)

    def counted(self, total: int | None) -> None:
        """Take the platform's count, which comes with a page; None if it does not say.

        Raises:
            TooSmall: There are fewer than before: one of those left may have moved to a page that was read already.
        """
        if total is not None and self.total is not None and total < self.total:
            raise TooSmall(f"{self._name}: {total} records, {self.total} on the page before")
        self.total = self.total if total is None else total

    def end(self) -> None:
        """No more will come; warns of records without an id.

        Raises:
            TooSmall: Fewer came than the platform counts: missing ones would be marked as gone.
        """
        if self.total is not None and len(self) < self.total:
            raise TooSmall(f"{self._name}: {len(self)} of {self.total} records")
        if self.without_id:
            _log.warning("%s: %d of %d records left out for want of an id", self._name, self.without_id, len(self))
