"""What ``DisconnectClient`` is started with and answers, and the inputs and results of its activities."""

from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.sync_client import ClientFacts
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus


class DisconnectClientInput(Payload):
    """Remove one connection at the provider, for as long as it takes.

    Attributes:
        client: Which client; its connection is marked as being disconnected already.
        status_before: What it goes back to when somebody stops this.
        tries: Tries so far, over continue-as-new.
        trouble: Why the latest one failed, likewise.
    """

    client: ClientFacts
    status_before: ConnectionStatus
    tries: int = 0
    trouble: Cause | None = None


class DisconnectClientResult(Payload):
    """How it ended, for people."""

    message: str


class RemoveConnectionInput(Payload):
    """Remove a connection at the provider, and record that it is gone."""

    connection_id: UUID


class RemovedConnection(Payload):
    """What was done at the provider, for people."""

    message: str


class KeepConnectionInput(Payload):
    """Give up disconnecting: the connection is again what it was."""

    connection_id: UUID
    status: ConnectionStatus
