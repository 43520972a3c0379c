"""How processes share the slots of a limit on calls at once: equally, by need, and so that nobody is left without.

A pure decision. Each process asks for itself, again and again; what it gets depends on what the others have and want.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Holder(NamedTuple):
    """One process, as it last asked.

    Attributes:
        name: Its id.
        held: How many slots it holds.
        wanted: How many it has use for.
        since: Since when it holds some, or since when it holds none.
    """

    name: str
    held: int
    wanted: int
    since: datetime


def may_use(me: Holder, others: Iterable[Holder], limit: int) -> int:
    """How many slots a process may use now.

    It holds that many; or as many as have calls under way, where these are more, because no slot is taken away from a
    call. All together never hold more than ``limit`` as long as no process begins a call beyond what it may use.

    Args:
        me: The process that asks, with what it wants now.
        others: All other processes that hold or want some.
        limit: How many slots there are.
    """
    beside_me = list(others)
    free = limit - sum(other.held for other in beside_me)
    return max(0, min(_shares([me, *beside_me], limit)[me.name], free))


def _shares(all_of_them: Iterable[Holder], limit: int) -> dict[str, int]:
    """The share of each: nobody more than it wants, and nobody less than another unless it wants less.

    What cannot be divided goes first to those who hold nothing, whoever has waited longest; then to those who have
    held theirs for the shortest time, so that each of many processes has its time with few slots.
    """
    by_need = sorted(all_of_them, key=lambda one: one.wanted)
    shares: dict[str, int] = {}
    left = limit
    for place, one in enumerate(by_need):
        each = left // (len(by_need) - place)
        if one.wanted > each:
            break
        shares[one.name] = one.wanted
        left -= one.wanted
    wanting = sorted((one for one in by_need if one.name not in shares), key=_turn)
    for place, one in enumerate(wanting):
        shares[one.name] = left // len(wanting) + (place < left % len(wanting))
    return shares


def _turn(one: Holder) -> tuple[bool, float, str]:
    has_some, since = one.held > 0, one.since.timestamp()
    return has_some, -since if has_some else since, one.name
