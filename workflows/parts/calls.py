"""The one way in which workflows call an activity: with its policy, and a summary for support staff."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar, cast

from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityConfig

from workflows.plans.failures import is_our_outage

with workflow.unsafe.imports_passed_through():
    from activities.shared.outages import OutageActivities

from workflows.plans import policies
from workflows.support.summaries import shortened

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


async def to_the_end(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Wait until ``work`` is done, even if the workflow is cancelled meanwhile; such a cancellation has no effect.

    Args:
        work: What must not be left half done, such as the call that ends a run.
    """
    task = asyncio.create_task(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
    return task.result()


async def call(
    method: Callable[[Any, Asked], Awaitable[Answer]], asked: Asked, policy: ActivityConfig, summary: str
) -> Answer:
    """Run an activity and wait for its answer, through any outage of our own database.

    Args:
        method: The activity, as a method of its class.
        asked: Its one input.
        policy: One of ``policies``.
        summary: What support staff read beside the activity, in one line.

    Raises:
        ActivityError: It failed for good, or was cancelled.
    """
    execute = cast("Callable[..., Awaitable[Answer]]", workflow.execute_activity_method)
    while True:
        try:
            return await execute(method, asked, summary=shortened(summary), **policy)
        except ActivityError as error:
            if not is_our_outage(error):
                raise
        # Its tries add nothing to the history, however long the outage lasts. No earlier code failed with that word, so
        # that no recorded history comes here.
        await execute(OutageActivities.see_database, summary="See whether our database is back", **policies.OUTAGE)
