"""Moving a client to other books and back: start, preview what will still match, confirm, undo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client

from contracts.naming.spans import span
from contracts.payloads.change_connection import ChangedBooks
from contracts.payloads.runs import ConsentGiven
from contracts.words.causes import Cause
from contracts.words.connections import UNDO_WITHIN, ConnectionStatus
from contracts.words.lists import RowKind
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind, Stage
from models.connections import changes as connection_changes
from models.connections import receipts
from models.connections.reads import Managed
from models.connections.tables import Connection
from models.kit.columns import now
from models.kit.database import Database
from models.lists import book_match
from models.runs.reads import prepared_change, sign_in_behind
from models.runs.tables import Run
from rules.lists.book_match import Match
from starter.actor import Actor
from starter.connections.managing import Managing, managed_or_refused, options_for
from starter.runs.runs import Runs
from starter.runs.starting import StartedRun
from starter.support.temporal_faults import explained
from workflows.change_connection import ChangeConnection


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change of books would do.

    Attributes:
        run_id: The run in which it is prepared.
        stage: The run's stage; the change can be confirmed at ``awaiting_confirmation``.
        old_name: The organisation that the client has now.
        new_name: The chosen organisation.
        matches: By kind of row: how many of the old list's entries are found in the new one.
        message: What confirming does, and what happens to the old connection.
    """

    run_id: str
    stage: Stage
    old_name: str
    new_name: str
    matches: Mapping[RowKind, Match]
    message: str


@dataclass(frozen=True, slots=True)
class ListedIn:
    """A run of the practice on whose list an organisation stands."""

    run_id: str
    organisation_id: str


class BookChanges:
    """The operations on a client's change of books.

    Args:
        database: The product's database.
        temporal: A client with the product's payload converter.
        runs: Starts the sign-in.
        managing: Refreshes lists after an undo.
        answer_within: How long to wait for the answer to a confirmation.
    """

    def __init__(
        self,
        database: Database,
        temporal: Client,
        runs: Runs,
        managing: Managing,
        answer_within: timedelta = timedelta(seconds=20),
    ) -> None:
        self._database = database
        self._temporal = temporal
        self._runs = runs
        self._managing = managing
        self._answer_within = answer_within

    async def start(
        self,
        actor: Actor,
        client_id: UUID,
        key: str | None = None,
        listed: ListedIn | None = None,
        region: str | None = None,
    ) -> StartedRun:
        """Start a change: sign in, then choose an organisation in the run, look at the preview, and confirm.

        Args:
            actor: Who asks.
            client_id: The client.
            key: A repeat with the same key returns the same run.
            listed: Where the organisation is listed already: nobody has to sign in once more, as long as that sign-in
                can be used.
            region: The country, where the provider has several: that of the client's login unless it is said.

        Raises:
            Refused: No such client, no connection, one that is being disconnected, nobody to start it, or the
                organisation is not listed there.
        """
        async with self._database.reading() as session:
            found = await managed_or_refused(session, actor, client_id)
            behind = await _behind(session, actor, found, listed) if listed else None
        if found.connection.status is ConnectionStatus.DISCONNECTING:
            raise Refused(RefusalCode.NOT_CONNECTED, f"{found.client.name} is being disconnected. Wait for its end.")
        options = options_for(found, region)
        started = await self._runs.start(actor, RunKind.CHANGE_CONNECTION, found.connection.provider, key, options)
        if behind is None or started.authorize_url is None:
            return started
        async with explained("This run has ended. Start another one."):
            await self._temporal.get_workflow_handle(started.run_id).signal(ChangeConnection.consent_given, behind)
        return replace(started, authorize_url=None)

    async def preview(self, actor: Actor, client_id: UUID, run_id: str) -> ChangePreview:
        """What of the client's lists is found in the chosen books, by code and by name. Nothing is changed.

        Raises:
            Refused: There is no such client or run in the practice, or the new lists are not read yet.
        """
        async with self._database.reading() as session:
            found = await managed_or_refused(session, actor, client_id)
            run, new = await _prepared(session, actor, client_id, run_id)
            if run.stage is not Stage.AWAITING_CONFIRMATION or new is None:
                stage = run.stage.value.replace("_", " ")
                message = f"The run is {stage}; the preview is there once the new lists are read."
                raise Refused(RefusalCode.WRONG_STAGE, message)
            matches = await book_match.matches(session, found.connection.id, new.id)
        old_name, new_name = found.connection.organisation_name, new.organisation_name
        return ChangePreview(run.id, run.stage, old_name, new_name, matches, _meaning(found, new_name))

    async def trouble(self, actor: Actor, client_id: UUID, run_id: str) -> Cause | None:
        """Why the chosen books could not be read yet; None if no try has failed. Reading is tried again by itself.

        Raises:
            Refused: There is no such client or run in the practice.
        """
        async with self._database.reading() as session:
            await managed_or_refused(session, actor, client_id)
            _, new = await _prepared(session, actor, client_id, run_id)
            return await receipts.first_cause(session, new.id) if new is not None else None

    async def confirm(self, actor: Actor, client_id: UUID, run_id: str) -> ChangedBooks:
        """Move the client to the chosen books.

        Raises:
            Refused: No such client or run, too early or too late, or the connection was changed meanwhile.
        """
        async with self._database.reading() as session:
            await managed_or_refused(session, actor, client_id)
            await _prepared(session, actor, client_id, run_id)
        handle = self._temporal.get_workflow_handle(run_id)
        closed = "This run has ended; nothing can be confirmed in it any more. Start another one."
        async with explained(closed, within=self._answer_within):
            changed: ChangedBooks = await handle.execute_update("confirm", result_type=ChangedBooks)
        return changed

    async def undo(self, actor: Actor, client_id: UUID) -> None:
        """Give the client its former books back, and pull at once what has changed in them.

        Raises:
            Refused: No such client, no change to undo, or it was too long ago.
        """
        async with self._database.transaction() as session:
            found = await managed_or_refused(session, actor, client_id, is_locked=True)
            await connection_changes.undo(session, found.connection, colleague_id=actor.colleague_id, at=now())
        await self._managing.refresh_if_possible(actor, client_id)


