"""What a row of the client list offers to do: for each state of a client, the steps that may put it right."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus


class RowAction(StrEnum):
    """A step that a person can take out of a client's row."""

    RECONNECT = "reconnect"
    SEND_LINK = "send_link"
    ASK_CLIENT = "ask_client"
    TRY_AGAIN = "try_again"
    LEAVE_LIST_OUT = "leave_list_out"
    CONNECT = "connect"
    RESTORE = "restore"


_OF_CAUSE: Final[dict[Cause, tuple[RowAction, ...]]] = {
    Cause.SUBSCRIPTION_ENDED: (RowAction.ASK_CLIENT, RowAction.TRY_AGAIN),
    Cause.CONNECTION_CAP_REACHED: (RowAction.TRY_AGAIN,),
    Cause.TOO_MANY_RECORDS: (RowAction.LEAVE_LIST_OUT,),
    Cause.UNKNOWN: (RowAction.TRY_AGAIN,),
}
"""Of causes that no sign-in repairs."""

_ONLY_CLIENT_MAY: Final = frozenset({Cause.ACCESS_LOST, Cause.DISCONNECTED_AT_PROVIDER})
"""Causes that often only the client's own people can repair: access was taken away on their side."""


def row_actions(
    status: ConnectionStatus | None, cause: Cause | None, *, is_archived: bool = False, ends_soon: bool = False
) -> Sequence[RowAction]:
    """The steps for one client, the likeliest first; empty where nothing is to do, or it passes by itself.

    Args:
        status: Of its connection; None without one.
        cause: Why the connection is not healthy.
        is_archived: Whether the client is in the archive.
        ends_soon: Whether its sign-in ends for good within days.
    """
    if is_archived:
        return (RowAction.RESTORE,)
    if status is None:
        return (RowAction.CONNECT,)
    if status is ConnectionStatus.DISCONNECTED:
        return (RowAction.RECONNECT,)
    if status is ConnectionStatus.DISCONNECTING:
        return ()
    if cause is None:
        return (RowAction.RECONNECT,) if ends_soon or status is ConnectionStatus.NEEDS_RECONNECT else ()
    if cause.signing_in_helps:
        return (RowAction.RECONNECT, *((RowAction.SEND_LINK,) if cause in _ONLY_CLIENT_MAY else ()))
    return _OF_CAUSE.get(cause, ())
