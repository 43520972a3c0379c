"""Decides whether an answer has lost so many rows that the provider is asked once more before it is believed; pure.

The same answer a second time is believed, even if no tax rate and no currency is left: no provider publishes that an
organisation has at least one.
"""

from collections.abc import Collection, Mapping, Sequence

from contracts.words.lists import ListName, Lists
from contracts.words.standard_information import Row
from rules.lists.list_changes import numbers

MANY, SHARE = 20, 8
"""So many rows fewer than at the last pull, or one in so many, is seldom somebody's work and often half an answer."""


def loses_many(lists: Lists, rows: Sequence[Row], held: Mapping[ListName, int]) -> bool:
    """Whether one of the lists would lose many of its rows, or all of them.

    Args:
        lists: The lists that were read together.
        rows: All rows that were read of them, each once.
        held: How many rows each list has in the database.
    """
    if not any(name in held for name in lists):  # a first pull
        return False
    return lost_many(numbers(lists, rows), held)


def lost_many(numbers: Mapping[ListName, int], held: Mapping[ListName, int]) -> bool:
    """The same where it is known how many rows each of the lists has."""
    lost = ((held.get(name, 0), held.get(name, 0) - now) for name, now in numbers.items())
    return any(fewer > 0 and (fewer >= MANY or fewer * SHARE >= before) for before, fewer in lost)


def is_much_missing(known: Collection[str], reached: Collection[str]) -> bool:
    """Whether a list of organisations lacks so many known ones that the provider is asked again before it is believed.

    That one of many is missing is ordinary: somebody has removed it. Several or all missing at once are rare.

    Args:
        known: Ids of the organisations that the login was known to reach.
        reached: Ids of those listed now.
    """
    missing = len(set(known).difference(reached))
    return missing > 1 or (missing == 1 and not reached)
