"""How a check cuts the clients that are due into groups: as the code did with which the check began."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from temporalio import workflow

from workflows.plans import due_clients, patches, sizes
from workflows.plans.due_clients import Group


class NightGroups(NamedTuple):
    """The groups of a check.

    Attributes:
        at_once: How many are refreshed at once.
        page: How many clients are fetched for them at a time.
        cut: Cuts a page.
    """

    at_once: int
    page: int
    cut: Callable[[Group], Sequence[Group]]


def night_groups() -> NightGroups:
    """The groups of the check that asks."""
    if workflow.patched(patches.FULLER_NIGHT_GROUPS):
        return _even(sizes.NIGHT_GROUP_WEIGHS, sizes.NIGHT_GROUPS_AT_ONCE, sizes.PAGE_OF_DUE)
    if workflow.patched(patches.FEWER_GROUPS):
        return _even(sizes.NIGHT_GROUP_WEIGHS_LESS, sizes.NIGHT_GROUPS_AT_ONCE, sizes.PAGE_OF_DUE_BEFORE)
    if workflow.patched(patches.MORE_NIGHT_GROUPS):
        return _even(sizes.NIGHT_GROUP_WEIGHS_BEFORE, sizes.NIGHT_GROUPS_AT_ONCE_BEFORE, sizes.PAGE_OF_DUE_BEFORE)
    return NightGroups(sizes.FEWER_NIGHT_GROUPS_AT_ONCE, sizes.PAGE_OF_CLIENTS, _not_even)


def _even(weight: int, at_once: int, page: int) -> NightGroups:
    return NightGroups(at_once, page, lambda clients: due_clients.in_even_groups(clients, weight, at_once))


def _not_even(clients: Group) -> Sequence[Group]:
    """Asks for its patch when there is a page to cut, as it always did: a replay compares where it is asked."""
    if workflow.patched(patches.NIGHT_BY_WEIGHT):
        return due_clients.by_weight(clients, sizes.NIGHT_GROUP_WEIGHS_BEFORE)
    return due_clients.in_groups(clients, sizes.PULLS_BEFORE.together)
