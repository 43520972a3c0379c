"""Finds a client for an operation, or says why there is none; and whether something of it is at work just now."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from contracts.words.names import disconnect_client_id, sync_client_id
from contracts.words.refusals import RefusalCode, Refused
from models.clients import accounts, erasing
from models.clients.tables import Client
from starter.actor import Actor
from starter.support.temporal_faults import explained


async def missing(session: AsyncSession, actor: Actor, client_id: UUID) -> Refused:
    """The refusal where the actor's practice has no such client; one that was erased is remembered by its code."""
    record = await erasing.erased(session, actor.practice_id, client_id)
    if record is None:
        return Refused(RefusalCode.NOT_FOUND, f"There is no client {client_id} in your practice.")
    day = record.at.astimezone(actor.time_zone)
    when = f"{day.day} {day:%B %Y}"
    return Refused(RefusalCode.NOT_FOUND, f"The client {record.code} was erased for good by {record.by} on {when}.")


async def locked_or_refused(session: AsyncSession, actor: Actor, client_id: UUID) -> Client:
    """A client of the actor's practice, locked in the caller's transaction.

    Raises:
        Refused: There is no such client in the practice.
    """
    client = await accounts.locked_client(session, actor.practice_id, client_id)
    if client is None:
        raise await missing(session, actor, client_id)
    return client


def workflow_ids(actor: Actor, client: Client) -> tuple[str, str]:
    """The ids of the workflows that a client can have of its own, as its code is now."""
    return sync_client_id(actor.practice_slug, client.code), disconnect_client_id(actor.practice_slug, client.code)


async def is_at_work(temporal: Temporal, actor: Actor, client: Client) -> bool:
    """Whether a workflow of the client's own is running: it is being synchronised or disconnected.

    Raises:
        Refused: Temporal cannot be reached.
    """
    for workflow_id in workflow_ids(actor, client):
        async with explained("Ask again."):
            try:
                described = await temporal.get_workflow_handle(workflow_id).describe()
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    continue
                raise
        if described.status is WorkflowExecutionStatus.RUNNING:
            return True
    return False
