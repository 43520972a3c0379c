"""Operations on one client's connection: show it, change its settings, refresh it, sign in for it again."""

import base64
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from contracts.payloads.sync_client import ClientFacts, SyncClientInput, SyncClientResult
from contracts.words.connection_settings import SettingsPatch
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import KIND_OF, ListName, Lists, RowKind
from contracts.words.names import WORKFLOW_QUEUE, sync_client_id
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind
from models.connections import reads as managed_connections
from models.connections import settings as connection_settings
from models.connections.reads import Details, Managed
from models.kit.columns import now
from models.kit.database import Database
from providers.port.provider import Provider
from rules.night.sign_in_ends import said
from starter.actor import Actor
from starter.clients.finding import missing
from starter.runs.consents import Consents
from starter.runs.kinds import RunOptions
from starter.runs.runs import Runs
from starter.runs.starting import StartedRun
from starter.software import Software
from starter.support.supporting import Supporting
from starter.support.temporal_faults import ANSWERS_WITHIN, explained
from workflows.plans import policies
from workflows.support import run_text
from workflows.sync_client import SyncClient

logger = logging.getLogger(__name__)

HAS_LEFT = "{name} is disconnected. Reconnect it first: it goes on where it was."
ARCHIVED = "{name} is archived. Restore it first, then connect it."
LEAVES = "{name} is being disconnected. Once that is done, it can be reconnected."


@dataclass(frozen=True, slots=True)
class Refreshing:
    """A refresh that is running.

    Attributes:
        workflow_id: The id of the client's sync.
        is_new: False when a sync was running already; it was then told to try at once.
        limited_until: When the calls of the organisation, or of the whole app, are no longer used up; until then no
            call is made. None when they are not used up.
    """

    workflow_id: str
    is_new: bool
    limited_until: datetime | None = None


