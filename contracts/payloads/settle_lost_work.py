"""What ``SettleLostWork`` and its activity answer."""

from contracts.payload import Payload


class SettleLostWorkInput(Payload):
    """Look at all of it, of every practice."""


class LostWorkSettled(Payload):
    """How much nobody worked on any more, and was closed.

    Attributes:
        runs: Runs.
        waiting: Clients that waited in runs for a sync of their own.
        disconnecting: Connections that were being removed.
    """

    runs: int
    waiting: int
    disconnecting: int
