"""What has become of a link by which a client's own people sign in for it, and what came by it; pure."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.words.client_links import LinkState
from contracts.words.connections import ConnectionStatus


class LinkFacts(NamedTuple):
    """What a link's state follows from.

    Attributes:
        is_used: Whether a sign-in by it has succeeded.
        is_withdrawn: Whether a colleague has taken it back.
        expires_at: Until when it works (aware).
        has_sender_left: Whether the colleague who sent it has left the practice.
        is_archived: Whether the client is archived, or is no account of its own any more.
        is_current: Whether the client's books are still those that it was made for.
        was_ended: Whether the client was disconnected when it was made.
        status: The connection's now.
    """

    is_used: bool
    is_withdrawn: bool
    expires_at: datetime
    has_sender_left: bool
    is_archived: bool
    is_current: bool
    was_ended: bool
    status: ConnectionStatus


def state_of(link: LinkFacts, at: datetime) -> LinkState:
    """What has become of a link; what somebody did with it comes before what time did.

    A client that was disconnected after the link was made is not connected again by it: that was decided later.

    Args:
        link: The facts.
        at: This moment (aware).
    """
    if link.is_used:
        return LinkState.USED
    if link.is_withdrawn:
        return LinkState.WITHDRAWN
    is_ended_since = link.status.is_leaving and not (link.was_ended and link.status is ConnectionStatus.DISCONNECTED)
    if link.has_sender_left or link.is_archived or not link.is_current or is_ended_since:
        return LinkState.OUT_OF_USE
    return LinkState.EXPIRED if link.expires_at <= at else LinkState.OPEN


NAMED = 3
"""Organisations that a sentence names; more are counted."""


def other_pick(wanted: str, came: Sequence[str], title: str) -> str:
    """What whoever signed in reads when what they chose is not the client's own organisation.

    Args:
        wanted: Name of the client's organisation.
        came: Names of those that came instead, as far as the accounting software says.
        title: The accounting software's name.
    """
    shown = list(came[:NAMED])
    if len(came) > NAMED:
        shown.append(f"{len(came) - NAMED} more")
    names = " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
    chosen = f"You chose {names}" if names else f"What you allowed in {title} was something else"
    return f"{chosen}; this link is for {wanted} alone. Nothing was kept of it and nothing was changed."


def is_own(wanted: str | None, came: Collection[str]) -> bool:
    """Whether the client's own organisation, by its id, is among those that a sign-in brought."""
    return wanted is not None and wanted in came
