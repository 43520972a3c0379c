"""How a run cuts a page of its clients into groups that are pulled together. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from temporalio import workflow

from workflows.plans.sizes import FEWEST_PULLED_TOGETHER, PullSizes

with workflow.unsafe.imports_passed_through():
    from contracts.payloads.pulling import ClientToPull


class PullGroup(NamedTuple):
    """Clients that are pulled together.

    Attributes:
        clients: They, in the run's order.
        is_full: Whether it is one of many, which have a queue of their own.
    """

    clients: Sequence[ClientToPull]
    is_full: bool


def in_groups(page: Sequence[ClientToPull], size: int) -> list[PullGroup]:
    """Cut a page into groups of ``size``; the last one may have fewer, and is not full then."""
    cut = [page[first : first + size] for first in range(0, len(page), size)]
    return [PullGroup(clients, len(clients) == size) for clients in cut]


def in_even_groups(page: Sequence[ClientToPull], sizes: PullSizes) -> list[PullGroup]:
    """Cut a page into groups of which as many as are pulled at once end at about the same time.

    Three hundred clients in groups of twenty-eight are eleven groups: eight are pulled, and then three, while five
    places stand empty. In sixteen groups of eighteen or nineteen, each place has two.

    Args:
        page: Clients in the run's order.
        sizes: How many groups at once, and how large one may be.
    """
    if not page:
        return []
    rounds = ceil(len(page) / (sizes.at_once * sizes.together))
    number = min(rounds * sizes.at_once, max(1, len(page) // FEWEST_PULLED_TOGETHER))
    ends = [len(page) * place // number for place in range(number + 1)]
    return [PullGroup(page[first:end], number > 1) for first, end in pairwise(ends)]
