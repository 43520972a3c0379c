"""What ``BulkCreateClients`` is started with, and the inputs and results of its own activities."""

from pydantic import Field

from contracts.payload import Payload
from contracts.payloads.pulling import ClientsToPull, ClientsToPullInput
from contracts.payloads.runs import Deadlines, RunFacts, WaitingForChoice
from contracts.payloads.selection import Selection
from contracts.words.causes import Cause
from contracts.words.runs import Outcome


class CreatingProgress(Payload):
    """How far a run has come, for its next execution: after continue-as-new, or to retry clients that failed.

    Attributes:
        reopen: Put the failed organisations back to be done first (a retry).
        pulled_after: Position in the run after which clients are still to be pulled.
        counts: Outcomes so far, for the current details only; the database has the truth.
        causes: Causes so far, likewise.
    """

    reopen: bool = False
    pulled_after: int = -1
    counts: dict[Outcome, int] = Field(default_factory=dict)
    causes: dict[Cause, int] = Field(default_factory=dict)


class BulkCreateClientsInput(Payload):
    """One colleague's *Add clients*, from the click to the report.

    Attributes:
        run: The run that this is.
        deadlines: How long the workflow waits for the sign-in and for the choice.
        waiting: What a later execution goes on with that waits for the choice.
        progress: What a later execution goes on with after the choice.
    """

    run: RunFacts
    deadlines: Deadlines = Deadlines()
    waiting: WaitingForChoice | None = None
    progress: CreatingProgress | None = None


class RecordSelectionInput(Payload):
    """Check a selection against the database and record it, whole or not at all."""

    run_id: str
    selection: Selection


class CreateClientsInput(Payload):
    """Create or link the clients of the next ``limit`` chosen organisations, in one transaction.

    With ``then``, the transaction records the run's stage too, and with the last of them the answer has the page of
    clients to pull that ``then`` asks for.
    """

    run_id: str
    limit: int
    then: ClientsToPullInput | None = None


class CreatedClients(Payload):
    """What the batch did, how many chosen organisations are left to create, and who is to be pulled first."""

    counts: dict[Outcome, int]
    remaining: int
    to_pull: ClientsToPull | None = None
