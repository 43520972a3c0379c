"""Rows of long lists that wait in memory until they are stored: how many a process keeps at a time.

What counts is what is there: a list's share is looked up among those that something still refers to, so that a pull
that fails or is cancelled takes no room for good, and rows that somebody still holds go on counting.
"""

from collections.abc import Iterable
from weakref import WeakSet

from contracts.words.standard_information import Row
from rules.lists.staging import KEPT_ROWS


class Room:
    """The room of one process.

    Args:
        rows: How many rows it has room for.
    """

    def __init__(self, rows: int = KEPT_ROWS) -> None:
        self._rows = rows
        self._shares: WeakSet[Share] = WeakSet()

    def share(self) -> "Share":
        """Of one list; nothing yet."""
        share = Share(self)
        self._shares.add(share)
        return share

    def has_for(self, share: "Share", rows: int) -> bool:
        """Whether there is room for so many rows of a list in all."""
        return sum(one.rows for one in self._shares) - share.rows + rows <= self._rows


class Share:
    """What one list has of the room.

    Attributes:
        rows: How many rows.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self.rows = 0

    def holds(self, rows: int) -> bool:
        """Whether there is room for so many rows of the list in all; if there is, it is taken."""
        if not self._room.has_for(self, rows):
            return False
        self.rows = rows
        return True

    def give_back(self) -> None:
        """The list has no rows in memory any more."""
        self.rows = 0


class KeptRows(list[Row]):
    """The rows of a list; its share of the room lives as long as they do.

    Args:
        rows: The rows.
        share: The list's share.
    """

    def __init__(self, rows: Iterable[Row], share: Share) -> None:
        super().__init__(rows)
        self._share = share
