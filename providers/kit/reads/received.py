"""The records of one list that have come so far, over all of its pages: each counts once, by its id."""

import logging
from collections.abc import Iterable

from providers.kit.json_values import Record, text
from providers.port.errors import TooSmall

_log = logging.getLogger(__name__)


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
        self._name, self._key, self._before = name, key, before - without_id
        self._seen: set[str] = set()
        self.without_id, self.total = without_id, total

    def __len__(self) -> int:
        """How many records, with those that have no id."""
        return self._before + len(self._seen) + self.without_id

    def new(self, records: Iterable[Record]) -> list[Record]:
        """Those of a page that have not come before, without those that have no id."""
        fresh = []
        for record in records:
            if (key := text(record.get(self._key))) is None:
                self.without_id += 1
            elif key not in self._seen:
                self._seen.add(key)
                fresh.append(record)
        return fresh

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
