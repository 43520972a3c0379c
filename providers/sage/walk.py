"""Decides how one list is read: which page is next, which records are new, and whether it is complete.

Sends nothing. Pages are counted here: a page past the end is the last one again, so that an empty page ends nothing and
only ``$next`` does. Sage promises no order, so records are told apart by their ids.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from providers.kit.json_values import Record, text
from providers.port.errors import TooSmall, Unavailable
from providers.sage.envelope import Envelope
from providers.sage.feeds import Listed
from providers.sage.fields import BASE

_log = logging.getLogger(__name__)


class Walk:
    """The state of reading one list.

    Args:
        where: The list.
        changed: Filters of what has changed, with the moment (aware) since when; none for everything.
    """

    def __init__(self, where: Listed, changed: Mapping[str, datetime] | None = None) -> None:
        self._where = where
        self._changed = {name: _told(since) for name, since in (changed or {}).items()}
        self._page = 1
        self._seen: set[str] = set()
        self._without_id = 0

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
        fresh = []
        for record in answer.records:
            if (key := text(record.get("id"))) is None:
                self._without_id += 1
            elif key not in self._seen:
                self._seen.add(key)
                fresh.append(record)
        is_last = not answer.has_next or not fresh
        received = len(self._seen) + self._without_id
        if is_last and answer.total is not None and received < answer.total:
            raise TooSmall(f"{path}: {received} of {answer.total} records")
        if is_last and self._without_id:
            _log.warning("%s: %d of %d records left out for want of an id", path, self._without_id, received)
        self._page += 1
        return fresh, is_last


def _told(since: datetime) -> str:
    """A moment as Sage's filters take it, to the second."""
    return since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
