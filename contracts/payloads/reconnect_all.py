"""What ``ReconnectAll`` is started with, and the inputs and results of its activities."""

from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.runs import ConsentGiven, Deadlines, RunFacts
from contracts.words.causes import Cause
from contracts.words.runs import Outcome


class ReconnectProgress(Payload):
    """How far a long run has come, for its next execution after continue-as-new.

    Attributes:
        grant_id: The login that it repairs with.
        is_repaired: Whether the connections have moved to the login already, so that only pulls are left.
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
    """Input of the workflow that repairs the connections which one sign-in reaches.

    Attributes:
        run: The run that this is.
        deadlines: How long the workflow waits for the sign-in.
        moves_healthy: Move healthy connections to this login too.
        connection_id: Repair only this connection (*reconnect* of one client); None means all of the practice.
        has_queue: Whether a sign-in is expected for each organisation that needs one, since each brings only one.
        progress: What a later execution of the same run goes on with.
    """

    run: RunFacts
    deadlines: Deadlines = Deadlines()
    moves_healthy: bool = False
    connection_id: UUID | None = None
    has_queue: bool = False
    progress: ReconnectProgress | None = None


class SurveyConnectionsInput(Payload):
    """Sort the practice's connections: healthy, not reachable with this sign-in, or to be repaired.

    Attributes:
        run_id: The run.
        consent_id: The first sign-in.
        grant_id: Its login.
        moves_healthy: Move healthy connections to the login too.
        connection_id: Only this connection; None means all of the practice.
        further: The sign-ins after the first, where each brings one organisation.
    """

    run_id: str
    consent_id: UUID
    grant_id: UUID
    moves_healthy: bool
    connection_id: UUID | None = None
    further: tuple[ConsentGiven, ...] = ()


class NoteSignInInput(Payload):
    """Compare what a sign-in brought with those that the run expects."""

    run_id: str
    consent_id: UUID
    grant_id: UUID


class NotedSignIn(Payload):
    """How many sign-ins the run still expects, and what came of this one, in a sentence or two for people."""

    to_do: int
    message: str


class SurveyedConnections(Payload):
    """Outcomes that the survey could record at once, how many connections are to be repaired, and new organisations."""

    counts: dict[Outcome, int]
    to_repair: int
    offers: int
