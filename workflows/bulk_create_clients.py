"""One colleague's *Add clients*: sign in, list, choose, create, pull, report.

The run includes the waiting for people, so that support staff also see a sign-in that was abandoned. After a crash it
goes on with the step that was under way. The database holds what was listed, chosen and created; this workflow holds
only its stage and counts. It must not hold tokens, records or the list itself.
"""

from typing import NoReturn

from temporalio import workflow

from workflows.plans.patches import FEWER_STEPS
from workflows.plans.sizes import CLIENTS_CREATED_AT_ONCE, PAGE_OF_PULLS

with workflow.unsafe.imports_passed_through():
    from activities.runs.clients import ClientActivities
    from activities.runs.runs import RunActivities
    from contracts.payloads.bulk_create_clients import (
        BulkCreateClientsInput,
        CreateClientsInput,
        CreatingProgress,
        RecordSelectionInput,
    )
    from contracts.payloads.pulling import ClientsToPull, ClientsToPullInput
    from contracts.payloads.runs import ConsentGiven, ReopenRunInput, RunResult, SelectionAccepted, WaitingForChoice
    from contracts.payloads.selection import Selection
    from contracts.words.runs import Result, RunKind, Stage

from workflows.parts.calls import call
from workflows.parts.choosing_run import ChoosingRun
from workflows.parts.consented_run import RunEnded
from workflows.parts.listing import list_organisations
from workflows.parts.pulling import ClientPulls
from workflows.parts.run_state import RunState
from workflows.plans import policies


@workflow.defn(name="BulkCreateClients")
class BulkCreateClients(ChoosingRun):
    """Adds the organisations that a colleague chooses as clients, with their standard information."""

    @workflow.init
    def __init__(self, start: BulkCreateClientsInput) -> None:
        # Handlers may run before ``run`` does, so everything that they touch is set here.
        self._start = start
        self._progress = start.progress or CreatingProgress()
        waits = Stage.AWAITING_SELECTION if start.waiting else Stage.AWAITING_CONSENT
        stage = Stage.CREATING if start.progress else waits
        state = RunState(start.run, RunKind.ADD_CLIENTS, stage, self._progress.counts, self._progress.causes)
        super().__init__(state, start.waiting)

    @workflow.run
    async def run(self, start: BulkCreateClientsInput) -> RunResult:  # noqa: ARG002  # it was taken in by ``init``
        """Run all stages; the module's docstring names them."""
        return await self.to_its_end(self._stages)

    async def _stages(self) -> None:
        if self._start.progress is None:
            await self.await_selection(self._start.deadlines)
        elif self._start.progress.reopen:
            await self._reopen()
        await self._pull_clients(await self._create_clients())

    async def list_reached(self, consent: ConsentGiven) -> None:
        """List the organisations that the sign-in reaches, each with its verdict."""
        await list_organisations(self.state, consent)

    async def record(self, selection: Selection) -> SelectionAccepted:
        """Record which organisations are to become clients."""
        return await call(
            ClientActivities.record_selection,
            RecordSelectionInput(run_id=self._start.run.run_id, selection=selection),
            policies.DATABASE,
            "Check and record the selection",
        )

    def wait_anew(self, waiting: WaitingForChoice) -> NoReturn:
        """Go on waiting for the choice in a new history."""
        workflow.continue_as_new(self._start.model_copy(update={"waiting": waiting}))

    async def _reopen(self) -> None:
        is_open = await call(
            RunActivities.reopen_run,
            ReopenRunInput(run_id=self._start.run.run_id),
            policies.DATABASE,
            "See that the failed organisations are put back to be done",
        )
        if is_open is False:  # earlier code gave no answer here, or went on
            raise RunEnded(Result.CANCELLED, "This retry was never stored, since its start was given up.")

    async def _create_clients(self) -> ClientsToPull | None:
        """Create them; gives the first to pull, which earlier code asks for by itself."""
        run_id, then = self._start.run.run_id, None
        if workflow.patched(FEWER_STEPS):
            then = ClientsToPullInput(run_id=run_id, after=self._progress.pulled_after, limit=PAGE_OF_PULLS)
            self.state.reached(Stage.CREATING)
        else:
            await self.state.enter(Stage.CREATING)
        while True:
            created = await call(
                ClientActivities.create_clients,
                CreateClientsInput(run_id=run_id, limit=CLIENTS_CREATED_AT_ONCE, then=then),
                policies.DATABASE,
                f"Create up to {CLIENTS_CREATED_AT_ONCE} clients",
            )
            self.state.outcomes.update(created.counts)
            self.state.show()
            if not created.remaining:
                return created.to_pull

    async def _pull_clients(self, first: ClientsToPull | None) -> None:
        if first is None:
            await self.state.enter(Stage.PULLING)
        else:
            self.state.reached(Stage.PULLING)
        pulls = ClientPulls(self.state, self._progress.pulled_after, first=first)
        await pulls.run()
        if not pulls.is_done:
            await workflow.wait_condition(workflow.all_handlers_finished)
            progress = CreatingProgress(
                pulled_after=pulls.after, counts=dict(self.state.outcomes), causes=dict(self.state.causes)
            )
            workflow.continue_as_new(self._start.model_copy(update={"waiting": None, "progress": progress}))
