"""What a client's own sync is told while it is at work, or while it notes its end, is not lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from contracts.payloads.sync_client import (
    ClientFacts,
    PullClientInput,
    PullClientResult,
    SettleSyncInput,
    SyncClientInput,
    SyncClientResult,
    Trouble,
)
from contracts.words.causes import Cause
from contracts.words.lists import RowKind
from contracts.words.names import PROVIDER_QUEUE, WORKFLOW_QUEUE, queue_of
from workflows.sync_client import SyncClient

FIRST, SECOND = uuid4(), uuid4()


@dataclass
class Played:
    """The sync's two activities, played: the first login is refused for good, everything else goes well.

    Attributes:
        held: Which activity is held up: ``pull_client`` or ``settle_sync``; the first time only.
        tried: The pulls, in order.
        settled: What was noted, in order.
    """

    held: str
    tried: list[PullClientInput] = field(default_factory=list)
    settled: list[SettleSyncInput] = field(default_factory=list)
    is_held: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    @activity.defn(name="pull_client")
    async def pull_client(self, asked: PullClientInput) -> PullClientResult:
        self.tried.append(asked)
        await self._hold("pull_client")
        if asked.grant_id == FIRST:
            trouble = Trouble(cause=Cause.ACCESS_LOST)
            raise ApplicationError("refused", trouble, type="access_lost", non_retryable=True)
        return PullClientResult(rows=1, added=1, changed=0, gone=0)

    @activity.defn(name="settle_sync")
    async def settle_sync(self, asked: SettleSyncInput) -> None:
        self.settled.append(asked)
        await self._hold("settle_sync")

    async def _hold(self, name: str) -> None:
        if name == self.held:
            self.is_held.set()
            await self.go_on.wait()


@asynccontextmanager
async def at_work(
    client: Client, played: Played, **asked: object
) -> AsyncIterator[WorkflowHandle[SyncClient, SyncClientResult]]:
    """A sync that is held up in one of its activities."""
    one = uuid4()
    facts = ClientFacts(
        connection_id=one,
        client_id=one,
        client_name="Alder & Finch Limited",
        client_code="ALDE0012",
        practice_name="Harbour Lane",
        practice_slug="harbour-lane",
        colleague_name="Ada",
        provider="xero",
        provider_title="Xero",
    )
    start = SyncClientInput.model_validate({"client": facts, "pull_id": "pull", "reason": "Asked.", **asked})
    async with (
        Worker(client, task_queue=WORKFLOW_QUEUE, workflows=[SyncClient], activities=[played.settle_sync]),
        Worker(client, task_queue=queue_of("xero", PROVIDER_QUEUE), activities=[played.pull_client]),
    ):
        handle = await client.start_workflow(SyncClient.run, start, id=f"sync-{one}", task_queue=WORKFLOW_QUEUE)
        async with asyncio.timeout(60):
            await played.is_held.wait()
            yield handle


async def test_a_login_that_comes_while_the_end_is_noted_is_tried(temporal: Client):
    played = Played("settle_sync")
    async with at_work(temporal, played, grant_id=FIRST) as sync:
        await sync.signal(SyncClient.use_login, SECOND)
        played.go_on.set()
        result = await sync.result()
    assert [asked.grant_id for asked in played.tried] == [FIRST, SECOND]
    assert result.cause is None
    assert [(noted.grant_id, noted.cause, noted.logins) for noted in played.settled] == [
        (FIRST, Cause.ACCESS_LOST, (FIRST,)),
        (SECOND, None, tuple(sorted((FIRST, SECOND), key=str))),
    ]


async def test_a_sync_of_one_list_is_widened_by_a_later_request(temporal: Client):
    played = Played("pull_client")
    async with at_work(temporal, played, sources=[RowKind.CURRENCIES]) as sync:
        await sync.signal(SyncClient.widen, [RowKind.ITEMS])
        played.go_on.set()
        await sync.result()
    assert [asked.sources for asked in played.tried] == [
        (RowKind.CURRENCIES,),
        (RowKind.ITEMS, RowKind.CURRENCIES),
    ]
    assert [noted.sources for noted in played.settled] == [asked.sources for asked in played.tried]


async def test_all_lists_are_more_than_some_and_stay_so(temporal: Client):
    played = Played("settle_sync")
    async with at_work(temporal, played, sources=[RowKind.CURRENCIES]) as sync:
        await sync.signal(SyncClient.widen, [])
        await sync.signal(SyncClient.widen, [RowKind.ITEMS])
        played.go_on.set()
        await sync.result()
    assert [asked.sources for asked in played.tried] == [(RowKind.CURRENCIES,), ()]
