"""What ``ReassignClients`` is started with, and the inputs and results of its activities."""

from datetime import datetime
from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.runs import Deadlines, RunFacts
from contracts.payloads.selection import Selection
from contracts.words.causes import Cause
from contracts.words.runs import Outcome


class HandOver(Payload):
    """An admin gives a leaver's clients to a named colleague; nobody signs in for it.

    Attributes:
        from_id: Whose clients.
        to_id: Who gets them.
    """

    from_id: UUID
    to_id: UUID


class ReassignProgress(Payload):
    """Where a long run goes on, with the counts so far for the current details.

    Attributes:
        after: Position in the run after which clients are still to be moved in this pass.
        counts: Outcomes so far.
        causes: Causes so far.
        again_at: When the first of those is tried again that wait for a limit to lift.
        waiting: How many wait for that.
        moving_since: When the first pass began.
    """

    after: int
    counts: dict[Outcome, int]
    causes: dict[Cause, int]
    again_at: datetime | None = None
    waiting: int = 0
    moving_since: datetime | None = None


class ReassignClientsInput(Payload):
    """Take clients over from colleagues where one's own login reaches them.

    Attributes:
        run: Whose run.
        deadlines: How long it waits for people.
        hand_over: Set when an admin hands a colleague's clients to another.
        progress: What a later execution of the same run goes on with.
    """

    run: RunFacts
    deadlines: Deadlines = Deadlines()
    hand_over: HandOver | None = None
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
    """List a colleague's clients, each with the login that it shall have."""

    run_id: str
    hand_over: HandOver


class RecordReassignmentInput(Payload):
    """Check which clients are to be taken over, and record it whole or not at all."""

    run_id: str
    selection: Selection


class ClientsToReassignInput(Payload):
    """Ask for the next ``limit`` clients of the run that are still to be moved."""

    run_id: str
    after: int
    limit: int


class ClientToReassign(Payload):
    """One client to be moved; ``retry_at`` where it waits for a limit to lift."""

    position: int
    organisation_id: str
    name: str
    retry_at: datetime | None = None


class ClientsToReassign(Payload):
    """A page of them, in the run's order."""

    clients: tuple[ClientToReassign, ...]


class ReassignClientInput(Payload):
    """Move one client to its new owner, and to the new login if that reads the organisation now.

    Attributes:
        run_id: The run.
        organisation_id: Which of its organisations.
        keeps_login: Move the owner even if the new login cannot read the organisation (a hand-over by an admin): the
            client then keeps the login that it has.
        tries_login: Whether to try the new login at all; not any more when the provider did not answer in time.
    """

    run_id: str
    organisation_id: str
    keeps_login: bool
    tries_login: bool = True


class ReassignedClient(Payload):
    """What became of it."""

    outcome: Outcome
    cause: Cause | None = None


class RecordUnmovedInput(Payload):
    """Record that a client could not be moved because the provider did not answer; nothing else was changed.

    Attributes:
        run_id: The run.
        organisation_id: Which of its organisations.
        cause: Why.
        retry_at: When the run tries it again; None when that was the end.
    """

    run_id: str
    organisation_id: str
    cause: Cause
    retry_at: datetime | None = None
