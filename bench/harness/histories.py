"""What Temporal keeps of a workflow, and what its cloud would charge for it."""

from datetime import datetime

from temporalio.api.enums.v1 import EventType

from bench.harness.databases import Practice
from bench.harness.servers import Servers
from bench.reporting.results import History
from runtime.temporal.connection import connect

ACTIONS = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
        EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
    }
)
"""Events that are an action in the price list of Temporal's cloud. Retries and heartbeats leave no event."""


async def history_of(servers: Servers, practice: Practice, workflow_id: str, since: datetime | None = None) -> History:
    """The size of a workflow's history, over all its executions, or those that began since then (aware)."""
    client = await connect(servers.on(practice), environment={})
    events = size = actions = 0
    tasks: list[float] = []
    asked = f"WorkflowId = '{workflow_id}'" + (f" AND StartTime >= '{since.isoformat()}'" if since else "")
    async for execution in client.list_workflows(asked):
        handle = client.get_workflow_handle(workflow_id, run_id=execution.run_id)
        described = await handle.describe()
        events += described.history_length
        size += described.raw_description.workflow_execution_info.history_size_bytes
        scheduled: dict[int, datetime] = {}
        async for event in handle.fetch_history_events():
            actions += event.event_type in ACTIONS
            if event.HasField("workflow_task_scheduled_event_attributes"):
                scheduled[event.event_id] = event.event_time.ToDatetime()
            elif event.HasField("workflow_task_completed_event_attributes"):
                began = scheduled[event.workflow_task_completed_event_attributes.scheduled_event_id]
                tasks.append((event.event_time.ToDatetime() - began).total_seconds())
    return History(events, size, tasks, actions)
