"""Tells from the check of a login what is wrong with each of its connections, if anything; pure.

That an organisation is listed proves less than reading it: it disproves a lost sign-in, but not an ended subscription.
A cause that the check cannot judge stays until something was read. Receipts of lists are not considered here.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.words.causes import DISPROVED_BY_LISTING, LOGIN_OVER, Cause


class CheckedConnection(NamedTuple):
    """A living connection, as the check sees it.

    Attributes:
        connection_id: The connection.
        organisation_id: The provider's id of its organisation.
        look_cause: What the last look found wrong, apart from what its lists' receipts say.
        limited_until: When the provider takes calls again; None when no limit is known.
    """

    connection_id: UUID
    organisation_id: str
    look_cause: Cause | None
    limited_until: datetime | None = None


class Look(NamedTuple):
    """What is known of a connection apart from its lists.

    Attributes:
        connection_id: The connection.
        cause: What is wrong; None when nothing is.
        detail: For support; at most 200 characters are kept.
        limited_until: When the provider takes calls again; None when the cause is not a limit.
    """

    connection_id: UUID
    cause: Cause | None
    detail: str | None = None
    limited_until: datetime | None = None


def by_listing(connections: Sequence[CheckedConnection], reached: Collection[str]) -> list[Look]:
    """Tell each connection's cause from the organisations that the provider lists for the login.

    Args:
        connections: The practice's living connections of the login.
        reached: Ids of the organisations that the login reaches now.
    """
    return [_look(one, _listed(one.look_cause, one.organisation_id in reached)) for one in connections]


def by_failure(connections: Sequence[CheckedConnection], cause: Cause) -> list[Look]:
    """Tell each connection's cause when the provider did not give its list of organisations.

    Args:
        connections: The practice's living connections of the login.
        cause: Why there is no list. That the login is over becomes the cause of every connection; any other cause
            replaces none that is known.
    """
    is_dead = cause in LOGIN_OVER
    return [_look(one, cause if is_dead else one.look_cause or cause) for one in connections]


def _look(one: CheckedConnection, cause: Cause | None) -> Look:
    return Look(one.connection_id, cause, limited_until=one.limited_until)


def _listed(known: Cause | None, is_reached: bool) -> Cause | None:
    if not is_reached:
        return known if known is Cause.ACCESS_LOST else Cause.DISCONNECTED_AT_PROVIDER
    if known is None or known in DISPROVED_BY_LISTING or known.is_transient:
        return None
    return known
