"""Tells which lists a refresh may read in part, and since when, and which it may leave out; pure.

Only a complete read shows which records are gone, and a contact that becomes a supplier may keep its date: once a week
it is a connection's turn to be read completely. A list of which a provider cannot be asked for changes only would cost
a whole read every night, and hardly ever changes: it is left out until that turn, unless something new refers to what
it does not have (``rules.lists.references``).
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
        answer_fingerprint: Of the answer that the stored rows are made of; None where none is known.
        answered_at: The pull of which that was last known; whoever stored after it knew nothing of answers.
    """

    @property
    def pulled_at(self) -> datetime | None: ...  # noqa: D102  # see above

    @property
    def cause(self) -> Cause | None: ...  # noqa: D102  # see above

    @property
    def answer_fingerprint(self) -> bytes | None: ...  # noqa: D102  # see above

    @property
    def answered_at(self) -> datetime | None: ...  # noqa: D102  # see above


OVERLAP = timedelta(minutes=30)
"""Read again: a receipt has the moment of storing, and a record may have changed while the pull was reading."""


def changes_since(
    groups: Iterable[Lists], receipts: Mapping[ListName, LastPull], complete_at: datetime | None, turn: datetime
) -> dict[Lists, datetime]:
    """Since when to read lists of which changes are enough; lists that are not named are read completely.

    Args:
        groups: Lists that are read together, where the provider can be asked for changes of them.
        receipts: Of the connection's lists.
        complete_at: When everything was last read completely; None when it never was.
        turn: The connection's latest turn to be read completely.
    """
    if complete_at is None or not was_read_whole(complete_at, turn):
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


def answer_held(lists: Lists, receipts: Mapping[ListName, LastPull]) -> bytes | None:
    """The fingerprint of the answer that the stored rows of lists are made of; None where it is not known for certain.

    Args:
        lists: Lists that are read together.
        receipts: Of the connection's lists.
    """
    found = {_answer_of(receipts.get(name)) for name in lists}
    return found.pop() if len(found) == 1 else None


def _answer_of(last: LastPull | None) -> bytes | None:
    if last is None or last.cause is not None or last.pulled_at is None or last.answered_at != last.pulled_at:
        return None
    return last.answer_fingerprint


def was_read_whole(complete_at: datetime | None, turn: datetime) -> bool:
    """Whether a connection was read completely since its latest turn.

    Args:
        complete_at: When everything was last read completely; None when it never was.
        turn: The connection's latest turn.
    """
    return complete_at is not None and complete_at >= turn


TURN = timedelta(days=7)
"""Between two turns of a connection."""

_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def latest_turn(connection_id: UUID, at: datetime) -> datetime:
    """The latest moment at which it was a connection's turn to be read completely, the same in every week.

    Turns are spread over the hours of a week by the connection's id, so that clients that were added together are not
    all read completely in one night.

    Args:
        connection_id: The connection.
        at: This moment.
    """
    first = _MONDAY + timedelta(hours=connection_id.int % 168)
    return at - (at - first) % TURN


def resting(groups: Iterable[Lists], receipts: Mapping[ListName, LastPull], turn: datetime) -> set[Lists]:
    """Which lists may be left out of a refresh, because they were read since the connection's turn.

    What could not be read, such as a list that the plan does not have, is asked for each time.

    Args:
        groups: Lists that are read together, of which the provider cannot be asked for changes only.
        receipts: Of the connection's lists.
        turn: The connection's latest turn.
    """
    return {lists for lists in groups if all(_was_read(receipts.get(name), turn) for name in lists)}


def _was_read(last: LastPull | None, turn: datetime) -> bool:
    return last is not None and last.cause is None and last.pulled_at is not None and last.pulled_at >= turn
