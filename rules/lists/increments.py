"""Tells which lists a refresh may read in part, and since when; pure.

Only a complete read shows which records are gone, so each list is read completely from time to time.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from contracts.words.causes import Cause
from contracts.words.lists import ListName, Lists


class LastPull(Protocol):
    """What is known of the last pull of a list.

    Attributes:
        pulled_at: When the last successful pull was; None when there was none.
        cause: Why the latest try failed; None when it succeeded.
    """

    @property
    def pulled_at(self) -> datetime | None: ...  # noqa: D102  # see above

    @property
    def cause(self) -> Cause | None: ...  # noqa: D102  # see above


COMPLETE_EVERY = timedelta(days=6, hours=12)
"""A pass over everything once a week: a deleted record leaves no trace in changes, and a contact that becomes a
supplier may keep its date. Half a day less than a week, so that seven nights are never a little short of it."""

OVERLAP = timedelta(minutes=30)
"""Read again: a receipt has the moment of storing, and a record may have changed while the pull was reading."""


def changes_since(
    groups: Iterable[Lists], receipts: Mapping[ListName, LastPull], complete_at: datetime | None, at: datetime
) -> dict[Lists, datetime]:
    """Since when to read lists of which changes are enough; lists that are not named are read completely.

    Args:
        groups: Lists that are read together, where the provider can be asked for changes of them.
        receipts: Of the connection's lists.
        complete_at: When everything was last read completely; None when it never was.
        at: This moment.
    """
    if complete_at is None or at - complete_at >= COMPLETE_EVERY:
        return {}
    since = {}
    for lists in groups:
        moments = [
            receipt.pulled_at
            for name in lists
            if (receipt := receipts.get(name)) and receipt.pulled_at is not None and receipt.cause is None
        ]
        # Whatever was read last before that complete read, such as a list that was not chosen then, was no part of it.
        if len(moments) == len(lists) and min(moments) >= complete_at:
            since[lists] = min(moments) - OVERLAP
    return since
