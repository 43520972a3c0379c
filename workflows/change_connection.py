"""One client's move to other books: sign in, choose, see what will still match, confirm.

Nothing of the client changes before somebody confirms. The new lists are stored beside the old ones, and are deleted
when nobody confirms. This workflow must not touch the old connection, which is kept so that the move can be undone.
"""

import asyncio
from typing import NoReturn

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from workflows.plans.failures import refusal_of, trouble_of
from workflows.plans.patches import CONFIRMED_AS_RECORDED, LAST_CHOICE

with workflow.unsafe.imports_passed_through():
    from activities.connections.changing import ChangeActivities
    from activities.pulls.standard_information import StandardInformationActivities
    from contracts.payloads.change_connection import (
        ChangeBooksInput,
        ChangeConnectionInput,
        ChangedBooks,
        DiscardBooksInput,
        ListBooksInput,
        RecordBooksInput,
        RecordedBooks,
    )
    from contracts.payloads.runs import ConsentGiven, RunResult, SelectionAccepted, WaitingForChoice
    from contracts.payloads.selection import Selection
    from contracts.payloads.sync_client import PullClientInput
    from contracts.words.refusals import REFUSED, Refusal
    from contracts.words.runs import Result, RunKind, Stage
    from rules import trying_again
    from rules.runs.stages import ENDING, refuse_confirmation

from workflows.parts.calls import call
from workflows.parts.choosing_run import ChoosingRun
from workflows.parts.consented_run import RunEnded
from workflows.parts.run_state import RunState
from workflows.plans import policies


