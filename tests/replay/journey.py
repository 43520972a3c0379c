"""What a recorded journey is: a scene in, histories out."""

from collections.abc import Awaitable, Callable

from temporalio.client import WorkflowHistory

from tests.journeys.scene import Scene

Recorded = dict[str, WorkflowHistory]
"""Histories by the name of their file."""

Journey = Callable[[Scene], Awaitable[Recorded]]


async def history(scene: Scene, workflow_id: str, run_id: str | None = None) -> WorkflowHistory:
    """The history of a workflow's newest execution, or of the one that is named."""
    return await scene.temporal.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
