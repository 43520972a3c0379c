"""Inputs and results of ``SyncClient``, and of the pull that it shares with the bulk runs."""

from datetime import datetime
from uuid import UUID

from contracts.payload import Payload
from contracts.payloads.support import ForSupport
from contracts.words.causes import Cause
from contracts.words.lists import RowKind


class ClientFacts(Payload):
    """The names that support staff see for a client; none of them is used to decide anything."""

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
    """Input of the workflow that pulls one client's standard information and tries as long as waiting can help.

    Attributes:
        client: The client.
        pull_id: Names this pull; lists already stored under it are not pulled again.
        sources: The kinds of rows to read, each with all of its lists that are chosen; empty for all.
        reason: Why, for people: ``Handed over by run …``, ``Refresh asked by …``.
        first_try_at: The first try is not before this moment; None means at once.
        trouble: The cause for which a bulk run or a check left the client to this workflow; None otherwise.
        grant_id: A login that takes the connection over once it has read the organisation.
        logins: All logins that were to take the connection over in earlier executions: rows of runs wait for them.
        tries: How many tries have failed so far, in earlier executions too.
        started_at: When the first execution began; None in the first one.
        asked_by: The colleague who asked for it; None when the product does it by itself.
    """

    client: ClientFacts
    pull_id: str
    sources: tuple[RowKind, ...] = ()
    reason: str
    first_try_at: datetime | None = None
    trouble: Cause | None = None
    grant_id: UUID | None = None
    logins: tuple[UUID, ...] = ()
    tries: int = 0
    started_at: datetime | None = None
    asked_by: UUID | None = None


class SyncClientResult(Payload):
    """How the workflow ended; ``cause`` is None when every list is stored."""

    rows: int
    cause: Cause | None
    message: str


class PullClientInput(Payload):
    """Pull the lists of one connection and store them with their receipts.

    Attributes:
        connection_id: The connection.
        pull_id: Lists stored under this id are skipped.
        run_id: The run whose outcome this pull records; None outside runs.
        sources: The kinds of rows to read, each with all of its lists that are chosen; empty for all.
        grant_id: A login that takes the connection over once it has read the organisation; until then, and if it
            cannot, the connection keeps the one it has.
        settles: Whether a successful pull records the run's outcome; a failed one always does.
        is_incremental: Read only what changed since the last pull, where the provider can and that is safe, and leave
            out lists that have a turn of their own which has not come.
        is_look: Only see whether the organisation still answers; the client's timeline gets no event.
        asked_by: The colleague who asked for it; None when the product does it by itself.
    """

    connection_id: UUID
    pull_id: str
    run_id: str | None = None
    sources: tuple[RowKind, ...] = ()
    grant_id: UUID | None = None
    settles: bool = True
    is_incremental: bool = False
    is_look: bool = False
    asked_by: UUID | None = None


class PullClientResult(Payload):
    """How many rows were stored, over all lists."""

    rows: int
    added: int
    changed: int
    gone: int


class PullClientsInput(Payload):
    """Pull the lists of several connections of one provider, and store them together.

    Attributes:
        connection_ids: The connections.
        pull_id: Lists stored under this id are skipped.
        run_id: The run whose outcomes this pull records; None outside runs.
        is_incremental: As for ``PullClientInput``.
    """

    connection_ids: tuple[UUID, ...]
    pull_id: str
    run_id: str | None = None
    is_incremental: bool = False

    def one(self, connection_id: UUID) -> PullClientInput:
        """The input of the same pull for one of the connections."""
        return PullClientInput(
            connection_id=connection_id,
            pull_id=self.pull_id,
            run_id=self.run_id,
            is_incremental=self.is_incremental,
        )


class PullClientsResult(Payload):
    """Which connections are ``left`` and need a pull of their own; all others are stored, with their outcomes."""

    left: tuple[UUID, ...]


class SettleSyncInput(Payload):
    """Write the end of a client's sync, or the time of its next try, to every run that waits for it.

    Attributes:
        connection_id: The connection.
        cause: None when the sync succeeded.
        detail: For support.
        retry_at: When the next try is; None when the sync has ended.
        grant_id: A login that was to take over.
        sources: The kinds of rows that it was asked to read; empty for all. Runs wait for all lists, so a sync of some
            changes no run.
        logins: The logins that were to take over and of which the sync had been told. A repair with another login has
            not failed yet. None when they are not known.
    """

    connection_id: UUID
    cause: Cause | None
    detail: str = ""
    retry_at: datetime | None = None
    grant_id: UUID | None = None
    sources: tuple[RowKind, ...] = ()
    logins: tuple[UUID, ...] | None = None


class Trouble(Payload):
    """The details of a failed activity: the cause, and when to try again if the provider has said so."""

    cause: Cause
    detail: str = ""
    retry_at: datetime | None = None


BUSY = "busy"
"""The error type that says: another pull is reading the same organisation just now."""