def _meaning(found: Managed, new_name: str) -> str:
    return (
        f"Confirming moves {found.client.name} to {new_name}. The lists of {found.connection.organisation_name} are "
        "kept, and its connection stays in the accounting software, where it counts as one of the app's, so that this "
        f"can be undone for {span(UNDO_WITHIN)}."
    )


async def _behind(session: AsyncSession, actor: Actor, found: Managed, listed: ListedIn) -> ConsentGiven | None:
    """The sign-in by which an organisation was listed; None where it cannot be used any more.

    Raises:
        Refused: The run has no such organisation.
    """
    behind = await sign_in_behind(session, actor.practice_id, listed.run_id, listed.organisation_id)
    if behind is None or behind.provider != found.connection.provider:
        message = f"Organisation {listed.organisation_id[:64]} is not on the list of {listed.run_id[:120]}."
        raise Refused(RefusalCode.UNKNOWN_ORGANISATION, message, field="organisation_id")
    if behind.consent_id is None:
        return None
    return ConsentGiven(consent_id=behind.consent_id, grant_id=behind.grant_id)


async def _prepared(session: AsyncSession, actor: Actor, client_id: UUID, run_id: str) -> tuple[Run, Connection | None]:
    """The run that prepares a change for this client, and the new connection once it was chosen.

    Raises:
        Refused: There is no such change for the client.
    """
    found = await prepared_change(session, actor.practice_id, run_id)
    if found is not None:
        run, row, connection = found
        if row is None or row.link_client_id == client_id:
            return run, connection
    raise Refused(RefusalCode.NOT_FOUND, f"There is no change {run_id[:120]!r} of this client's connection.")
