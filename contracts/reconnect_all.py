"""What ``ReconnectAll`` is started with, and the inputs and results of its activities."""

from uuid import UUID

from contracts.bulk_create_clients import Deadlines, RunFacts
from contracts.payload import Payload
from contracts.runs import Outcome


class ReconnectAllInput(Payload):
    """Repair what one sign-in reaches.

    Attributes:
        run: Whose run.
        deadlines: How long it waits for people.
        moves_healthy: Move healthy connections to this login too.
        connection_id: Only this connection (*reconnect* of one client); all of the practice when absent.
        reopen: Go on with the failed ones of the finished run.
        pulled_after: Position after which clients are still to be pulled; set when a long run goes on.
    """

    run: RunFacts
    deadlines: Deadlines = Deadlines()
    moves_healthy: bool = False
    connection_id: UUID | None = None
    reopen: bool = False
    pulled_after: int | None = None


class SurveyConnectionsInput(Payload):
    """Tell for every connection of the practice what this sign-in can do for it."""

    run_id: str
    consent_id: UUID
    grant_id: UUID
    moves_healthy: bool
    connection_id: UUID | None = None


class SurveyedConnections(Payload):
    """What the survey settled at once, what is to be repaired, and organisations that nobody added."""

    counts: dict[Outcome, int]
    to_repair: int
    offers: int


class ConnectionsToRepairInput(Payload):
    """Ask for the next ``limit`` connections of the run that are to be repaired."""

    run_id: str
    after: int
    limit: int
