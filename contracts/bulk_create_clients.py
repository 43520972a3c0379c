"""What ``BulkCreateClients`` is started with, told, and answers; and the inputs and results of its activities."""

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field

from contracts.causes import Cause
from contracts.payload import Payload
from contracts.runs import Outcome, Result, Stage, Verdict
from contracts.selection import Selection
from contracts.support import ForSupport


class RunFacts(Payload):
    """Whose run this is; shown to support staff, never used to decide.

    Attributes:
        run_id: Also the workflow's id.
        practice_id: The practice that everything in the run belongs to.
        practice_name: For people.
        practice_slug: For ids and search attributes.
        colleague_name: Who started it.
        provider: Such as ``xero``.
        provider_title: Such as ``Xero``.
        client_code: Of the one client that it is about; empty for a run about many.
        support: For support staff.
    """

    run_id: str
    practice_id: UUID
    practice_name: str
    practice_slug: str
    colleague_name: str
    provider: str
    provider_title: str
    client_code: str = ""
    support: ForSupport = ForSupport()


class Deadlines(Payload):
    """How long the run waits for people."""

    consent: timedelta = timedelta(hours=1)
    selection: timedelta = timedelta(hours=24)


class CreatingProgress(Payload):
    """What a later execution of the same run goes on with: after continue-as-new, or to retry failed ones.

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
    """One colleague's *Add clients*, from the click to the report."""

    run: RunFacts
    deadlines: Deadlines = Deadlines()
    progress: CreatingProgress | None = None


class ConsentGiven(Payload):
    """The colleague signed in; the grant is stored, sealed."""

    consent_id: UUID
    grant_id: UUID


class ConsentRefused(Payload):
    """The sign-in came back without a grant.

    Attributes:
        denied: The person declined; otherwise it failed technically and may be tried again.
        message: What to tell the colleague.
    """

    denied: bool
    message: str


class SelectionAccepted(Payload):
    """What a selection amounts to.

    Attributes:
        chosen: Organisations that were chosen.
        to_create: Of these, clients to be created.
        to_link: Of these, those to be linked to a client.
        already_clients: Of these, clients already.
        skipped: Organisations that were left out, and could have been chosen.
        existing: Organisations that were left out because they are clients already.
    """

    chosen: int
    to_create: int
    to_link: int
    already_clients: int
    skipped: int
    existing: int = 0


class RunReport(Payload):
    """How the run ended; counts add up to all organisations that were listed."""

    run_id: str
    result: Result
    counts: dict[Outcome, int]
    causes: dict[Cause, int]
    message: str


# Activities -----------------------------------------------------------------------------------------------------


class SeeRunInput(Payload):
    """Say whether a run is in the database."""

    run_id: str


class EnterStageInput(Payload):
    """Record that a run has reached a stage, with the latest word to the colleague."""

    run_id: str
    stage: Stage
    message: str | None = None


class ListOrganisationsInput(Payload):
    """List what a consent reaches, into the run."""

    run_id: str
    consent_id: UUID
    grant_id: UUID


class ListedOrganisations(Payload):
    """How far the run's list goes now: positions ``first`` (inclusive) to ``end`` (exclusive) are new to it."""

    first: int
    end: int


class ReadProfilesInput(Payload):
    """Read the profiles of the run's organisations at positions ``first`` to ``end`` (exclusive)."""

    run_id: str
    first: int
    end: int


class ReadProfilesResult(Payload):
    """How many were read, were not needed, or could not be read just now (listing goes on without)."""

    read: int
    not_needed: int
    unreadable: int


class JudgeOrganisationsInput(Payload):
    """Give every organisation of the run its verdict, and open the selection."""

    run_id: str


class JudgedOrganisations(Payload):
    """The dry run: how many organisations got which verdict."""

    verdicts: dict[Verdict, int]

    @property
    def total(self) -> int:
        """All organisations of the run."""
        return sum(self.verdicts.values())


class RecordSelectionInput(Payload):
    """Check a selection against the database and record it, whole or not at all."""

    run_id: str
    selection: Selection


class CreateClientsInput(Payload):
    """Create or link the clients of the next ``limit`` chosen organisations, in one transaction."""

    run_id: str
    limit: int


class CreatedClients(Payload):
    """What the batch did, and how many chosen organisations are left to create."""

    counts: dict[Outcome, int]
    remaining: int


class ClientsToPullInput(Payload):
    """Ask for the next ``limit`` clients of the run whose lists are still to be pulled."""

    run_id: str
    after: int
    limit: int


class ClientToPull(Payload):
    """One client whose standard information is to be pulled; ``outcome`` is what a good pull makes of it."""

    position: int
    connection_id: UUID
    client_id: UUID
    client_name: str
    client_code: str
    outcome: Outcome


class ClientsToPull(Payload):
    """A page of them, in the run's order."""

    clients: tuple[ClientToPull, ...]


class HandOverInput(Payload):
    """Record that a client in trouble is left to its own sync; ``grant_id`` is a login that was to take over."""

    run_id: str
    connection_id: UUID
    cause: Cause
    detail: str
    retry_at: datetime
    grant_id: UUID | None = None


class RecordFailureInput(Payload):
    """Record a failed pull that nothing else recorded; ``grant_id`` is a login that was to take over."""

    run_id: str
    connection_id: UUID
    cause: Cause
    detail: str
    grant_id: UUID | None = None


class FinishRunInput(Payload):
    """Close the run's books: every organisation gets an outcome.

    Attributes:
        run_id: The run.
        result: How it ended; None to tell from the outcomes.
        message: What to tell the colleague; None to tell it from the counts.
    """

    run_id: str
    result: Result | None = None
    message: str | None = None


class ReopenRunInput(Payload):
    """Put a finished run's failed organisations back to be done."""

    run_id: str
