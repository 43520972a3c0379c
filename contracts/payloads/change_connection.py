"""What ``ChangeConnection`` is started with, and the inputs and results of its activities."""

from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.runs import Deadlines, RunFacts
from contracts.payloads.selection import Selection
from contracts.words.runs import Verdict


class ChangeConnectionInput(Payload):
    """Move one client to other books, on purpose.

    Attributes:
        run: Whose run.
        deadlines: How long it waits for people.
        connection_id: The client's connection as it is now.
    """

    run: RunFacts
    deadlines: Deadlines = Deadlines()
    connection_id: UUID


class ListBooksInput(Payload):
    """List the organisations that a sign-in reaches, each with whether the client can be moved to it."""

    run_id: str
    consent_id: UUID
    grant_id: UUID
    connection_id: UUID


class ListedBooks(Payload):
    """The list in numbers, and whom it is for."""

    verdicts: dict[Verdict, int]
    client_name: str
    organisation_name: str


class RecordBooksInput(Payload):
    """Check the chosen organisation, and make room for its lists."""

    run_id: str
    connection_id: UUID
    selection: Selection


class RecordedBooks(Payload):
    """The chosen organisation's connection, which is not the client's current one yet."""

    connection_id: UUID
    organisation_name: str
    skipped: int


class ChangeBooksInput(Payload):
    """Make the new connection the client's current one, if the old one still is."""

    run_id: str
    old_connection_id: UUID
    new_connection_id: UUID


class ChangedBooks(Payload):
    """What was changed, for people."""

    message: str


class DiscardBooksInput(Payload):
    """Forget the lists that were read for a preview, unless they are in use."""

    run_id: str
    connection_id: UUID
