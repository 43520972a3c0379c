"""The payloads that every kind of run uses: its facts, deadlines, sign-ins, accepted selection, stage and end."""

from datetime import timedelta
from uuid import UUID

from pydantic import Field

from contracts.payload import Payload
from contracts.payloads.support import ForSupport
from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Result, Stage, Verdict


class RunFacts(Payload):
    """The names that support staff see for a run; none of them is used to decide anything.

    Attributes:
        run_id: Also the workflow's id.
        practice_id: The practice that everything in the run belongs to.
        practice_name: For people.
        practice_slug: Short name of the practice in workflow ids and search attributes.
        colleague_name: The colleague who started the run.
        provider: The accounting software's word, as in addresses and tables.
        provider_title: Its name for people.
        client_code: Code of the one client that the run is about; empty for a run about many.
        support: Facts that only the texts for support staff need.
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
    """How long the run waits for the sign-in and for the choice before it expires."""

    consent: timedelta = timedelta(hours=1)
    selection: timedelta = timedelta(hours=24)


class ConsentGiven(Payload):
    """Signal: the colleague signed in at the provider, and the grant is stored, sealed."""

    consent_id: UUID
    grant_id: UUID


class ConsentRefused(Payload):
    """Signal: the browser came back from the provider without a grant.

    Attributes:
        denied: True when the person declined; False when the sign-in failed technically and may be tried again.
        message: What to tell the colleague.
    """

    denied: bool
    message: str


class WaitingForChoice(Payload):
    """A run that waits for a choice, for its next execution: many sign-ins, one after the other, make long histories.

    Attributes:
        consents: Sign-ins that came back and are still to be listed.
        verdicts: Counts of the list so far, for the current details only; the database has the list.
        lasting: Notices that stay until the run ends.
        notices: Notices of this stage.
    """

    consents: tuple[ConsentGiven, ...] = ()
    verdicts: dict[Verdict, int] = Field(default_factory=dict)
    lasting: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class SelectionAccepted(Payload):
    """What an accepted selection will do, in numbers.

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
    """Ask whether a run is in the database."""

    run_id: str


class EnterStageInput(Payload):
    """Record that a run has reached a stage, with the latest message for the colleague."""

    run_id: str
    stage: Stage
    message: str | None = None


class FinishRunInput(Payload):
    """Record the end of a run and an outcome for every organisation that has none yet.

    Attributes:
        run_id: The run.
        result: How it ended; None to compute it from the outcomes.
        message: What to tell the colleague; None to compose it from the counts.
    """

    run_id: str
    result: Result | None = None
    message: str | None = None


class ReopenRunInput(Payload):
    """Ask whether a finished run's failed organisations were put back to be done again."""

    run_id: str
