"""Workers side by side, and schedules that every worker sees to."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from temporalio.client import Client, Schedule, ScheduleAlreadyRunningError
from temporalio.service import RPCError
from temporalio.worker import Worker

logger = logging.getLogger(__name__)


@asynccontextmanager
async def together(workers: Sequence[Worker]) -> AsyncIterator[None]:
    """Run workers side by side, and shut them down at once: one after the other, their grace would add up."""
    async with AsyncExitStack() as stack:
        for worker in workers:
            await stack.enter_async_context(worker)
        try:
            yield
        finally:
            await asyncio.gather(*(worker.shutdown() for worker in workers))


async def see_to(client: Client, schedule_id: str, schedule: Schedule) -> None:
    """Make a schedule that the whole namespace needs once; whoever is first makes it.

    Args:
        client: Connected with our converter.
        schedule_id: The one for all workers.
        schedule: What is to be done, and when.
    """
    try:
        await client.create_schedule(schedule_id, schedule)
    except ScheduleAlreadyRunningError:
        return
    except RPCError as error:  # an account that may not: everything else goes on
        logger.warning("the schedule %s could not be made (%s)", schedule_id, error.status.name.lower())