class Managing:
    """The operations on one client's connection.

    Args:
        database: The product's database.
        temporal: A client with the product's payload converter.
        consents: Finds providers.
        runs: Starts the sign-ins.
        software: Says which lists an accounting software has.
        supporting: Gives the facts for support staff.
    """

    def __init__(
        self,
        database: Database,
        temporal: Client,
        consents: Consents,
        runs: Runs,
        software: Software,
        supporting: Supporting,
    ) -> None:
        self._supporting = supporting
        self._database = database
        self._temporal = temporal
        self._consents = consents
        self._runs = runs
        self._software = software

    async def show(self, actor: Actor, client_id: UUID) -> tuple[Managed, Details]:
        """A client's connection with its settings, its receipts, and the change of books that led to it.

        Raises:
            Refused: There is no such client in the practice, or it has no connection.
        """
        async with self._database.reading() as session:
            found = await managed_or_refused(session, actor, client_id)
            lists = self._software.lists(found.connection.provider)
            return found, await managed_connections.details(session, found.connection, lists)

    async def change_settings(self, actor: Actor, client_id: UUID, patch: SettingsPatch) -> tuple[Managed, Details]:
        """Change settings, and pull at once what they add. Returns the changed connection.

        Raises:
            Refused: No such client in the practice, no connection, or a list that the accounting software lacks.
        """
        async with self._database.transaction() as session:
            found = await managed_or_refused(session, actor, client_id, is_locked=True)
            is_due = await connection_settings.change_settings(
                session, found.connection, self._wanted(found, patch), colleague_id=actor.colleague_id, at=now()
            )
        if is_due:
            await self.refresh_if_possible(actor, client_id)
        return await self.show(actor, client_id)

    async def refresh(self, actor: Actor, client_id: UUID, lists: Sequence[ListName] = ()) -> Refreshing:
        """Pull a client's lists now: all that its settings choose, or some of them.

        Raises:
            Refused: No such client, no living connection, a list that the settings leave out or that the accounting
                software lacks, or no server.
        """
        async with self._database.reading() as session:
            found = await managed_or_refused(session, actor, client_id, is_living=True)
        reason = f"Refresh asked by {actor.colleague_name}."
        return await self._read(actor, found, self._sources(lists, found), reason, actor.colleague_id)

    async def look(self, actor: Actor, client_id: UUID, kind: RowKind, reason: str) -> Refreshing:
        """Read one kind of rows of a client at once, by nobody's wish, to see how its connection is.

        Args:
            actor: The client's owner.
            client_id: The client.
            kind: What is read.
            reason: Why, for support staff.

        Raises:
            Refused: No such client, no living connection, or no server.
        """
        async with self._database.reading() as session:
            found = await managed_or_refused(session, actor, client_id, is_living=True)
        return await self._read(actor, found, (kind,), reason, None)

    async def _read(
        self, actor: Actor, found: Managed, sources: tuple[RowKind, ...], reason: str, asked_by: UUID | None
    ) -> Refreshing:
        until = found.limited_until
        limited_until = until if until is not None and until > now() else None
        facts = await self.facts(actor, found)
        workflow_id = sync_client_id(actor.practice_slug, found.client.code)
        asked = SyncClientInput(
            client=facts,
            pull_id=_pull_id(found.client.code),
            sources=sources,
            reason=reason,
            asked_by=asked_by,
        )
        async with explained("This client's refresh has just ended. Ask again."):
            try:
                await self._temporal.start_workflow(
                    SyncClient.run,
                    asked,
                    id=workflow_id,
                    task_queue=WORKFLOW_QUEUE,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    static_summary=run_text.sync_summary(facts),
                    static_details=run_text.SYNC_WHAT_IT_IS,
                    search_attributes=run_text.sync_attributes(facts),
                    priority=policies.sync_priority(actor.practice_slug),
                )
            except WorkflowAlreadyStartedError:
                sync: WorkflowHandle[SyncClient, SyncClientResult] = self._temporal.get_workflow_handle_for(
                    SyncClient.run, workflow_id
                )
                await sync.signal(SyncClient.widen, list(sources))  # it may have been asked for less
                await sync.signal(SyncClient.retry_now)
                return Refreshing(workflow_id, is_new=False, limited_until=limited_until)
        return Refreshing(workflow_id, is_new=True, limited_until=limited_until)

    async def refresh_if_possible(self, actor: Actor, client_id: UUID) -> None:
        """Pull the lists now after a change that made them due; if that is refused, the nightly check pulls them."""
        try:
            await self.refresh(actor, client_id)
        except Refused as refused:
            logger.info("no refresh at once: %s", refused.refusal.code.value)

    async def refreshing_since(self, actor: Actor, found: Managed) -> datetime | None:
        """Since when this client's lists are being refreshed; None when they are not, or Temporal does not answer."""
        workflow_id = sync_client_id(actor.practice_slug, found.client.code)
        try:
            sync = await self._temporal.get_workflow_handle(workflow_id).describe(rpc_timeout=ANSWERS_WITHIN)
        except RPCError:
            return None
        return sync.start_time if sync.status is WorkflowExecutionStatus.RUNNING else None

    async def until_refreshed(self, refreshing: Refreshing) -> str:
        """Wait until a refresh has ended, without a time limit; returns its closing message.

        Raises:
            WorkflowFailureError: It was cancelled.
        """
        handle: WorkflowHandle[SyncClient, SyncClientResult] = self._temporal.get_workflow_handle_for(
            SyncClient.run, refreshing.workflow_id
        )
        return (await handle.result()).message

    async def reconnect(
        self,
        actor: Actor,
        client_id: UUID,
        key: str | None = None,
        region: str | None = None,
        *,
        sign_in_follows: bool = False,
    ) -> StartedRun:
        """Start a sign-in for this client. It repairs only the client's own organisation, compared by id.

        A disconnected client is connected again through the same connection.

        Args:
            actor: Who asks.
            client_id: The client.
            key: A repeat with the same key returns the same run.
            region: The country, where the provider has several: that of the client's login unless it is said.
            sign_in_follows: Whoever asks begins the sign-in.

        Raises:
            Refused: No such client, no connection, one that is just being ended, archived, or nobody to start it.
        """
        async with self._database.reading() as session:
            found = await managed_or_refused(session, actor, client_id)
        if found.connection.status is ConnectionStatus.DISCONNECTING:
            raise Refused(RefusalCode.NOT_CONNECTED, LEAVES.format(name=found.client.name))
        if found.client.archived_at is not None:
            raise Refused(RefusalCode.NOT_CONNECTED, ARCHIVED.format(name=found.client.name))
        options = replace(options_for(found, region), sign_in_follows=sign_in_follows)
        return await self._runs.start(actor, RunKind.RECONNECT_ALL, found.connection.provider, key, options)

    def _wanted(self, found: Managed, patch: SettingsPatch) -> dict[str, object]:
        """The settings to write: chosen lists are completed with those that are read together with them."""
        wanted = patch.values()
        if patch.list_names is not None:
            whole = self._software.whole(found.connection.provider, patch.list_names, "list_names")
            wanted["list_names"] = whole and [name.value for name in whole]
        return wanted

    def _has_all(self, found: Managed, lists: Sequence[ListName], field: str) -> Sequence[Lists]:
        """The lists that the client's accounting software has.

        Raises:
            Refused: Some of the given ones are not among them.
        """
        provider = found.connection.provider
        groups = self._software.lists(provider)
        for place, name in enumerate(lists):
            if not any(name in group for group in groups):
                message = f"{self._software.title(provider)} has no {name.heading.lower()}. Leave that list out."
                raise Refused(RefusalCode.INVALID, message, field=f"{field}.{place}")
        return groups

    def _sources(self, lists: Sequence[ListName], found: Managed) -> tuple[RowKind, ...]:
        self._has_all(found, lists, "lists")
        chosen = connection_settings.chosen_lists(found.connection)
        for place, name in enumerate(lists):
            if name not in chosen:
                raise Refused(
                    RefusalCode.INVALID,
                    f"The settings of this connection leave {name.heading.lower()} out. Choose the list there first.",
                    field=f"lists.{place}",
                )
        wanted = {KIND_OF[name] for name in lists}
        return tuple(kind for kind in RowKind if kind in wanted)

    async def facts(self, actor: Actor, found: Managed) -> ClientFacts:
        """The client's facts, as workflows show them."""
        return ClientFacts(
            connection_id=found.connection.id,
            client_id=found.client.id,
            client_name=found.client.name,
            client_code=found.client.code,
            practice_name=actor.practice_name,
            practice_slug=actor.practice_slug,
            colleague_name=actor.colleague_name,
            provider=found.connection.provider,
            provider_title=self.title(found),
            support=await self._supporting.facts(),
        )

    @staticmethod
    def said_of_end(actor: Actor, found: Managed) -> str | None:
        """When the client's sign-in ends for good, such as *Ends in October 2031*; None where it does not."""
        if found.sign_in_ends_at is None or found.connection.status.is_leaving:
            return None
        words = said(found.sign_in_ends_at, now(), actor.time_zone)
        return words[0].upper() + words[1:]

    def provider(self, found: Managed) -> Provider:
        """The client's accounting software."""
        return self._consents.provider(found.connection.provider)

    def title(self, found: Managed) -> str:
        """The name of the client's accounting software for people."""
        return self.provider(found).title


