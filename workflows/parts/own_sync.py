"""Starts a ``SyncClient`` for one client; it goes on after the workflow that started it has ended."""

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
    """Start a client's own sync. If one is running already, signal it which login takes over and which lists to read.

    Args:
        sync: The input of the sync.
        priority: Its priority in the task queues.

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
    """Whether a running sync received the signals with the login and the lists; False when it had ended by then."""
    running = workflow.get_external_workflow_handle_for(SyncClient.run, name)
    try:
        if sync.grant_id is not None:
            await running.signal(SyncClient.use_login, sync.grant_id)
        if widens:
            await running.signal(SyncClient.widen, list(sync.sources))
    except ApplicationError:  # it has ended since
        return False
    return True
