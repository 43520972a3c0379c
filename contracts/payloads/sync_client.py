"""What ``SyncClient`` is started with and answers, and the pull that it shares with the bulk runs."""

from datetime import datetime
from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.support import ForSupport
from contracts.words.causes import Cause
from contracts.words.lists import Source


class ClientFacts(Payload):
    """Which client this is; shown to support staff, never used to decide."""

    connection_id: UUID
    client_id: UUID
    client_name: str
    client_code: str
    practice_name: str
    practice_slug: str
    colleague_name: str
    provider: str
    provider_title: str
    support: ForSupport = ForSupport()


class SyncClientInput(Payload):
    """Pull one client's standard information, for as long as it takes.

    Attributes:
        client: Which client.
        pull_id: Names this pull; lists already stored under it are not pulled again.
        sources: Only these; empty for all.
        reason: Why, for people: ``Handed over by run …``, ``Refresh asked by …``.
        first_try_at: Not before; now when absent.
        trouble: The cause with which it was handed over.
        grant_id: A login that takes the connection over once it has read the organisation.
        logins: Those that were to take it over before, over continue-as-new: rows of runs wait for them, too.
        tries: Tries so far, over continue-as-new.
        started_at: When the first execution began, over continue-as-new.
        asked_by: The colleague who asked for it; None when the product does it by itself.
    """

    client: ClientFacts
    pull_id: str
    sources: tuple[Source, ...] = ()
    reason: str
    first_try_at: datetime | None = None
    trouble: Cause | None = None
    grant_id: UUID | None = None
    logins: tuple[UUID, ...] = ()
    tries: int = 0
    started_at: datetime | None = None
    asked_by: UUID | None = None


class SyncClientResult(Payload):
    """How it ended: ``cause`` is None when every list is stored."""

    rows: int
    cause: Cause | None
    message: str


class PullClientInput(Payload):
    """Pull the sources of one connection and store them with their receipts.

    Attributes:
        connection_id: Which connection.
        pull_id: Lists stored under this id are skipped.
        run_id: The run whose outcome this settles, if it is one's.
        sources: Only these; empty for all.
        grant_id: A login that takes the connection over once it has read the organisation; until then, and if it
            cannot, the connection keeps the one it has.
        settles: Whether a good pull settles the run's outcome; a bad one always does.
        is_incremental: Read only what changed since the last pull, where the provider can and that is safe.
        is_look: Only to see whether the organisation still answers: no news for the client's timeline.
        asked_by: The colleague who asked for it, if somebody did.
    """

    connection_id: UUID
    pull_id: str
    run_id: str | None = None
    sources: tuple[Source, ...] = ()
    grant_id: UUID | None = None
    settles: bool = True
    is_incremental: bool = False
    is_look: bool = False
    asked_by: UUID | None = None


class PullClientResult(Payload):
    """What was stored, in rows over all lists."""

    rows: int
    added: int
    changed: int
    gone: int


class PullClientsInput(Payload):
    """Pull all sources of several connections of a run, and store them together.

    Attributes:
        connection_ids: Which connections.
        pull_id: Lists stored under this id are skipped.
        run_id: The run whose outcomes this settles.
    """

    connection_ids: tuple[UUID, ...]
    pull_id: str
    run_id: str

    def one(self, connection_id: UUID) -> PullClientInput:
        """The same pull, of one of them."""
        return PullClientInput(connection_id=connection_id, pull_id=self.pull_id, run_id=self.run_id)


class PullClientsResult(Payload):
    """Which connections are ``left`` to a pull of their own; the others are stored, and their outcomes settled."""

    left: tuple[UUID, ...]


class SettleSyncInput(Payload):
    """Write the end, or the next try, of a client's sync to every run that waits for it.

    Attributes:
        connection_id: Which connection.
        cause: None when it went well.
        detail: For support.
        retry_at: Set while it goes on trying.
        grant_id: A login that was to take over.
        sources: What it was asked to read; empty for all. A sync of some lists settles no run: they wait for all.
        logins: The logins that were to take over, as far as it had been told by then: a repair with another one has
            not failed yet. None when that is not known.
    """

    connection_id: UUID
    cause: Cause | None
    detail: str = ""
    retry_at: datetime | None = None
    grant_id: UUID | None = None
    sources: tuple[Source, ...] = ()
    logins: tuple[UUID, ...] | None = None


class Trouble(Payload):
    """What an activity's failure carries: the cause, and when to try again if that is known."""

    cause: Cause
    detail: str = ""
    retry_at: datetime | None = None


BUSY = "busy"
"""The error type that says: another pull is reading the same organisation just now."""
