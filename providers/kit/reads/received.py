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

    Attributes:
        without_id: How many records have come without an id.
    """

    def __init__(self, name: str, key: str, before: int = 0, without_id: int = 0) -> None:
        self._name, self._key, self._before = name, key, before - without_id
        self._seen: set[str] = set()
        self.without_id = without_id

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

    def end(self, total: int | None) -> None:
        """No more will come; warns of records without an id.

        Args:
            total: How many there are, as the platform counts them; None if it does not say.

        Raises:
            TooSmall: Fewer came: missing ones would be marked as gone.
        """
        if total is not None and len(self) < total:
            raise TooSmall(f"{self._name}: {len(self)} of {total} records")
        if self.without_id:
            _log.warning("%s: %d of %d records left out for want of an id", self._name, self.without_id, len(self))
