"""One client's disconnecting: the connection is removed at the provider, with tries until that is confirmed.

The connection is marked as leaving before this workflow starts, so nothing else calls the provider for the client
meanwhile. The workflow must not touch the client or its lists, which stay.
"""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception

from workflows.plans.failures import trouble_of

with workflow.unsafe.imports_passed_through():
    from activities.connections.disconnecting import DisconnectActivities
    from contracts.payloads.disconnect_client import (
        DisconnectClientInput,
        DisconnectClientResult,
        KeepConnectionInput,
        RemoveConnectionInput,
    )
    from contracts.payloads.sync_client import Trouble
    from contracts.words.names import sync_client_id
    from contracts.words.runs import Result, Stage
    from rules import trying_again

from workflows.parts.calls import call
from workflows.plans import policies
from workflows.support import connection_text as connection_briefing
from workflows.support import run_text
from workflows.sync_client import SyncClient


@workflow.defn(name="DisconnectClient")
class DisconnectClient:
    """Removes one connection at the provider, however long the provider cannot be reached."""

    @workflow.init
    def __init__(self, start: DisconnectClientInput) -> None:
        self._start = start
        self._tries = start.tries
        self._trouble = Trouble(cause=start.trouble) if start.trouble else None
        self._wanted_now = False

    @workflow.run
    async def run(self, start: DisconnectClientInput) -> DisconnectClientResult:  # noqa: ARG002  # taken in by ``init``
        """Remove the connection; when somebody cancels this workflow, the connection gets its earlier status back."""
        try:
            if not self._tries:
                await self._end_waiting_sync()
            message = await self._removed()
        except BaseException as error:
            if is_cancelled_exception(error):
                await self._keep()
            raise
        self._finish(Result.COMPLETED, message)
        return DisconnectClientResult(message=message)

    @workflow.signal(description="Try again now instead of at the next planned time. Safe to send at any moment.")
    def retry_now(self) -> None:
        """Signal: try again at once."""
        self._wanted_now = True

    async def _end_waiting_sync(self) -> None:
        """Wake a sync that waits for its next try, if there is one.

        It then sees that the connection is leaving, and ends.
        """
        client = self._start.client
        sync = workflow.get_external_workflow_handle_for(
            SyncClient.run, sync_client_id(client.practice_slug, client.client_code)
        )
        try:
            await sync.signal(SyncClient.retry_now)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise

    async def _removed(self) -> str:
        while True:
            self._wanted_now = False  # here and not before a wait: a signal may come before the wait begins
            workflow.set_current_details(connection_briefing.disconnecting(self._start.client, None, self._tries, None))
            try:
                removed = await call(
                    DisconnectActivities.remove_connection,
                    RemoveConnectionInput(connection_id=self._start.client.connection_id),
                    policies.at(self._start.client.provider, policies.REMOVAL),
                    f"Remove the connection of {self._start.client.client_name}",
                )
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                self._trouble = trouble_of(error)
                retry_at = trying_again.next_try(workflow.now(), self._tries, self._trouble)
                self._tries += 1
                await self._wait_until(retry_at)
                self._continue_as_new_if_long()
            else:
                return removed.message

    async def _wait_until(self, moment: datetime) -> None:
        workflow.set_current_details(
            connection_briefing.disconnecting(self._start.client, self._trouble, self._tries, moment)
        )
        try:
            await workflow.wait_condition(
                lambda: self._wanted_now, timeout=moment - workflow.now(), timeout_summary="Next try"
            )
        except TimeoutError:
            return

    async def _keep(self) -> None:
        await call(
            DisconnectActivities.keep_connection,
            KeepConnectionInput(connection_id=self._start.client.connection_id, status=self._start.status_before),
            policies.DATABASE,
            "Keep the connection",
        )
        self._finish(Result.CANCELLED, "Stopped by hand. The connection is again what it was, if it was not gone yet.")

    def _finish(self, result: Result, message: str) -> None:
        workflow.upsert_search_attributes(
            [run_text.STAGE.value_set(Stage.FINISHED.value), run_text.RESULT.value_set(result.value)]
        )
        workflow.set_current_details(connection_briefing.disconnected(self._start.client, message))

    def _continue_as_new_if_long(self) -> None:
        if workflow.info().is_continue_as_new_suggested():
            trouble = self._trouble.cause if self._trouble else None
            workflow.continue_as_new(self._start.model_copy(update={"tries": self._tries, "trouble": trouble}))
