"""Words of links by which a client's own people sign in for it."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

DAYS: Final = 14
"""For how many days a link works unless it is said."""
MOST_DAYS: Final = 60


class MailState(StrEnum):
    """What has become of a mail with a link."""

    ON_ITS_WAY = "on_its_way"
    """The mail server has not taken it yet; it is tried for a day."""
    SENT = "sent"
    """The mail server has taken it."""
    REFUSED = "refused"
    """The mail server refuses it for good; most likely the address is wrong."""
    GIVEN_UP = "given_up"
    """The mail server did not take it for a day."""
    NOT_NEEDED = "not_needed"
    """The link was used, or did not work any more, before the mail was sent."""


MAIL_WAITS: Final = timedelta(days=1)
"""How long a mail is tried that the mail server does not take."""


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