@workflow.defn(name="ChangeConnection")
class ChangeConnection(ChoosingRun):
    """Moves one client to another organisation, once a colleague has seen what that means."""

    @workflow.init
    def __init__(self, start: ChangeConnectionInput) -> None:
        # Handlers may run before ``run`` does, so everything that they touch is set here.
        self._start = start
        self._confirming = asyncio.Lock()
        self._books: RecordedBooks | None = None
        self._changed: ChangedBooks | None = None
        self._wanted_now = False
        stage = Stage.AWAITING_SELECTION if start.waiting else Stage.AWAITING_CONSENT
        super().__init__(RunState(start.run, RunKind.CHANGE_CONNECTION, stage, {}, {}), start.waiting)

    @workflow.run
    async def run(self, start: ChangeConnectionInput) -> RunResult:  # noqa: ARG002  # it was taken in by ``init``
        """Run all stages; the module's docstring names them."""
        return await self.to_its_end(self._stages)

    async def _stages(self) -> None:
        try:
            await self.await_selection(self._start.deadlines)
            await self._read_lists()
            await self._await_confirmation()
        except BaseException as error:
            is_end = isinstance(error, RunEnded) or is_cancelled_exception(error)
            if is_end:
                await self._discard()
            if not is_end or self._changed is None:  # one that was confirmed in the last moment is done
                raise
        if self._changed is not None:
            raise RunEnded(Result.COMPLETED, self._changed.message)

    @workflow.signal(description="Confirm what the preview shows. Safe to repeat; refused before the preview is there.")
    async def confirm_change(self) -> None:
        """Signal: confirm the change; a refusal is shown in the current details."""
        try:
            await self._confirm()
        except ApplicationError as refused:
            self.state.note(f"The confirmation was refused: {refused.message}")

    @workflow.update(description="Confirm what the preview shows, with an answer. Safe to repeat.")
    async def confirm(self) -> ChangedBooks:
        """Update: confirm the change.

        Raises:
            ApplicationError: It cannot be confirmed now, with the reason.
        """
        return await self._confirm()

    @workflow.signal(description="Read the new lists now instead of at the next planned time. Safe at any moment.")
    def retry_now(self) -> None:
        """Signal: read the new lists again at once."""
        self._wanted_now = True

    async def list_reached(self, consent: ConsentGiven) -> None:
        """List the organisations that the sign-in reaches, each with whether the client can be moved to it."""
        await self.state.enter(Stage.LISTING)
        listed = await call(
            ChangeActivities.list_books,
            ListBooksInput(
                run_id=self._start.run.run_id,
                consent_id=consent.consent_id,
                grant_id=consent.grant_id,
                connection_id=self._start.connection_id,
            ),
            policies.at(self._start.run.provider, policies.LISTING),
            "List the organisations that this login reaches",
        )
        self.state.verdicts = listed.verdicts
        self.state.reached(Stage.AWAITING_SELECTION)
        self.state.note(
            f"{listed.client_name} is connected to {listed.organisation_name} now. Here one organisation is chosen, "
            'by its id: `{"organisations": [{"organisation_id": "…"}]}`.'
        )

    def wait_anew(self, waiting: WaitingForChoice) -> NoReturn:
        """Go on waiting for the choice in a new history."""
        workflow.continue_as_new(self._start.model_copy(update={"waiting": waiting}))

    async def record(self, selection: Selection) -> SelectionAccepted:
        """Record the one chosen organisation, and create its connection."""
        self._books = await call(
            ChangeActivities.record_books,
            RecordBooksInput(
                run_id=self._start.run.run_id, connection_id=self._start.connection_id, selection=selection
            ),
            policies.DATABASE,
            "Check and record the chosen organisation",
        )
        return SelectionAccepted(chosen=1, to_create=0, to_link=1, already_clients=0, skipped=self._books.skipped)

    async def _read_lists(self) -> None:
        await self.state.enter(Stage.PULLING)
        patience, tries = workflow.now() + self._start.deadlines.selection, 0
        books = self._chosen_books()
        while True:
            self._wanted_now = False  # here and not before a wait: a signal may come before the wait begins
            self.state.unsay()  # the try that was announced is this one
            try:
                await call(
                    StandardInformationActivities.pull_client,
                    PullClientInput(connection_id=books.connection_id, pull_id=self._start.run.run_id),
                    policies.at(self._start.run.provider, policies.PULL),
                    f"Read the lists of {books.organisation_name}",
                )
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                trouble = trouble_of(error)
                if not trouble.cause.is_transient:
                    message = f"{trouble.cause.sentence} {trouble.cause.next_step}"
                    raise RunEnded(Result.FAILED, f"{message} Nothing was changed.") from error
                retry_at, tries = trying_again.next_try(workflow.now(), tries, trouble), tries + 1
                if retry_at > patience:
                    message = f"{trouble.cause.sentence} Nothing was changed; start the change again later."
                    raise RunEnded(Result.EXPIRED, message) from error
                self.state.note(f"{trouble.cause.sentence} Next try at {retry_at:%H:%M:%S} UTC; `retry_now` tries now.")
                try:
                    await workflow.wait_condition(
                        lambda: self._wanted_now, timeout=retry_at - workflow.now(), timeout_summary="Next try"
                    )
                except TimeoutError:
                    continue
            else:
                return

    async def _await_confirmation(self) -> None:
        await self.state.enter(Stage.AWAITING_CONFIRMATION)
        try:
            await workflow.wait_condition(
                lambda: self._changed is not None,
                timeout=self._start.deadlines.selection,
                timeout_summary="Confirmation expires",
            )
        except TimeoutError:
            async with self._confirming:  # one that came at the last moment is judged first
                if self._changed is None:
                    raise RunEnded(Result.EXPIRED, "Nobody confirmed in time. Nothing was changed.") from None

    async def _confirm(self) -> ChangedBooks:
        async with self._confirming:
            if self._changed is None:
                if refusal := self._refusal_to_confirm():
                    raise _refused(refusal)
                try:
                    self._changed = await call(
                        ChangeActivities.change_books,
                        ChangeBooksInput(
                            run_id=self._start.run.run_id,
                            old_connection_id=self._start.connection_id,
                            new_connection_id=self._chosen_books().connection_id,
                        ),
                        policies.DATABASE,
                        "Move the client to the new organisation",
                    )
                except ActivityError as error:
                    if refusal := refusal_of(error):
                        raise _refused(refusal) from error
                    raise
            return self._changed

    def _refusal_to_confirm(self) -> Refusal | None:
        if self._is_ending:
            return ENDING
        is_late = self.state.stage is Stage.PULLING and workflow.patched(CONFIRMED_AS_RECORDED)
        return refuse_confirmation(self.state.stage, is_recorded=not is_late)

    def when_stopped(self) -> str:
        """The message for the colleague when the run is cancelled: nothing changes before the confirmation."""
        if self._changed is not None:
            return self._changed.message
        return "The change was stopped. Nothing was changed."

    async def _discard(self) -> None:
        async with self._selecting, self._confirming:  # whoever is just choosing or confirming ends first
            self._is_ending = workflow.patched(LAST_CHOICE)
            if self._books is not None and self._changed is None:
                await call(
                    ChangeActivities.discard_books,
                    DiscardBooksInput(run_id=self._start.run.run_id, connection_id=self._books.connection_id),
                    policies.DATABASE,
                    "Forget the lists that were read for the preview",
                )

    def _chosen_books(self) -> RecordedBooks:
        if self._books is None:  # the choice is recorded before anything is read
            raise ApplicationError("no organisation is chosen", non_retryable=True)
        return self._books


def _refused(refusal: Refusal) -> ApplicationError:
    return ApplicationError(refusal.message, refusal, type=REFUSED, non_retryable=True)
