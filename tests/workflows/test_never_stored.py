"""Workflows whose start was given up after the workflow server had taken it: their row is not in the database.

Whoever asked was told that nothing was changed. So nothing is done, and nothing ends as a failure for support to see.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.exceptions import CancelledError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from contracts.payloads.bulk_create_clients import (
    BulkCreateClientsInput,
    CreateClientsInput,
    CreatedClients,
    CreatingProgress,
)
from contracts.payloads.change_connection import ChangeConnectionInput
from contracts.payloads.reassign_clients import HandOver, ReassignClientsInput
from contracts.payloads.reconnect_all import ReconnectAllInput
from contracts.payloads.runs import (
    Deadlines,
    EnterStageInput,
    FinishRunInput,
    ReopenRunInput,
    RunFacts,
    RunResult,
    SeeRunInput,
)
from contracts.words.names import WORKFLOW_QUEUE
from contracts.words.runs import Result
from tests.journeys.scene import PATIENCE
from tests.workflows.test_last_moments import adding, server
from workflows.bulk_create_clients import BulkCreateClients
from workflows.change_connection import ChangeConnection
from workflows.reassign_clients import ReassignClients
from workflows.reconnect_all import ReconnectAll
from workflows.registry import WORKFLOWS

__all__ = ["server"]

WAITS = Deadlines(consent=timedelta(hours=1))


@dataclass
class Books:
    """A database in which a run is or is not, as its activities see it.

    Attributes:
        runs: The runs that are in it.
        done: What was done to any.
        ended: Runs that have ended, with their result.
    """

    runs: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    ended: dict[str, Result] = field(default_factory=dict)

    def _found(self, run_id: str, done: str) -> None:
        if run_id not in self.runs:
            raise LookupError(f"run {run_id} is not in the database")
        self.done.append(done)

    @activity.defn
    async def see_run(self, asked: SeeRunInput) -> bool:
        return asked.run_id in self.runs

    @activity.defn
    async def enter_stage(self, asked: EnterStageInput) -> None:
        self._found(asked.run_id, "enter")

    @activity.defn
    async def finish_run(self, asked: FinishRunInput) -> RunResult:
        self._found(asked.run_id, "finish")
        result = self.ended.setdefault(asked.run_id, asked.result or Result.COMPLETED)
        return RunResult(run_id=asked.run_id, result=result, counts={}, causes={}, message="As it ended.")

    @activity.defn
    async def reopen_run(self, asked: ReopenRunInput) -> bool:
        self._found(asked.run_id, "reopen")
        return asked.run_id not in self.ended

    @activity.defn
    async def create_clients(self, asked: CreateClientsInput) -> CreatedClients:
        self._found(asked.run_id, "create")
        return CreatedClients(counts={}, remaining=0)

    @asynccontextmanager
    async def worker(self, server: WorkflowEnvironment) -> AsyncIterator[None]:
        short: list[Callable[..., Any]] = [
            self.see_run,
            self.enter_stage,
            self.finish_run,
            self.reopen_run,
            self.create_clients,
        ]
        async with Worker(server.client, task_queue=WORKFLOW_QUEUE, workflows=WORKFLOWS, activities=short):
            yield


def starts(run: RunFacts) -> Sequence[tuple[str, object]]:
    """Every kind of run that waits for a sign-in."""
    return (
        (BulkCreateClients.__name__, BulkCreateClientsInput(run=run, deadlines=WAITS)),
        (ReconnectAll.__name__, ReconnectAllInput(run=run, deadlines=WAITS)),
        (ReassignClients.__name__, ReassignClientsInput(run=run, deadlines=WAITS)),
        (ChangeConnection.__name__, ChangeConnectionInput(run=run, deadlines=WAITS, connection_id=uuid4())),
    )


@pytest.mark.parametrize("kind", range(4), ids=["add", "reconnect", "reassign", "change"])
async def test_one_that_support_cancels_at_once_ends_as_cancelled(server: WorkflowEnvironment, kind: int):
    books, facts = Books(), adding()
    name, asked = starts(facts)[kind]
    async with books.worker(server):
        with server.with_time_skipping_disabled():
            run = await server.client.start_workflow(
                name,
                asked,
                id=facts.run_id,
                task_queue=WORKFLOW_QUEUE,
            )
            await run.cancel()
            with pytest.raises(WorkflowFailureError) as ended:
                await asyncio.wait_for(run.result(), PATIENCE)
        told = await run.describe()
    assert isinstance(ended.value.cause, CancelledError)
    assert told.status is WorkflowExecutionStatus.CANCELED
    assert told.search_attributes["ClientsyncResult"] == ["cancelled"]
    assert books.done == []


@pytest.mark.thorough
@pytest.mark.parametrize("kind", range(4), ids=["add", "reconnect", "reassign", "change"])
async def test_one_that_nobody_cancels_ends_by_itself(server: WorkflowEnvironment, kind: int):
    books, facts = Books(), adding()
    name, asked = starts(facts)[kind]
    async with books.worker(server):
        report = await asyncio.wait_for(
            server.client.execute_workflow(
                name,
                asked,
                id=facts.run_id,
                task_queue=WORKFLOW_QUEUE,
                result_type=RunResult,
            ),
            PATIENCE,
        )
    assert (report.result, "never stored" in report.message, books.done) == (Result.CANCELLED, True, [])


async def test_a_hand_over_waits_for_no_sign_in_and_ends_at_its_first_step(server: WorkflowEnvironment):
    books, facts = Books(), adding()
    hand_over = HandOver(from_id=uuid4(), to_id=uuid4())
    async with books.worker(server):
        report = await asyncio.wait_for(
            server.client.execute_workflow(
                ReassignClients.run,
                ReassignClientsInput(run=facts, deadlines=WAITS, hand_over=hand_over),
                id=facts.run_id,
                task_queue=WORKFLOW_QUEUE,
            ),
            PATIENCE,
        )
    assert (report.result, "never stored" in report.message, books.done) == (Result.CANCELLED, True, [])


async def test_what_else_is_missing_is_a_failure_for_support_to_see(server: WorkflowEnvironment):
    """Only the run's own row says that there was never a run."""
    books, facts = Books(), adding()

    @activity.defn(name="enter_stage")
    async def enter_stage(asked: EnterStageInput) -> None:
        raise LookupError("something else")

    books.runs.add(facts.run_id)
    short: list[Callable[..., Any]] = [books.see_run, enter_stage, books.finish_run]
    async with Worker(server.client, task_queue=WORKFLOW_QUEUE, workflows=[ReassignClients], activities=short):
        run = await server.client.start_workflow(
            ReassignClients.run,
            ReassignClientsInput(run=facts, deadlines=WAITS, hand_over=HandOver(from_id=uuid4(), to_id=uuid4())),
            id=facts.run_id,
            task_queue=WORKFLOW_QUEUE,
        )
        with pytest.raises(WorkflowFailureError):
            await asyncio.wait_for(run.result(), PATIENCE)
        assert (await run.describe()).status is WorkflowExecutionStatus.FAILED


async def test_a_retry_that_was_given_up_changes_nothing_of_the_run(server: WorkflowEnvironment):
    books, facts = Books(), adding()
    books.runs.add(facts.run_id)
    books.ended[facts.run_id] = Result.COMPLETED_WITH_FAILURES
    async with books.worker(server):
        report = await asyncio.wait_for(
            server.client.execute_workflow(
                BulkCreateClients.run,
                BulkCreateClientsInput(run=facts, deadlines=WAITS, progress=CreatingProgress(reopen=True)),
                id=facts.run_id,
                task_queue=WORKFLOW_QUEUE,
            ),
            PATIENCE,
        )
    assert (report.result, report.message) == (Result.COMPLETED_WITH_FAILURES, "As it ended.")
    assert books.done == ["reopen", "finish"]
