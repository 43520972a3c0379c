"""Judges Temporal: finished runs have finished workflows, none has failed, and none waits for nothing."""

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecutionStatus

from torture.checker.findings import Books, Finding

_ALWAYS = ("settle-lost-work", "temporal-sys-")
"""Beginnings of ids of what is begun every few minutes, and may be under way at any moment."""

_OF_CODE = (
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
)
"""Why a step is not taken when the code is to blame; others are a server's usual business."""

_WRONG = {
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.TERMINATED: "was terminated",
    WorkflowExecutionStatus.TIMED_OUT: "timed out",
}


async def judge(address: str, namespace: str, books: Books) -> list[Finding]:
    """Compare every workflow with the rows that it is about.

    Args:
        address: Address of the Temporal server.
        namespace: The product's namespace.
        books: The product's tables.
    """
    client = await Client.connect(address, namespace=namespace)
    stages = {row["id"]: row["stage"] for row in books.runs}
    limited = any((row["limited"] or 0.0) > books.now for row in books.connections)
    found: list[Finding] = []
    seen: set[str] = set()
    async for workflow in client.list_workflows():
        seen.add(workflow.id)
        if workflow.status in _WRONG:
            found.append(Finding("no workflow fails", workflow.id, _WRONG[workflow.status]))
        stage = stages.get(workflow.id)
        is_idle = stage == "finished" or (stage is None and not limited and not workflow.id.startswith(_ALWAYS))
        if workflow.status is WorkflowExecutionStatus.RUNNING and is_idle:
            found.append(Finding("nothing is stuck", workflow.id, f"still runs, with its run {stage or 'gone'}"))
        found += await _tasks(client, workflow.id, workflow.run_id)
    found += [
        Finding("nothing is stuck", run, f"{stage}, and no workflow goes on with it")
        for run, stage in stages.items()
        if stage != "finished" and run not in seen
    ]
    return found


async def _tasks(client: Client, workflow_id: str, run_id: str) -> list[Finding]:
    """Workflow tasks that failed, such as when code does not fit its history."""
    failed = 0
    async for event in client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history_events():
        failed += event.workflow_task_failed_event_attributes.cause in _OF_CODE
    return [Finding("no workflow fails", workflow_id, f"{failed} steps could not be taken")] if failed else []
