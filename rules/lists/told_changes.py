"""What follows from changes that a provider told of by itself: which connections are due, and since when; pure.

Polling stays the truth: a connection that is due is read by the next night. What was told twice, too late or in another
order changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from contracts.words.lists import ListName


class ToldOf(NamedTuple):
    """A change of an organisation: when it happened (aware), and in which lists."""

    organisation_id: str
    at: datetime
    lists: Collection[ListName]


def changed_since(told: Iterable[ToldOf], now: datetime) -> Mapping[str, Mapping[ListName, datetime]]:
    """By organisation and list, the latest moment at which it changed; none is later than now.

    Args:
        told: The changes, in any order.
        now: This moment (aware).
    """
    latest: dict[str, dict[ListName, datetime]] = {}
    for one in told:
        of_lists = latest.setdefault(one.organisation_id, {})
        for name in one.lists:
            at = min(one.at, now)
            of_lists[name] = max(of_lists.get(name, at), at)
    return latest


def is_due(changed: Mapping[ListName, datetime], chosen: Collection[ListName] | None, read_at: datetime | None) -> bool:
    """Whether a connection has to be read for what was told of its organisation.

    Args:
        changed: By list, when it last changed.
        chosen: The lists that its settings choose; None for all.
        read_at: When its lists were last read together; None for never.
    """
    theirs = [at for name, at in changed.items() if chosen is None or name in chosen]
    return bool(theirs) and (read_at is None or max(theirs) >= read_at)
