"""What ``ReconnectAll`` is started with, and the inputs and results of its activities."""

from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.runs import Deadlines, RunFacts
from contracts.words.causes import Cause
from contracts.words.runs import Outcome


class ReconnectProgress(Payload):
    """Where a long run goes on.

    Attributes:
        grant_id: The login that it repairs with.
        is_repaired: Whether the logins have been changed, so that only pulls are left.
        after: Position in the run after which connections are still to be done.
        counts: Outcomes so far, for the current details only.
        causes: Causes so far, likewise.
    """

    grant_id: UUID
    is_repaired: bool
    after: int
    counts: dict[Outcome, int]
    causes: dict[Cause, int]


class ReconnectAllInput(Payload):
    """Repair what one sign-in reaches.

    Attributes:
        run: Whose run.
        deadlines: How long it waits for people.
        moves_healthy: Move healthy connections to this login too.
        connection_id: Only this connection (*reconnect* of one client); all of the practice when absent.
        progress: What a later execution of the same run goes on with.
    """

    run: RunFacts
    deadlines: Deadlines = Deadlines()
    moves_healthy: bool = False
    connection_id: UUID | None = None
    progress: ReconnectProgress | None = None


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
