"""The inputs and results of the pulling stage of a run: whose lists are next, and what became of those that failed."""

from datetime import datetime
from uuid import UUID

from contracts.payload import Payload
from contracts.words.causes import Cause
from contracts.words.runs import Outcome


class ClientsToPullInput(Payload):
    """Ask for the next ``limit`` clients of the run whose lists are still to be pulled."""

    run_id: str
    after: int
    limit: int


class ClientToPull(Payload):
    """One client whose standard information is to be pulled; ``outcome`` is what the run records when that succeeds.

    ``login`` is the login of several that takes its connection over, where the run repairs connections.
    """

    position: int
    connection_id: UUID
    client_id: UUID
    client_name: str
    client_code: str
    outcome: Outcome
    login: UUID | None = None


class ClientsToPull(Payload):
    """One page of clients to pull, in the run's order; ``is_last`` when no page follows."""

    clients: tuple[ClientToPull, ...]
    is_last: bool = False


class HandOverInput(Payload):
    """Record that a client got a ``SyncClient`` of its own; ``grant_id`` is a login that was to take over."""

    run_id: str
    connection_id: UUID
    cause: Cause
    detail: str
    retry_at: datetime
    grant_id: UUID | None = None


class RecordFailureInput(Payload):
    """Record a failed pull that the pull itself could not record; ``grant_id`` is a login that was to take over."""

    run_id: str
    connection_id: UUID
    cause: Cause
    detail: str
    grant_id: UUID | None = None
