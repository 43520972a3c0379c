"""One colleague's *Add clients*: sign in, list, choose, create, pull, report.

It waits for people, so that support staff see an abandoned sign-in too, and it goes on from wherever a crash left it.
The database holds what was listed, chosen and made; this workflow holds only where it is. It must not hold tokens,
records or the list itself.
"""

import asyncio
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from activities.clients import ClientActivities
    from activities.runs import RunActivities
    from contracts.bulk_create_clients import (
        BulkCreateClientsInput,
        ConsentGiven,
        CreateClientsInput,
        CreatingProgress,
        RecordSelectionInput,
        ReopenRunInput,
        RunReport,
        SelectionAccepted,
    )
    from contracts.refusals import REFUSED, Refusal
    from contracts.runs import Outcome, Result, Stage
    from contracts.selection import Selection

from workflows import planning, policies
from workflows.board import RunBoard
from workflows.calls import call
from workflows.journey import Journey, RunEnded, unlisted
from workflows.listing import list_organisations
from workflows.pulling import ClientPulls


@workflow.defn(name="BulkCreateClients")
class BulkCreateClients(Journey):
    """Adds the organisations that a colleague chooses as clients, with their standard information."""

    @workflow.init
    def __init__(self, start: BulkCreateClientsInput) -> None:
        # Handlers may run before ``run`` does, so everything that they touch is set here.
        self._start = start
        self._progress = start.progress or CreatingProgress()
        stage = Stage.CREATING if start.progress else Stage.AWAITING_CONSENT
        super().__init__(RunBoard(start.run, stage, self._progress.counts, self._progress.causes))
        self._selecting = asyncio.Lock()
        self._selection: Selection | None = None
        self._accepted: SelectionAccepted | None = None

    @workflow.run
    async def run(self, start: BulkCreateClientsInput) -> RunReport:  # noqa: ARG002  # it was taken in by ``init``
        """The whole journey; see the module's docstring."""
        return await self.to_its_end(self._stages)

    async def _stages(self) -> None:
        if self._start.progress is None:
            await self._list_first(await self.first_consent(self._start.deadlines.consent))
            await self._await_selection()
        elif self._start.progress.reopen:
            await self._reopen()
        await self._create_clients()
        await self._pull_clients()

    # What people and the web backend tell the run

    @workflow.signal(
        description='Choose organisations, such as {"all_new": true}. It is checked first: a choice that cannot be '
        "taken changes nothing and is explained in the current details."
    )
    async def select_organisations(self, raw: dict[str, Any]) -> None:
        """Choose organisations; a bad choice is noted, never lost and never fatal."""
        try:
            await self._select(Selection.model_validate(raw))
        except ValidationError as error:
            self.board.note(f"A selection was refused: {error.errors()[0]['msg']}.")
        except ApplicationError as refused:
            self.board.note(f"A selection was refused: {refused.message}")

    @workflow.update(description='Choose organisations, such as {"all_new": true}, with an answer. Safe to repeat.')
    async def submit_selection(self, selection: Selection) -> SelectionAccepted:
        """Choose organisations; refused with a reason, or accepted whole."""
        return await self._select(selection)

    @submit_selection.validator
    def _can_select(self, selection: Selection) -> None:
        if refusal := self._refusal_of(selection):
            raise _refused(refusal)

    # The stages, in order

    async def _list_first(self, consent: ConsentGiven) -> None:
        try:
            await list_organisations(self.board, consent)
        except ActivityError as error:
            raise unlisted(error) from error

    async def _await_selection(self) -> None:
        while self._accepted is None:
            try:
                await workflow.wait_condition(
                    lambda: self._accepted is not None or (bool(self.consents) and not self._selecting.locked()),
                    timeout=self._start.deadlines.selection,
                    timeout_summary="Selection expires",
                )
            except TimeoutError:
                raise RunEnded(Result.EXPIRED, "Nobody chose in time. Nothing was created.") from None
            if self._accepted is None:
                await self._list_further(self.consents.popleft())

    async def _list_further(self, consent: ConsentGiven) -> None:
        try:
            await list_organisations(self.board, consent)
        except ActivityError as error:
            if planning.is_cancelled_exception(error):
                raise
            notice = f"A further sign-in could not be listed. {planning.trouble_of(error).cause.sentence}"
            self.board.note(notice)
            await self.board.enter(Stage.AWAITING_SELECTION, notice)

    async def _reopen(self) -> None:
        await call(
            RunActivities.reopen_run,
            ReopenRunInput(run_id=self._start.run.run_id),
            policies.DATABASE,
            "Put the failed organisations back to be done",
        )

    async def _create_clients(self) -> None:
        await self.board.enter(Stage.CREATING)
        remaining = 1
        while remaining:
            created = await call(
                ClientActivities.create_clients,
                CreateClientsInput(run_id=self._start.run.run_id, limit=planning.CLIENTS_CREATED_AT_ONCE),
                policies.DATABASE,
                f"Create up to {planning.CLIENTS_CREATED_AT_ONCE} clients",
            )
            self.board.outcomes.update(created.counts)
            self.board.show()
            remaining = created.remaining

    async def _pull_clients(self) -> None:
        await self.board.enter(Stage.PULLING)
        pulls = ClientPulls(self.board, self._progress.pulled_after)
        await pulls.run()
        if not pulls.is_done:
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(
                self._start.model_copy(
                    update={
                        "progress": CreatingProgress(
                            pulled_after=pulls.after,
                            counts=dict(self.board.outcomes),
                            causes=dict(self.board.causes),
                        )
                    }
                )
            )

    # Selecting

    async def _select(self, selection: Selection) -> SelectionAccepted:
        async with self._selecting:  # two selections at once: the second is judged after the first
            if refusal := self._refusal_of(selection):
                raise _refused(refusal)
            if self._accepted is None:
                self._accepted = await self._record(selection)
                self._selection = selection
                self.board.outcomes.update({Outcome.SKIPPED: self._accepted.skipped})
            return self._accepted

    async def _record(self, selection: Selection) -> SelectionAccepted:
        try:
            return await call(
                ClientActivities.record_selection,
                RecordSelectionInput(run_id=self._start.run.run_id, selection=selection),
                policies.DATABASE,
                "Check and record the selection",
            )
        except ActivityError as error:
            if refusal := planning.refusal_of(error):
                raise _refused(refusal) from error
            raise

    def _refusal_of(self, selection: Selection) -> Refusal | None:
        return planning.refuse_selection(
            self.board.stage, is_chosen=self._accepted is not None, is_same=selection == self._selection
        )


def _refused(refusal: Refusal) -> ApplicationError:
    return ApplicationError(refusal.message, refusal, type=REFUSED, non_retryable=True)
