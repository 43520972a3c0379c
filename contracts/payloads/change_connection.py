"""What ``ChangeConnection`` is started with, and the inputs and results of its activities."""

from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.runs import Deadlines, RunFacts, WaitingForChoice
from contracts.payloads.selection import Selection
from contracts.words.runs import Verdict


class ChangeConnectionInput(Payload):
    """Input of the workflow that moves one client to another organisation because a colleague asked for it.

    Attributes:
        run: The run that this is.
        deadlines: How long the workflow waits for the sign-in and for the choice.
        connection_id: The client's connection as it is now.
        waiting: What a later execution of the same run goes on with that waits for the choice.
    """

    run: RunFacts
    deadlines: Deadlines = Deadlines()
    connection_id: UUID
    waiting: WaitingForChoice | None = None


class ListBooksInput(Payload):
    """List the organisations that a sign-in reaches, each with whether the client can be moved to it."""

    run_id: str
    consent_id: UUID
    grant_id: UUID
    connection_id: UUID


class ListedBooks(Payload):
    """How many organisations got which verdict, and which client is to be moved."""

    verdicts: dict[Verdict, int]
    client_name: str
    organisation_name: str


class RecordBooksInput(Payload):
    """Check the chosen organisation, and create its connection, into which its lists are then read."""

    run_id: str
    connection_id: UUID
    selection: Selection


class RecordedBooks(Payload):
    """The connection of the chosen organisation; the client's current connection is still the old one."""

    connection_id: UUID
    organisation_name: str
    skipped: int


class ChangeBooksInput(Payload):
    """Make the new connection the client's current one, if the old one still is."""

    run_id: str
    old_connection_id: UUID
    new_connection_id: UUID


class ChangedBooks(Payload):
    """What was changed, as a sentence for people."""

    message: str


class DiscardBooksInput(Payload):
    """Delete the lists that were read for a preview, unless the change was confirmed meanwhile."""

    run_id: str
    connection_id: UUID
