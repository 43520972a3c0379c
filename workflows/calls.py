"""The one way in which workflows ask for an activity: what, with which policy, and how it reads to support staff."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from temporalio import workflow
from temporalio.workflow import ActivityConfig

from workflows.summaries import shortened

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


async def call(
    method: Callable[[Any, Asked], Awaitable[Answer]], asked: Asked, policy: ActivityConfig, summary: str
) -> Answer:
    """Run an activity and wait for its answer.

    Args:
        method: The activity, as a method of its class.
        asked: Its one input.
        policy: One of ``policies``.
        summary: What support staff read beside it.

    Raises:
        ActivityError: It failed for good, or was cancelled.
    """
    execute = cast("Callable[..., Awaitable[Answer]]", workflow.execute_activity_method)
    return await execute(method, asked, summary=shortened(summary), **policy)
