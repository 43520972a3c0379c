"""Workers of one process, side by side, and schedules that every worker sees to."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client, Schedule, ScheduleAlreadyRunningError
from temporalio.service import RPCError
from temporalio.worker import Interceptor, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

logger = logging.getLogger(__name__)

SHUTDOWN_GRACE = timedelta(seconds=10)
"""For what is under way when a worker is told to stop; after that it is cancelled, and run again elsewhere."""

MISSED_AFTER = timedelta(seconds=3)
"""How long a workflow's next step waits for the worker that has the workflow in memory, before any worker may take it.
At the SDK's own ten seconds, a run stands still for so long after its worker was killed, although the processes that
read for it have finished their groups and another worker is there."""

SANDBOX = SandboxedWorkflowRunner()


def worker_on(
    client: Client,
    queue: str,
    activities: Sequence[Callable[..., Any]],
    *,
    interceptors: Sequence[Interceptor],
    at_once: int | None = None,
    workflows: Sequence[type] = (),
    runner: WorkflowRunner = SANDBOX,
) -> Worker:
    """A worker on one queue.

    Args:
        client: Connected with our converter.
        queue: The queue's name.
        activities: What is run of it.
        interceptors: What stands in front of them.
        at_once: Activities at once; None for as many as the SDK allows.
        workflows: Workflows of that queue.
        runner: Begins each workflow in a sandbox of its own.
    """
    return Worker(
        client,
        task_queue=queue,
        activities=activities,
        workflows=workflows,
        workflow_runner=runner,
        interceptors=interceptors,
        max_concurrent_activities=at_once,
        graceful_shutdown_timeout=SHUTDOWN_GRACE,
        sticky_queue_schedule_to_start_timeout=MISSED_AFTER,
    )


def told_to_stop() -> asyncio.Event:
    """Set when this process gets SIGINT or SIGTERM."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


@asynccontextmanager
async def together(workers: Sequence[Worker]) -> AsyncIterator[None]:
    """Run several workers, and shut all of them down at the same time, because their grace periods would add up."""
    async with AsyncExitStack() as stack:
        for worker in workers:
            await stack.enter_async_context(worker)
        try:
            yield
        finally:
            await asyncio.gather(*(worker.shutdown() for worker in workers))


async def see_to(client: Client, schedule_id: str, schedule: Schedule) -> None:
    """Create a schedule that the whole namespace needs once; the first worker creates it.

    Args:
        client: Connected with our converter.
        schedule_id: The same id for all workers.
        schedule: What to start, and when.
    """
    try:
        await client.create_schedule(schedule_id, schedule)
    except ScheduleAlreadyRunningError:
        return
    except RPCError as error:  # an account that may not: everything else goes on
        logger.warning("the schedule %s could not be made (%s)", schedule_id, error.status.name.lower())