def options_for(found: Managed, region: str | None) -> RunOptions:
    """The options of a run about this one client, whose sign-in begins in a region where it is said."""
    client = found.client
    return RunOptions(connection_id=found.connection.id, client_id=client.id, client_code=client.code, region=region)


async def managed_or_refused(
    session: AsyncSession, actor: Actor, client_id: UUID, *, is_locked: bool = False, is_living: bool = False
) -> Managed:
    """The current connection of one of the actor's clients.

    Args:
        session: A transaction when it locks.
        actor: Who asks.
        client_id: Which client.
        is_locked: Lock the connection.
        is_living: Refuse one that is disconnected, or being disconnected.

    Raises:
        Refused: There is no such client in the practice, or it has no (living) connection.
    """
    found = await managed_connections.managed(session, actor.practice_id, client_id, is_locked=is_locked)
    if found is None:
        if await managed_connections.has_client(session, actor.practice_id, client_id):
            raise Refused(RefusalCode.NOT_CONNECTED, "This client has no connection yet. Add it with Add clients.")
        raise await missing(session, actor, client_id)
    if is_living and found.connection.status.is_leaving:
        is_over = found.connection.status is ConnectionStatus.DISCONNECTED
        raise Refused(RefusalCode.NOT_CONNECTED, (HAS_LEFT if is_over else LEAVES).format(name=found.client.name))
    return found


def _pull_id(code: str) -> str:
    token = base64.b32encode(secrets.token_bytes(5)).decode().lower()
    return f"refresh-{code}-{now():%Y%m%d-%H%M%S}-{token}"
