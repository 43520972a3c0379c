"""When it is worth looking at a run again. Asking after every event of a history took half of a journey's time."""

from collections.abc import AsyncGenerator
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

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
        steps = handle.fetch_history_events(wait_new_event=True)
        has_ended = False
        while not has_ended:
            await steps.fetch_next_page()
            has_ended = steps.next_page_token is None
            if has_ended or any(event.event_type in ENDS for event in steps.current_page or ()):
                yield
