"""How many items are worked on at once, and how many go into one activity or page."""

from collections.abc import Iterator
from typing import NamedTuple

FEWEST_PROFILES_AT_ONCE, MOST_PROFILES_AT_ONCE = 50, 125
"""Organisations whose profiles one activity reads: a thousand make one group for each that is read at once."""

PROFILES_AT_ONCE_BEFORE, FEWER_PROFILES_AT_ONCE = 50, 25
"""The same in runs that began before ``FEWER_GROUPS``, and before ``LARGER_GROUPS``."""

CLIENTS_CREATED_AT_ONCE = 500
"""Clients made in one transaction: long enough to be cheap, short enough to hold the practice's row only briefly."""

GROUPS_AT_ONCE = 8
"""Groups of clients pulled at once by one run: as many as two processes take (``activities.registry``)."""

CLIENTS_PULLED_TOGETHER = 28
"""Clients that one activity pulls and one transaction stores, at most. A group costs everybody concerned some 30 ms of
CPU time besides its clients; twice as many clients would take more memory than that saves."""


class PullSizes(NamedTuple):
    """How a run pulls its clients.

    Attributes:
        at_once: Groups at once.
        together: Clients of a group, at most.
    """

    at_once: int
    together: int


PULLS = PullSizes(GROUPS_AT_ONCE, CLIENTS_PULLED_TOGETHER)

PULLS_BEFORE = PullSizes(12, 16)
"""Those of runs that began before ``FEWER_GROUPS``."""

FEWER_GROUPS_AT_ONCE = 8
"""Groups at once in runs that began before ``MORE_GROUPS``."""

FEWER_CLIENTS_PULLED_TOGETHER = 8
"""Clients of a group in runs that began before ``LARGER_GROUPS``."""

CLIENTS_AT_ONCE = 64
"""Clients that one run pulls or reassigns at once, each by itself. More only lengthens the server's list of pending
activities, which it reads with each that ends."""

LOGINS_AT_ONCE = 25
"""Logins looked at once by a check; each is a refresh and one call."""

REFRESHES_AT_ONCE = 50
"""Clients refreshed at once by a check: the night has time, and people who wait come first."""

NIGHT_GROUPS_AT_ONCE = 8
"""Groups of clients refreshed at once by a check: as many as a run's. A person's run comes before them
(``policies.night_priority``), as soon as one of them is done."""

NIGHT_GROUP_WEIGHS = 72
"""What the clients of one group of a check weigh (``due_clients.weight_of``), up to a fifth more where groups come out
even (``in_even_groups``): 36 that are read whole, or twice as many of which changes are enough. Of these, most have
nothing new and take three calls and no memory, so that a run's number of them would mostly wait for each other; and of
those that are read whole, most answers are the last ones again."""

NIGHT_GROUP_WEIGHS_LESS, PAGE_OF_DUE_BEFORE = 56, 392
"""The same, and the page of clients, in checks that began before ``FULLER_NIGHT_GROUPS``."""

NIGHT_GROUPS_AT_ONCE_BEFORE, NIGHT_GROUP_WEIGHS_BEFORE = 12, 32
"""The same in checks that began before ``FEWER_GROUPS``."""

FEWER_NIGHT_GROUPS_AT_ONCE = 8
"""Groups at once in checks that began before ``MORE_NIGHT_GROUPS``."""

FEWEST_PULLED_TOGETHER = 8
"""Clients of a run's group, where the run has that many: with fewer, groups cost more than they save."""

PAGE_OF_CLIENTS = 250
"""Clients fetched into the history at a time, about 50 kB."""

PAGE_OF_DUE = 504
"""The same for those whose lists are due: as many as usually make one group for each place, a seventh read whole; about
140 kB where names are short."""

PAGE_OF_PULLS = 2 * GROUPS_AT_ONCE * CLIENTS_PULLED_TOGETHER
"""The same for those that are pulled together: two full groups for each that is pulled at once, about 100 kB."""


def windows(first: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Cut ``first`` (inclusive) to ``end`` (exclusive) into consecutive windows of at most ``size``."""
    for start in range(first, end, size):
        yield start, min(start + size, end)


def profiles_at_once(organisations: int) -> int:
    """How many profiles of so many organisations one activity reads.

    Args:
        organisations: How many there are to list.
    """
    even = -(-organisations // GROUPS_AT_ONCE)
    return max(FEWEST_PROFILES_AT_ONCE, min(even, MOST_PROFILES_AT_ONCE))
