"""Decides whether a client may move to another colleague now, and what its connection says afterwards."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from rules.night.digesting import Letter


class ToMove(NamedTuple):
    """A client as its move reads it, on locked rows.

    Attributes:
        owner_id: Who looks after it.
        owner_name: Their name.
        is_living: Whether its connection is in use.
    """

    owner_id: UUID
    owner_name: str
    is_living: bool


class Taker(NamedTuple):
    """The colleague who gets the client.

    Attributes:
        name: Their name.
        has_left: Whether they are deactivated.
    """

    name: str
    has_left: bool


def changed_meanwhile(client: ToMove, taker: Taker, shown_owner_id: UUID | None, *, keeps_login: bool) -> str | None:
    """Say why the client is left as it is; None when it may move.

    A client is left as it is when it is no longer what it was when the list was shown.

    Args:
        client: As it is now.
        taker: Who gets it.
        shown_owner_id: Whose client it was when the list was shown.
        keeps_login: Whether the owner moves even where the login cannot; a connection that ended is no matter then.
    """
    if client.owner_id != shown_owner_id:
        return f"Looked after by {client.owner_name} by now."
    if taker.has_left:
        return f"{taker.name} has left meanwhile."
    if not keeps_login and not client.is_living:
        return "It was disconnected meanwhile."
    return None


def not_opened(cause: Cause, *, is_in_use: bool) -> str:
    """Say that the new login cannot open a client's organisation.

    Args:
        cause: Why not.
        is_in_use: Whether it is the one that the connection uses, as where a sign-in ends the one before.
    """
    if is_in_use:
        return f"Your login cannot open it now, so its owner stays. The connection has no other. {cause.sentence}"
    return f"Your login cannot open it now, so nothing was changed. {cause.sentence}"


def kept_login(status: ConnectionStatus, cause: Cause | None, taker_name: str) -> str:
    """A sentence on a connection that keeps a login which is not the new owner's."""
    if status is ConnectionStatus.NEEDS_RECONNECT:
        return f"It needs reconnecting: {taker_name} can do that with a login of their own."
    if status is ConnectionStatus.NEEDS_CLIENT and cause is not None:
        return f"No sign-in repairs its connection. {cause.sentence} {cause.next_step}"
    return f"It keeps the login that it had; {taker_name} can reconnect it with a login of their own."


def moved_away(name: str, moved: Sequence[tuple[str, str]]) -> Letter:
    """The mail that tells a colleague which clients of theirs somebody else looks after now.

    Args:
        name: The colleague's.
        moved: The clients' names, each with that of its new owner.
    """
    subject = (
        "One of your clients has a new owner" if len(moved) == 1 else f"{len(moved)} of your clients have new owners"
    )
    lines = "\n".join(f"- {client}: {owner}" for client, owner in moved)
    return Letter(subject, f"Hello {name},\n\nThese clients are looked after by somebody else now:\n\n{lines}")
