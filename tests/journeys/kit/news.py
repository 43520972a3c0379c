"""When it is worth looking at a run again. Asking after every event of a history took half of a journey's time."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError

ENDS = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
}
"""Of activities: nothing else of a workflow writes what is shown of a run."""


async def news(handle: WorkflowHandle[Any, Any]) -> AsyncGenerator[None]:
    """Now, whenever an activity of the workflow has ended, and for ever once it has ended itself.

    Args:
        handle: Of the workflow, not of one of its executions: it may go on in another one.
    """
    yield
    while True:
        async for page in _pages(handle):
            if any(event.event_type in ENDS for event in page):
                yield
        yield


async def steps_of(handle: WorkflowHandle[Any, Any]) -> AsyncGenerator[HistoryEvent]:
    """What has happened in the workflow and what happens next, until it has ended; some of it may come again."""
    async for page in _pages(handle):
        for event in page:
            yield event


_LOST_ITS_PLACE = "Current and request branch tokens"
"""Temporal says so now and then to who follows a history. To who waits for a result alone, it finds its place again."""


async def _pages(handle: WorkflowHandle[Any, Any]) -> AsyncGenerator[Sequence[HistoryEvent]]:
    steps = handle.fetch_history_events(wait_new_event=True)
    while True:
        try:
            await steps.fetch_next_page()
        except RPCError as error:
            if _LOST_ITS_PLACE not in error.message:
                raise
            steps = handle.fetch_history_events(wait_new_event=True)
            continue
        yield steps.current_page or ()
        if steps.next_page_token is None:
            return
