"""Tells which lists a refresh may read in part, and since when, and which it may leave out; pure.

Only a complete read shows which records are gone, so each list is read completely from time to time. A list of which a
provider cannot be asked for changes only would cost a whole read every night, and hardly ever changes: it has its own
turn once a week, and is read sooner where something new refers to what it does not have (``rules.lists.references``).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from contracts.words.causes import Cause
from contracts.words.lists import ListName, Lists


class LastPull(Protocol):
    """What is known of the last pull of a list.

    Attributes:
        pulled_at: When the last successful pull was; None when there was none.
        cause: Why the latest try failed; None when it succeeded.
        attempted_at: When that was.
    """

    @property
    def pulled_at(self) -> datetime | None: ...  # noqa: D102  # see above

    @property
    def cause(self) -> Cause | None: ...  # noqa: D102  # see above

    @property
    def attempted_at(self) -> datetime: ...  # noqa: D102  # see above


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


TURN = timedelta(days=7)
"""Between two turns of a list that has its own."""

_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
_APART = timedelta(hours=90)
"""Between the turns of one list and the next: profile, tax rates, tracking and currencies are a day apart and more."""


def latest_turn(connection_id: UUID, lists: Lists, at: datetime) -> datetime:
    """The latest moment at which it was the turn of a connection's lists, the same in every week.

    Turns are spread over the hours of a week by the connection's id, so that clients that were added together are not
    read whole in one night, and by the list.

    Args:
        connection_id: The connection.
        lists: Lists that are read together.
        at: This moment.
    """
    first = _MONDAY + timedelta(hours=connection_id.int % 168) + _APART * list(ListName).index(lists[0])
    return at - (at - first) % TURN


def resting(
    groups: Iterable[Lists], receipts: Mapping[ListName, LastPull], connection_id: UUID, at: datetime
) -> set[Lists]:
    """Which lists were read in their turn and may be left out of a refresh.

    A list that plan or role do not offer rests too: what was tried in its turn is not tried every night.

    Args:
        groups: Lists that are read together, of which the provider cannot be asked for changes only.
        receipts: Of the connection's lists.
        connection_id: The connection.
        at: This moment.
    """
    found = set()
    for lists in groups:
        turn = latest_turn(connection_id, lists, at)
        if all((one := receipts.get(name)) is not None and _was_read(one, turn) for name in lists):
            found.add(lists)
    return found


def _was_read(last: LastPull, turn: datetime) -> bool:
    if last.cause is not None:
        return last.cause.is_of_list and last.attempted_at >= turn
    return last.pulled_at is not None and last.pulled_at >= turn
