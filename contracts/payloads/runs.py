"""What a run of any kind has: whose it is, how long it waits, who signed in, what was chosen, how it ended."""

from datetime import timedelta
from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.support import ForSupport
from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Result, Stage


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


class RunResult(Payload):
    """How the run ended; counts add up to all organisations that were listed."""

    run_id: str
    result: Result
    counts: dict[Outcome, int]
    causes: dict[Cause, int]
    message: str


class SeeRunInput(Payload):
    """Say whether a run is in the database."""

    run_id: str


class EnterStageInput(Payload):
    """Record that a run has reached a stage, with the latest word to the colleague."""

    run_id: str
    stage: Stage
    message: str | None = None


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
    """Say whether a finished run's failed organisations were put back to be done."""

    run_id: str
