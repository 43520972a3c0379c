"""The base of every run that begins with a sign-in.

It waits for the sign-in. However the run ends, it records the run's end and an outcome for every organisation.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from workflows.plans.failures import is_not_there, trouble_of
from workflows.plans.patches import STORED_OR_OVER

with workflow.unsafe.imports_passed_through():
    from contracts.payloads.runs import ConsentGiven, ConsentRefused, RunResult
    from contracts.words.causes import Cause
    from contracts.words.runs import Result, Stage

from workflows.parts.run_state import RunState
from workflows.plans import policies


class RunEnded(Exception):
    """Ends the run early, with its result and a message for the colleague."""

    def __init__(self, result: Result, message: str) -> None:
        super().__init__(message)
        self.result = result
        self.message = message


class RunNeverStored(Exception):
    """The run is not in the database: whoever started the workflow gave up and rolled its row back."""


NEVER_STORED = "This run was never stored, since its start was given up. Nothing was changed."


class ConsentedRun:
    """The base of the bulk workflows: sign-ins arrive here.

    Args:
        state: The run's stage and counts.
    """

    def __init__(self, state: RunState) -> None:
        self.state = state
        self.consents: deque[ConsentGiven] = deque()
        self._denied: str | None = None

    @workflow.signal(description="Sent by the sign-in page after a successful sign-in. Not for sending by hand.")
    def consent_given(self, consent: ConsentGiven) -> None:
        """Signal: the colleague signed in."""
        self.consents.append(consent)

    @workflow.signal(description="Sent by the sign-in page when a sign-in was declined. Not for sending by hand.")
    def consent_refused(self, refused: ConsentRefused) -> None:
        """Signal: the sign-in came back without a grant; if the person declined the first sign-in, the run ends."""
        self.state.note(refused.message)
        if refused.denied:
            self._denied = refused.message

    async def first_consent(self, patience: timedelta) -> ConsentGiven:
        """Wait for the first sign-in.

        Raises:
            RunEnded: It was declined, or nobody signed in in time.
            RunNeverStored: There is no such run.
        """
        self.state.show()
        if workflow.patched(STORED_OR_OVER):
            soon = min(patience, policies.STORED_WITHIN)
            if not await self._came_back(soon) and not await self.state.is_stored():
                raise RunNeverStored
            patience -= soon
        if not await self._came_back(patience):
            raise RunEnded(Result.EXPIRED, "Nobody signed in in time. Start again when you are ready.")
        if not self.consents:
            raise RunEnded(Result.CANCELLED, self._denied or "")
        return self.consents.popleft()

    async def _came_back(self, patience: timedelta) -> bool:
        """Whether the browser came back from the sign-in within ``patience``, with a grant or a refusal."""
        try:
            await workflow.wait_condition(
                lambda: bool(self.consents) or self._denied is not None,
                timeout=patience,
                timeout_summary="Sign-in expires",
            )
        except TimeoutError:
            return False
        return True

    async def to_its_end(self, stages: Callable[[], Awaitable[None]]) -> RunResult:
        """Run the stages, and record the run's end however they end.

        Raises:
            BaseException: The run was cancelled, or its code has a bug.
        """
        try:
            await stages()
        except RunNeverStored:
            return self.state.leave(NEVER_STORED)
        except RunEnded as end:
            return await self.state.finish(end.result, end.message)
        except BaseException as error:
            if is_cancelled_exception(error):
                await self._close_stopped()
            # No history goes on from here: earlier code failed with this.
            elif is_not_there(error) and not await self.state.is_stored():
                return self.state.leave(NEVER_STORED)
            raise
        return await self.state.finish()

    async def _close_stopped(self) -> None:
        try:
            await self.state.finish(Result.CANCELLED, self.when_stopped())
        except ActivityError as error:
            if not is_not_there(error):
                raise
            self.state.leave(NEVER_STORED)

    def when_stopped(self) -> str:
        """The message for the colleague when the run is cancelled at this point."""
        if self.state.stage in _UNCHANGING:
            return "The run was stopped. Nothing was changed."
        return "The run was stopped. What was already done stays."


_UNCHANGING = frozenset({Stage.AWAITING_CONSENT, Stage.LISTING, Stage.AWAITING_SELECTION})
"""Up to these, nothing of anybody's was touched."""


def unlisted(error: ActivityError) -> RunEnded:
    """The end of a run whose list could not be read from the provider; nothing tries it again by itself.

    Raises:
        ActivityError: The activity was cancelled; this is not a failure of the list.
    """
    if is_cancelled_exception(error):
        raise error
    cause = trouble_of(error).cause
    if cause.is_transient:
        return RunEnded(Result.FAILED, _UNLISTED[cause])
    return RunEnded(Result.FAILED, f"{cause.sentence} {cause.next_step}")


_UNLISTED = {
    Cause.RATE_LIMITED: "The accounting software's limit is reached for now, so nothing could be listed. "
    "Nothing was changed; start again in some minutes.",
    Cause.PROVIDER_UNAVAILABLE: "The accounting software did not list the organisations. "
    "Nothing was changed; start again later.",
    Cause.OUR_OUTAGE: "One of our own processes did not answer in time, so the organisations could not be listed. "
    "Nothing was changed; start again.",
    Cause.APP_REFUSED: "The accounting software refuses our app's secret, so the organisations could not be listed. "
    "Nothing was changed; start again when whoever runs Clientsync has corrected the secret.",
}
