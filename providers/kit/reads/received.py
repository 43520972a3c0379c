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
    """

    def __init__(self, name: str, key: str) -> None:
        self._name, self._key = name, key
        self._seen: set[str] = set()
        self._without_id = 0

    def __len__(self) -> int:
        """How many records, with those that have no id."""
        return len(self._seen) + self._without_id

    def new(self, records: Iterable[Record]) -> list[Record]:
        """Those of a page that have not come before, without those that have no id."""
        fresh = []
        for record in records:
            if (key := text(record.get(self._key))) is None:
                self._without_id += 1
            elif key not in self._seen:
                self._seen.add(key)
                fresh.append(record)
        return fresh

    def end(self, total: int | None) -> None:
        """No more will come; warns of records without an id.

        Args:
            total: How many there are, as the platform counts them; None if it does not say.

        Raises:
            TooSmall: Fewer came: missing ones would be marked as gone.
        """
        if total is not None and len(self) < total:
            raise TooSmall(f"{self._name}: {len(self)} of {total} records")
        if self._without_id:
            _log.warning("%s: %d of %d records left out for want of an id", self._name, self._without_id, len(self))
