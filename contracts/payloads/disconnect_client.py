"""What ``DisconnectClient`` is started with and answers, and the inputs and results of its activities."""

from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.sync_client import ClientFacts
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus


class DisconnectClientInput(Payload):
    """Input of the workflow that removes one connection at the provider and tries until that has succeeded.

    Attributes:
        client: The client; its connection already has the status ``disconnecting``.
        status_before: The status that the connection gets back when somebody cancels this workflow.
        tries: How many tries have failed so far, in earlier executions too.
        trouble: Why the latest try failed; None before the first one.
    """

    client: ClientFacts
    status_before: ConnectionStatus
    tries: int = 0
    trouble: Cause | None = None


class DisconnectClientResult(Payload):
    """How the workflow ended, as a sentence for people."""

    message: str


class RemoveConnectionInput(Payload):
    """Remove a connection at the provider, and record that it is disconnected."""

    connection_id: UUID


class RemovedConnection(Payload):
    """What was done at the provider, as a sentence for people."""

    message: str


class KeepConnectionInput(Payload):
    """Stop disconnecting: the connection gets the status back that it had before."""

    connection_id: UUID
    status: ConnectionStatus
