"""People see a recorded stage a moment before the workflow hears of it; what they do in that moment is taken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from contracts.payloads.change_connection import (
    ChangeBooksInput,
    ChangeConnectionInput,
    ChangedBooks,
    DiscardBooksInput,
    ListBooksInput,
    ListedBooks,
    RecordBooksInput,
    RecordedBooks,
)
from contracts.payloads.runs import (
    ConsentGiven,
    EnterStageInput,
    FinishRunInput,
    RunFacts,
    RunResult,
    SelectionAccepted,
)
from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.payloads.sync_client import PullClientInput, PullClientResult
from contracts.words.names import PROVIDER_QUEUE, WORKFLOW_QUEUE, queue_of
from contracts.words.runs import Result, Stage, Verdict
from tests.journeys.scene import PATIENCE
from tests.journeys.stage import peculiar_server
from workflows.change_connection import ChangeConnection


@pytest_asyncio.fixture(scope="module")
async def server(temporal_settings) -> AsyncIterator[WorkflowEnvironment]:
    """A server of its own, whose workers play the activities."""
    async with peculiar_server(temporal_settings, skips_time=True) as environment:
        yield environment


async def test_a_change_is_confirmed_once_its_preview_is_recorded(server: WorkflowEnvironment) -> None:
    recorded, confirmed = asyncio.Event(), asyncio.Event()
    changed: list[ChangeBooksInput] = []

    @activity.defn(name="enter_stage")
    async def enter_stage(asked: EnterStageInput) -> None:
        if asked.stage is Stage.AWAITING_CONFIRMATION:
            recorded.set()
            await confirmed.wait()

    @activity.defn(name="list_books")
    async def list_books(_: ListBooksInput) -> ListedBooks:
        return ListedBooks(verdicts={Verdict.NEW: 1}, client_name="Alder", organisation_name="Alder Ltd")

    @activity.defn(name="record_books")
    async def record_books(_: RecordBooksInput) -> RecordedBooks:
        return RecordedBooks(connection_id=uuid4(), organisation_name="Alder & Finch", skipped=0)

    @activity.defn(name="pull_client")
    async def pull_client(_: PullClientInput) -> PullClientResult:
        return PullClientResult(rows=1, added=1, changed=0, gone=0)

    @activity.defn(name="change_books")
    async def change_books(asked: ChangeBooksInput) -> ChangedBooks:
        changed.append(asked)
        return ChangedBooks(message="Alder is connected to Alder & Finch now.")

    @activity.defn(name="discard_books")
    async def discard_books(_: DiscardBooksInput) -> None: ...

    @activity.defn(name="finish_run")
    async def finish_run(asked: FinishRunInput) -> RunResult:
        assert asked.result is not None
        return RunResult(run_id=asked.run_id, result=asked.result, counts={}, causes={}, message=asked.message or "")

    run_id = f"run-{uuid4()}"
    run = RunFacts(
        run_id=run_id,
        practice_id=uuid4(),
        practice_name="P",
        practice_slug="p",
        colleague_name="Anna",
        provider="xero",
        provider_title="Xero",
    )
    ours: list[Callable[..., Any]] = [enter_stage, record_books, change_books, discard_books, finish_run]
    providers = queue_of("xero", PROVIDER_QUEUE)
    async with (
        Worker(server.client, task_queue=WORKFLOW_QUEUE, workflows=[ChangeConnection], activities=ours),
        Worker(server.client, task_queue=providers, activities=[list_books, pull_client]),
    ):
        handle = await server.client.start_workflow(
            ChangeConnection.run,
            ChangeConnectionInput(run=run, connection_id=uuid4()),
            id=run_id,
            task_queue=WORKFLOW_QUEUE,
        )
        await handle.signal(ChangeConnection.consent_given, ConsentGiven(consent_id=uuid4(), grant_id=uuid4()))
        choice = Selection(organisations=(SelectedOrganisation(organisation_id="org-2"),))
        while True:  # a choice is taken once something is listed
            try:
                await handle.execute_update("submit_selection", choice, result_type=SelectionAccepted)
            except WorkflowUpdateFailedError:
                continue
            break
        await asyncio.wait_for(recorded.wait(), PATIENCE)
        answer = await asyncio.wait_for(handle.execute_update("confirm", result_type=ChangedBooks), PATIENCE)
        confirmed.set()
        result = await asyncio.wait_for(handle.result(), PATIENCE)
    assert (answer.message, result.result, len(changed)) == (
        "Alder is connected to Alder & Finch now.",
        Result.COMPLETED,
        1,
    )
