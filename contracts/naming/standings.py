"""How a client's connection stands, in the few words that stand beside the client wherever it is listed.

Green is only what was read: a connection that nothing was read through yet, or that has a cause, is none of it.
"""

from enum import StrEnum

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus


class Standing(StrEnum):
    """How a connection stands; the value is what people read."""

    CONNECTED = "Connected"
    NOT_READ_YET = "Connected, not read yet"
    WAITING = "Connected, waiting"
    WITH_A_PROBLEM = "Connected, with a problem"
    NEEDS_RECONNECT = ConnectionStatus.NEEDS_RECONNECT.label
    NEEDS_CLIENT = ConnectionStatus.NEEDS_CLIENT.label
    DISCONNECTING = ConnectionStatus.DISCONNECTING.label
    DISCONNECTED = ConnectionStatus.DISCONNECTED.label
    NOT_CONNECTED = "Not connected"

    @property
    def tone(self) -> str:
        """Its look: ``good``, ``warn``, ``bad``, ``busy`` or ``idle``."""
        return _TONES[self]


_TONES = {
    Standing.CONNECTED: "good",
    Standing.NOT_READ_YET: "busy",
    Standing.WAITING: "busy",
    Standing.WITH_A_PROBLEM: "warn",
    Standing.NEEDS_RECONNECT: "bad",
    Standing.NEEDS_CLIENT: "bad",
    Standing.DISCONNECTING: "busy",
    Standing.DISCONNECTED: "idle",
    Standing.NOT_CONNECTED: "idle",
}


def standing_of(status: ConnectionStatus | None, cause: Cause | None, *, was_read: bool) -> Standing:
    """How a connection stands.

    Args:
        status: Its status; None for a client without a connection.
        cause: Why it is not healthy.
        was_read: Whether anything was ever read through it.
    """
    if status is None:
        return Standing.NOT_CONNECTED
    if status is not ConnectionStatus.CONNECTED:
        return Standing[status.name]
    if cause is not None:
        return Standing.WAITING if cause.is_transient else Standing.WITH_A_PROBLEM
    return Standing.CONNECTED if was_read else Standing.NOT_READ_YET
