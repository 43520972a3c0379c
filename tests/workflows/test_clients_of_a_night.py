"""A client that a night lists may be merged, or have another code, before its trouble is recorded."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio import activity
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from contracts.payloads.check_connections import (
    CheckConnectionsInput,
    ClientDue,
    ClientsDue,
    ClientsDueInput,
    DeliveredNotices,
    DeliverNoticesInput,
    LoginsToCheck,
    LoginsToCheckInput,
    NotedTrouble,
    NoteTroubleInput,
    PracticeFacts,
    TellInput,
    Told,
)
from contracts.payloads.sync_client import PullClientInput, PullClientResult, SettleSyncInput
from contracts.words.causes import Cause
from contracts.words.names import WORKFLOW_QUEUE, sync_client_id
from tests.journeys.scene import PATIENCE
from tests.workflows.test_last_moments import ANSWER, XEROS_QUEUE, failed, server
from workflows.check_connections import CheckConnections
from workflows.sync_client import SyncClient

__all__ = ["server"]

PRACTICE = PracticeFacts(practice_id=uuid4(), practice_name="P", practice_slug="p")
KEPT = UUID(int=7)
LISTED = ClientDue(
    connection_id=UUID(int=1),
    client_id=UUID(int=6),
    client_name="Alder Ltd",
    client_code="OLD1",
    owner_name="Anna",
    provider="xero",
    provider_title="Xero",
)
MERGED = NotedTrouble(client_id=KEPT, client_name="Alder Limited", client_code="NEW1", owner_name="Bob")
AS_LISTED = NotedTrouble(client_id=LISTED.client_id, client_name="Alder Ltd", client_code="OLD1", owner_name="Anna")


@pytest.mark.parametrize(
    ("noted", "synced"),
    [(AS_LISTED, "OLD1"), (MERGED, "NEW1"), (NotedTrouble(), None), (None, "OLD1")],
    ids=["unchanged", "merged", "in-use-no-more", "recorded-by-earlier-code"],
)
async def test_it_is_handed_over_as_it_is_when_its_trouble_is_recorded(
    server: WorkflowEnvironment, noted: NotedTrouble | None, synced: str | None
):
    tries: list[str] = []
    synced_by: list[str | None] = []

    @activity.defn(name="logins_to_check")
    async def logins_to_check(asked: LoginsToCheckInput) -> LoginsToCheck:
        return LoginsToCheck(logins=())

    @activity.defn(name="clients_due")
    async def clients_due(asked: ClientsDueInput) -> ClientsDue:
        return ClientsDue(clients=() if asked.after else (LISTED,))

    @activity.defn(name="pull_client")
    async def pull_client(asked: PullClientInput) -> PullClientResult:
        tries.append(asked.pull_id)
        if len(tries) == 1:
            raise failed(Cause.PROVIDER_UNAVAILABLE)
        return ANSWER

    @activity.defn(name="note_trouble")
    async def note_trouble(asked: NoteTroubleInput) -> NotedTrouble | None:
        return noted

    @activity.defn(name="settle_sync")
    async def settle_sync(asked: SettleSyncInput) -> None:
        synced_by.append(activity.info().workflow_id)

    @activity.defn(name="tell")
    async def tell(asked: TellInput) -> Told:
        return Told(colleagues=0, healthy=0, causes={})

    @activity.defn(name="deliver_notices")
    async def deliver_notices(asked: DeliverNoticesInput) -> DeliveredNotices:
        return DeliveredNotices(sent=0, left=0)

    short: list[Callable[..., Any]] = [logins_to_check, clients_due, note_trouble, settle_sync, tell, deliver_notices]
    workflows = [CheckConnections, SyncClient]
    async with (
        Worker(server.client, task_queue=WORKFLOW_QUEUE, workflows=workflows, activities=short),
        Worker(server.client, task_queue=XEROS_QUEUE, activities=[pull_client]),
    ):
        report = await asyncio.wait_for(
            server.client.execute_workflow(
                CheckConnections.run,
                CheckConnectionsInput(practice=PRACTICE, reason="r", is_patient=False),
                id=f"check-{uuid4()}",
                task_queue=WORKFLOW_QUEUE,
            ),
            PATIENCE,
        )
        if synced is not None:
            sync = server.client.get_workflow_handle_for(SyncClient.run, sync_client_id("p", synced))
            await asyncio.wait_for(sync.result(), PATIENCE)
    assert report.handed_over == (synced is not None)
    assert synced_by == ([sync_client_id("p", synced)] if synced else [])
