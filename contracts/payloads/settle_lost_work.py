"""What ``SettleLostWork`` and its activity answer."""

from contracts.payload import Payload


class SettleLostWorkInput(Payload):
    """Look for lost work of every practice; it needs no parameters."""


class LostWorkSettled(Payload):
    """How much was closed because the workflow that should have worked on it no longer exists.

    Attributes:
        runs: Open runs that were closed.
        waiting: Clients of runs that waited for a ``SyncClient``.
        disconnecting: Connections that were being removed.
    """

    runs: int
    waiting: int
    disconnecting: int
