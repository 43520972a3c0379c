"""One client's pull in a workflow of its own: for a client in trouble, a refresh, or a retry.

It tries as long as waiting can help, and then says why it stopped. Support staff find it by a readable id, see its
cause and its next try, and can send the signal *retry now*. It must not decide about grants or owners.
"""

from datetime import datetime
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from workflows.plans.failures import trouble_of
from workflows.plans.patches import LAST_WISH, STOPPED_IS_TOLD

with workflow.unsafe.imports_passed_through():
    from activities.pulls.standard_information import StandardInformationActivities
    from activities.runs.runs import RunActivities
    from contracts.payloads.sync_client import (
        PullClientInput,
        PullClientResult,
        SettleSyncInput,
        SyncClientInput,
        SyncClientResult,
        Trouble,
    )
    from contracts.words.lists import RowKind
    from contracts.words.runs import Result, Stage
    from rules import trying_again

from workflows.parts.calls import call
from workflows.plans import policies
from workflows.support import run_text


@workflow.defn(name="SyncClient")
class SyncClient:
    """Pulls the lists of one client, each with a receipt, and waits as long as its trouble is transient."""

    @workflow.init
    def __init__(self, start: SyncClientInput) -> None:
        self._start = start
        self._tries = start.tries
        self._started_at = start.started_at or workflow.now()
        self._trouble = Trouble(cause=start.trouble) if start.trouble else None
        self._met_at = workflow.now() if start.trouble else None
        self._wanted_now = False
        self._login = start.grant_id
        self._logins = {*start.logins, *filter(None, (start.grant_id,))}
        self._sources = start.sources

    @workflow.run
    async def run(self, start: SyncClientInput) -> SyncClientResult:
        """Wait for the first try, then try until all lists are stored or only a person can help."""
        try:
            return await self._to_its_end(start)
        except BaseException as error:
            # Who stops it must not leave runs behind that promise another try.
            is_stopped = is_cancelled_exception(error) and self._trouble is not None
            if is_stopped and workflow.patched(STOPPED_IS_TOLD):
                await self._settle(None, self._asked)
                workflow.set_current_details(
                    run_text.sync_end(self._start.client, self._start.reason, self._trouble, self._sources)
                )
            raise

    async def _to_its_end(self, start: SyncClientInput) -> SyncClientResult:
        await self._wait_until(start.first_try_at)
        while True:
            tried = self._asked
            try:
                pulled = await self._pull()
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                self._trouble, self._met_at = trouble_of(error), workflow.now()
                is_up_to_a_person = trying_again.gives_up(self._started_at, workflow.now(), self._trouble)
                if not is_up_to_a_person or self._asked != tried:
                    retry_at = trying_again.next_try(workflow.now(), self._tries, self._trouble)
                    self._tries += 1
                    await self._settle(retry_at, tried)
                    await self._wait_until(retry_at)
                    self._continue_as_new_if_long()
                    continue
                pulled = None
            else:
                self._trouble = None
            await self._settle(None, tried)
            # Sent while it was read, or while the end was noted: nothing else would try it again.
            is_wanted = self._wanted_now and pulled is None and workflow.patched(LAST_WISH)
            if self._asked == tried and not is_wanted:
                return self._end(pulled)
            self._started_at = workflow.now()  # more was asked for, maybe while the end was noted: that is begun now

    @workflow.signal(description="Try again now instead of at the next planned time. Safe to send at any moment.")
    def retry_now(self) -> None:
        """Signal: try again at once."""
        self._wanted_now = True

    @workflow.signal(description="Sent by Reconnect all when this client has a sync already. Not for sending by hand.")
    def use_login(self, grant_id: UUID) -> None:
        """Signal: go on with another login, which takes the connection over once it has read the organisation."""
        self._login = grant_id
        self._logins.add(grant_id)

    @workflow.signal(description="Sent when more lists are asked for than this sync reads. Not for sending by hand.")
    def widen(self, sources: list[RowKind]) -> None:
        """Signal: read these kinds of rows too; all if none is named. A sync of all stays one of all."""
        if self._sources:
            wanted = {*self._sources, *sources}
            self._sources = tuple(kind for kind in RowKind if kind in wanted) if sources else ()

    @property
    def _asked(self) -> tuple[UUID | None, tuple[RowKind, ...]]:
        """The login and the kinds of rows that have been asked for so far."""
        return self._login, self._sources

    async def _pull(self) -> PullClientResult:
        self._wanted_now = False  # here and not before a wait: a signal may come before the wait begins
        workflow.set_current_details(
            run_text.sync_details(self._start.client, self._start.reason, None, self._tries, None)
        )
        return await call(
            StandardInformationActivities.pull_client,
            PullClientInput(
                connection_id=self._start.client.connection_id,
                pull_id=self._start.pull_id,
                sources=self._sources,
                grant_id=self._login,
                asked_by=self._start.asked_by,
            ),
            policies.at(self._start.client.provider, policies.PULL),
            f"Pull {self._start.client.client_name}",
        )

    async def _wait_until(self, moment: datetime | None) -> None:
        if moment is None or moment <= workflow.now():
            return
        workflow.set_current_details(
            run_text.sync_details(
                self._start.client, self._start.reason, self._trouble, self._tries, moment, self._met_at
            ),
        )
        try:
            await workflow.wait_condition(
                lambda: self._wanted_now, timeout=moment - workflow.now(), timeout_summary="Next try"
            )
        except TimeoutError:
            return

    async def _settle(self, retry_at: datetime | None, tried: tuple[UUID | None, tuple[RowKind, ...]]) -> None:
        trouble, (login, sources) = self._trouble, tried
        await call(
            RunActivities.settle_sync,
            SettleSyncInput(
                connection_id=self._start.client.connection_id,
                cause=trouble.cause if trouble else None,
                detail=trouble.detail if trouble else "",
                retry_at=retry_at,
                grant_id=login,
                sources=sources,
                logins=tuple(sorted(self._logins, key=str)),
            ),
            policies.DATABASE,
            "Note the next try" if retry_at else "Note how it ended",
        )

    def _end(self, pulled: PullClientResult | None) -> SyncClientResult:
        result = Result.COMPLETED if pulled else Result.FAILED
        workflow.upsert_search_attributes(
            [run_text.STAGE.value_set(Stage.FINISHED.value), run_text.RESULT.value_set(result.value)]
        )
        workflow.set_current_details(
            run_text.sync_end(self._start.client, self._start.reason, self._trouble, self._sources)
        )
        cause = self._trouble.cause if self._trouble else None
        return SyncClientResult(
            rows=pulled.rows if pulled else 0,
            cause=cause,
            message=f"{cause.sentence} {cause.next_step_until_the_night}" if cause else run_text.stored(self._sources),
        )

    def _continue_as_new_if_long(self) -> None:
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(
                self._start.model_copy(
                    update={
                        "tries": self._tries,
                        "grant_id": self._login,
                        "logins": tuple(sorted(self._logins, key=str)),
                        "sources": self._sources,
                        "started_at": self._started_at,
                        "first_try_at": None,
                        "trouble": self._trouble.cause if self._trouble else None,
                    }
                )
            )
