"""Words of links by which a client's own people sign in for it."""

from enum import StrEnum
from typing import Final

DAYS: Final = 14
"""For how many days a link works unless it is said."""
MOST_DAYS: Final = 60


class LinkState(StrEnum):
    """What has become of a link."""

    OPEN = "open"
    """It works: nobody has signed in by it yet."""
    USED = "used"
    """Somebody has signed in by it."""
    WITHDRAWN = "withdrawn"
    """A colleague has taken it back."""
    EXPIRED = "expired"
    """Its time is over."""
    OUT_OF_USE = "out_of_use"
    """Who sent it has left, or the client is connected to other books, disconnected since, archived or erased."""
