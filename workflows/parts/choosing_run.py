"""The base of runs in which a colleague chooses from a list: more sign-ins add to the list, one choice is accepted.

The signal and the update do the same through one method. The signal shows a refusal in the current details; the update
answers with it.
"""

import asyncio
from datetime import timedelta
from typing import Any, NoReturn

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from workflows.plans.failures import refusal_of, trouble_of
from workflows.plans.patches import LAST_CHOICE, WAITS_ANEW

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from contracts.payloads.runs import ConsentGiven, Deadlines, SelectionAccepted, WaitingForChoice
    from contracts.payloads.selection import Selection
    from contracts.words.mistakes import first_of
    from contracts.words.refusals import REFUSED, Refusal
    from contracts.words.runs import Outcome, Result, Stage
    from rules.runs.stages import ENDING, refuse_selection

from workflows.parts.consented_run import ConsentedRun, RunEnded, unlisted
from workflows.parts.run_state import RunState


class ChoosingRun(ConsentedRun):
    """The base of the bulk workflows that wait for a selection.

    Args:
        state: The run's stage and counts.
        waiting: What an earlier execution of the run leaves to this one, which goes on waiting for the choice.
    """

    def __init__(self, state: RunState, waiting: WaitingForChoice | None) -> None:
        super().__init__(state)
        self._waits_already = waiting is not None
        if waiting is not None:
            self.consents.extend(waiting.consents)
            state.go_on(waiting)
        self._selecting = asyncio.Lock()
        self._selection: Selection | None = None
        self._accepted: SelectionAccepted | None = None
        self._is_ending = False

    async def list_reached(self, consent: ConsentGiven) -> None:
        """Add what a sign-in reaches to the run's list, and let people choose from it.

        Raises:
            ActivityError: The list could not be had.
        """
        raise NotImplementedError

    async def record(self, selection: Selection) -> SelectionAccepted:
        """Check a selection against the database and record all of it.

        Raises:
            ActivityError: It was refused, or could not be recorded.
        """
        raise NotImplementedError

    def wait_anew(self, waiting: WaitingForChoice) -> NoReturn:
        """Go on waiting for the choice in a new history."""
        raise NotImplementedError

    @workflow.signal(
        description='Choose organisations, such as {"all_new": true}. It is checked first: a choice that cannot be '
        "taken changes nothing and is explained in the current details."
    )
    async def select_organisations(self, raw: dict[str, Any]) -> None:
        """Signal: choose organisations; a refusal is shown in the current details, and the run goes on waiting."""
        try:
            await self._select(Selection.model_validate(raw))
        except ValidationError as error:
            where, sentence = first_of(error)
            self.state.note(f"A selection was refused{f' ({where})' if where else ''}: {sentence}")
        except ApplicationError as refused:
            self.state.note(f"A selection was refused: {refused.message}")

    @workflow.update(description='Choose organisations, such as {"all_new": true}, with an answer. Safe to repeat.')
    async def submit_selection(self, selection: Selection) -> SelectionAccepted:
        """Update: choose organisations.

        Raises:
            ApplicationError: The whole selection is refused, with the reason.
        """
        return await self._select(selection)

    @submit_selection.validator
    def _can_select(self, selection: Selection) -> None:
        if refusal := self._refusal_of(selection):
            raise _refused(refusal)

    async def await_selection(self, deadlines: Deadlines) -> None:
        """List what the first sign-in reaches, then wait for the choice; further sign-ins add to the list.

        Raises:
            RunEnded: Nobody signed in, the list could not be had, or nobody chose in time.
            RunNeverStored: There is no such run.
        """
        if self._waits_already:
            self.state.show()
        else:
            await self._list_first(await self.first_consent(deadlines.consent))
        while self._accepted is None:
            await self._keep_short()
            if self._accepted is None:
                await self._await_choice(deadlines.selection)

    async def _list_first(self, consent: ConsentGiven) -> None:
        try:
            await self.list_reached(consent)
        except ActivityError as error:
            raise unlisted(error) from error

    async def _keep_short(self) -> None:
        """Go on in a new history when this one is long: one sign-in for each of 2,000 organisations would end it."""
        if workflow.info().is_continue_as_new_suggested() and workflow.patched(WAITS_ANEW):
            await workflow.wait_condition(workflow.all_handlers_finished)  # a choice may be among them
            if self._accepted is None:
                self.wait_anew(self.state.waiting(self.consents))

    async def _await_choice(self, patience: timedelta) -> None:
        """Wait for the choice, or for a further sign-in, which is listed."""
        try:
            await workflow.wait_condition(
                lambda: self._accepted is not None or (bool(self.consents) and not self._selecting.locked()),
                timeout=patience,
                timeout_summary="Selection expires",
            )
        except TimeoutError:
            if workflow.patched(LAST_CHOICE):
                async with self._selecting:  # one that came at the last moment is judged first
                    self._is_ending = self._accepted is None
            if self._accepted is None:
                raise RunEnded(Result.EXPIRED, "Nobody chose in time. Nothing was changed.") from None
        if self._accepted is None:
            await self._list_further(self.consents.popleft())

    async def _list_further(self, consent: ConsentGiven) -> None:
        try:
            await self.list_reached(consent)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            notice = f"A further sign-in could not be listed. {trouble_of(error).cause.sentence}"
            await self.state.enter(Stage.AWAITING_SELECTION, notice)
            self.state.note(notice)

    async def _select(self, selection: Selection) -> SelectionAccepted:
        async with self._selecting:  # two selections at once: the second is judged after the first
            if refusal := self._refusal_of(selection):
                raise _refused(refusal)
            if self._accepted is None:
                try:
                    self._accepted = await self.record(selection)
                except ActivityError as error:
                    if refusal := refusal_of(error):
                        raise _refused(refusal) from error
                    raise
                self._selection = selection
                left = {Outcome.SKIPPED: self._accepted.skipped, Outcome.ALREADY_CLIENT: self._accepted.existing}
                self.state.outcomes.update(left)
            return self._accepted

    def _refusal_of(self, selection: Selection) -> Refusal | None:
        if self._is_ending:
            return ENDING
        return refuse_selection(
            self.state.stage, is_chosen=self._accepted is not None, is_same=selection == self._selection
        )


def _refused(refusal: Refusal) -> ApplicationError:
    return ApplicationError(refusal.message, refusal, type=REFUSED, non_retryable=True)
