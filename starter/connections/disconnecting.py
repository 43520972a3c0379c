"""Disconnecting one client: previews what it affects, then marks the connection and starts the workflow."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from contracts.payloads.disconnect_client import DisconnectClientInput
from contracts.words.connections import ConnectionStatus, Removal
from contracts.words.names import WORKFLOW_QUEUE, disconnect_client_id
from contracts.words.refusals import RefusalCode, Refused
from models.connections import disconnections
from models.connections import reads as managed_connections
from models.connections.reads import LoginUses, Managed
from models.kit.columns import now
from models.kit.database import Database
from models.night import endings
from rules.disconnecting import foreseen
from starter.actor import Actor
from starter.connections.managing import Managing, managed_or_refused
from starter.support.temporal_faults import explained
from workflows.disconnect_client import DisconnectClient
from workflows.plans import policies
from workflows.support import connection_text as connection_briefing


@dataclass(frozen=True, slots=True)
class DisconnectPreview:
    """What disconnecting a client affects. Nothing was changed.

    Attributes:
        found: The client with its connection and login.
        uses: What else uses the login.
        removal: What becomes of the connection at the provider.
        message: The same as a text for people.
    """

    found: Managed
    uses: LoginUses
    removal: Removal
    message: str


class Disconnecting:
    """Operations that end a connection.

    Args:
        database: The product's database.
        temporal: A client with the product's payload converter.
        managing: Gives the names of a client's provider and connection.
    """

    def __init__(self, database: Database, temporal: Client, managing: Managing) -> None:
        self._database = database
        self._temporal = temporal
        self._managing = managing

    async def preview(self, actor: Actor, client_id: UUID) -> DisconnectPreview:
        """What disconnecting would affect. Nothing is changed.

        Raises:
            Refused: There is no such client in the practice, or it is not connected.
        """
        async with self._database.reading() as session:
            found = await managed_or_refused(session, actor, client_id, is_living=True)
            uses = await managed_connections.login_uses(session, found.connection)
            is_last = await endings.is_unused(session, found.connection.grant_id, now(), found.connection.id)
        provider = self._managing.provider(found)
        removal = foreseen(
            ends_one_alone=provider.capabilities.ends_one_alone, shares_books=uses.shares_books, is_last=is_last
        )
        return DisconnectPreview(found, uses, removal, _message(found, uses, removal, provider.title))

    async def disconnect(self, actor: Actor, client_id: UUID) -> str:
        """Mark the connection and start removing it at the provider; a second call joins the first.

        Returns:
            The workflow's id.

        Raises:
            Refused: No such client, not connected, or no server. Nothing was changed.
        """
        async with self._database.transaction() as session:
            found = await managed_or_refused(session, actor, client_id, is_locked=True)
            return await self.begin(session, actor, found)

    async def begin(self, session: AsyncSession, actor: Actor, found: Managed) -> str:
        """Mark a connection, which is locked in the caller's transaction, and start removing it at the provider.

        Raises:
            Refused: It is disconnected already, or there is no server.
        """
        connection = found.connection
        if connection.status is ConnectionStatus.DISCONNECTED:
            raise Refused(RefusalCode.NOT_CONNECTED, f"{found.client.name} is disconnected already.")
        is_under_way = connection.status is ConnectionStatus.DISCONNECTING
        before = ConnectionStatus.CONNECTED if is_under_way else connection.status  # its health is computed anew
        if not is_under_way:
            await disconnections.begin(session, connection, colleague_id=actor.colleague_id, at=now())
            await session.flush()
        # One that is at work although the connection is not leaving has done its part, and would not look again.
        running = WorkflowIDConflictPolicy.USE_EXISTING if is_under_way else WorkflowIDConflictPolicy.TERMINATE_EXISTING
        # Under the row's lock: the workflow's first step waits for this commit, and does nothing if that fails.
        facts = await self._managing.facts(actor, found)
        workflow_id = disconnect_client_id(actor.practice_slug, found.client.code)
        async with explained("The disconnecting has just ended. Look at the client."):
            await self._temporal.start_workflow(
                DisconnectClient.run,
                DisconnectClientInput(client=facts, status_before=before),
                id=workflow_id,
                task_queue=WORKFLOW_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=running,
                static_summary=connection_briefing.disconnect_summary(facts),
                static_details=connection_briefing.DISCONNECT_WHAT_IT_IS,
                search_attributes=connection_briefing.disconnect_attributes(facts),
                priority=policies.sync_priority(actor.practice_slug),
            )
        return workflow_id


def _message(found: Managed, uses: LoginUses, removal: Removal, title: str) -> str:
    others = (
        "No other client uses this login."
        if not uses.clients
        else f"{uses.clients} other {'client uses' if uses.clients == 1 else 'clients use'} the login of "
        f"{found.login_name} and {'stays' if uses.clients == 1 else 'stay'} connected."
    )
    organisation = found.connection.organisation_name
    there = {
        Removal.REMOVED: f"The connection to {organisation} is removed at {title}.",
        Removal.SHARED: f"At {title} the connection stays, because the same login uses it for somebody else too; here "
        "it ends.",
        Removal.KEPT: f"The connection to {organisation} ends only here: {title} cannot end it alone. There it ends "
        "with the last client of this login.",
        Removal.WITH_LOGIN: f"Nothing else uses the login: it is ended at {title}, and the connection to "
        f"{organisation} with it.",
    }
    stays = "The lists stay, and the client can be reconnected in its place."
    return f"Only {found.client.name} is affected. {others} {there[removal]} {stays}"
