"""Tells what a login's check means for each of its connections, pure: fine, or the cause why not.

A list of organisations proves less than a pull: it disproves a lost sign-in, but not an ended subscription. A cause
that it cannot judge stays until a pull has.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from contracts.causes import Cause
from contracts.runs import ConnectionStatus
from models.checks import CheckedConnection, Settled

_DISPROVED_BY_LISTING = frozenset({Cause.SIGNED_OUT, Cause.DISCONNECTED_AT_PROVIDER})


class Diagnosis(NamedTuple):
    """What the check of one login found.

    Attributes:
        changed: Connections whose health is another now.
        fine: Those that work, whether they did before or not.
    """

    changed: list[Settled]
    fine: list[CheckedConnection]


def by_listing(connections: Sequence[CheckedConnection], reached: Collection[str]) -> Diagnosis:
    """What a list of organisations says.

    Args:
        connections: The practice's living connections of the login.
        reached: Ids of the organisations that the login reaches now.
    """
    return _diagnosis(connections, [_listed(one, one.organisation_id in reached) for one in connections])


def by_failure(connections: Sequence[CheckedConnection], cause: Cause) -> Diagnosis:
    """What it says that the list could not be had.

    Args:
        connections: The practice's living connections of the login.
        cause: Why. A dead sign-in is every connection's cause; anything else says nothing about what is known.
    """
    is_dead = cause is Cause.SIGNED_OUT
    return _diagnosis(connections, [cause if is_dead else one.cause or cause for one in connections])


def _listed(one: CheckedConnection, is_reached: bool) -> Cause | None:
    if not is_reached:
        return one.cause if one.cause is Cause.ACCESS_LOST else Cause.DISCONNECTED_AT_PROVIDER
    if one.cause is None or one.cause in _DISPROVED_BY_LISTING:
        return None
    return None if one.cause.is_transient and not one.has_failed_list else one.cause


def _diagnosis(connections: Sequence[CheckedConnection], causes: Sequence[Cause | None]) -> Diagnosis:
    changed, fine = [], []
    for one, cause in zip(connections, causes, strict=True):
        status = one.status
        if cause is None:
            status = ConnectionStatus.CONNECTED
            fine.append(one)
        elif cause.needs_person:
            status = ConnectionStatus.NEEDS_RECONNECT
        if (status, cause) != (one.status, one.cause):
            changed.append(Settled(one, status, cause))
    return Diagnosis(changed, fine)
