"""Hands one client to a ``SyncClient`` of its own, which outlives whoever started it."""

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from workflows.plans.patches import WIDENED

with workflow.unsafe.imports_passed_through():
    from contracts.payloads.sync_client import SyncClientInput
    from contracts.words.names import sync_client_id

from workflows.support import run_text
from workflows.sync_client import SyncClient


async def hand_over(sync: SyncClientInput, priority: Priority) -> bool:
    """Start a client's own sync; one that is at work already is told of the login that takes over, and of the lists.

    Args:
        sync: What it is started with.
        priority: Its place in the queues.

    Returns:
        Whether it was started; False when the client has one at work already.
    """
    client = sync.client
    name = sync_client_id(client.practice_slug, client.client_code)
    while True:
        try:
            await workflow.start_child_workflow(
                SyncClient.run,
                sync,
                id=name,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                static_summary=run_text.sync_summary(client),
                static_details=run_text.SYNC_WHAT_IT_IS,
                search_attributes=run_text.sync_attributes(client),
                priority=priority,
            )
        except WorkflowAlreadyStartedError:
            widens = workflow.patched(WIDENED)
            if (sync.grant_id is None and not widens) or await _is_told(name, sync, widens=widens):
                return False
        else:
            return True


async def _is_told(name: str, sync: SyncClientInput, *, widens: bool) -> bool:
    """Whether a sync that was at work a moment ago takes another login, and reads what is asked for."""
    running = workflow.get_external_workflow_handle_for(SyncClient.run, name)
    try:
        if sync.grant_id is not None:
            await running.signal(SyncClient.use_login, sync.grant_id)
        if widens:
            await running.signal(SyncClient.widen, list(sync.sources))
    except ApplicationError:  # it has ended since
        return False
    return True
