"""What ``ReassignClients`` is started with, and the inputs and results of its activities."""

from datetime import datetime
from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.runs import Deadlines, RunFacts, WaitingForChoice
from contracts.payloads.selection import Selection
from contracts.words.causes import Cause
from contracts.words.runs import Outcome


class HandOver(Payload):
    """An admin gives the clients of a colleague who leaves to another colleague; nobody has to sign in for it.

    Attributes:
        from_id: The colleague whose clients are given away.
        to_id: The colleague who gets them.
    """

    from_id: UUID
    to_id: UUID


class ReassignProgress(Payload):
    """How far a long run has come, for its next execution, with the counts so far for the current details.

    Attributes:
        after: Position in the run after which clients are still to be moved in this pass.
        counts: Outcomes so far.
        causes: Causes so far.
        again_at: When the first of the waiting clients is tried again.
        waiting: How many clients wait until their organisation's calls are no longer used up.
        moving_since: When the first pass began.
    """

    after: int
    counts: dict[Outcome, int]
    causes: dict[Cause, int]
    again_at: datetime | None = None
    waiting: int = 0
    moving_since: datetime | None = None


class ReassignClientsInput(Payload):
    """Input of the workflow that moves colleagues' clients to the person who signs in, where that login reaches them.

    Attributes:
        run: The run that this is.
        deadlines: How long the workflow waits for the sign-in and for the choice.
        hand_over: Set when an admin hands a colleague's clients to another.
        waiting: What a later execution of the same run goes on with that waits for the choice.
        progress: What a later execution of the same run goes on with after the choice.
    """

    run: RunFacts
    deadlines: Deadlines = Deadlines()
    hand_over: HandOver | None = None
    waiting: WaitingForChoice | None = None
    progress: ReassignProgress | None = None


class ListReassignableInput(Payload):
    """List the clients of colleagues that a sign-in reaches."""

    run_id: str
    consent_id: UUID
    grant_id: UUID


class ListedClients(Payload):
    """How many clients the run's list has now."""

    clients: int


class ListHandOverInput(Payload):
    """List a colleague's clients in the run, each with the login that it is to have afterwards."""

    run_id: str
    hand_over: HandOver


class RecordReassignmentInput(Payload):
    """Check which clients are to be taken over, and record the whole choice; refuse it whole if anything is wrong."""

    run_id: str
    selection: Selection


class ClientsToReassignInput(Payload):
    """Ask for the next ``limit`` clients of the run that are still to be moved."""

    run_id: str
    after: int
    limit: int


class ClientToReassign(Payload):
    """One client to be moved; ``retry_at`` is set while its organisation's calls are used up."""

    position: int
    organisation_id: str
    name: str
    retry_at: datetime | None = None


class ClientsToReassign(Payload):
    """One page of clients to move, in the run's order."""

    clients: tuple[ClientToReassign, ...]


class ReassignClientInput(Payload):
    """Move one client to its new owner, and to the new login if that reads the organisation now.

    Attributes:
        run_id: The run.
        organisation_id: The provider's id of the client's organisation.
        keeps_login: Move the owner even if the new login cannot read the organisation (a hand-over by an admin): the
            client then keeps the login that it has.
        tries_login: Whether to try the new login; False after the provider has not answered in time.
    """

    run_id: str
    organisation_id: str
    keeps_login: bool
    tries_login: bool = True


class ReassignedClient(Payload):
    """The outcome of moving one client."""

    outcome: Outcome
    cause: Cause | None = None


class RecordUnmovedInput(Payload):
    """Record that a client could not be moved because the provider did not answer; nothing else was changed.

    Attributes:
        run_id: The run.
        organisation_id: The provider's id of the client's organisation.
        cause: Why the client was not moved.
        retry_at: When the run tries it again; None when it does not.
    """

    run_id: str
    organisation_id: str
    cause: Cause
    retry_at: datetime | None = None
