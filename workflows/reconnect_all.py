"""One colleague's *Reconnect all*: sign in once, repair what the login reaches, pull it again, report.

A connection keeps its old login until the new one has read the organisation. Organisations are compared by id: a login
that reaches other books of the same name changes nothing. With one connection named, this run is *reconnect* of one
client. Where a sign-in brings one organisation, it waits for those that it expects, one after the other, before it
repairs anything.
"""

from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.runs.reconnecting import ReconnectActivities
    from contracts.payloads.reconnect_all import (
        NoteSignInInput,
        ReconnectAllInput,
        ReconnectProgress,
        SurveyConnectionsInput,
    )
    from contracts.payloads.runs import ConsentGiven, RunResult
    from contracts.words.runs import RunKind, Stage

from workflows.parts.calls import call
from workflows.parts.consented_run import ConsentedRun, unlisted
from workflows.parts.pulling import ClientPulls
from workflows.parts.run_state import RunState
from workflows.plans import policies
from workflows.plans.failures import trouble_of
from workflows.plans.patches import SIGN_IN_QUEUE

FROM_THE_START = -1


@workflow.defn(name="ReconnectAll")
class ReconnectAll(ConsentedRun):
    """Repairs the practice's connections that one sign-in reaches."""

    @workflow.init
    def __init__(self, start: ReconnectAllInput) -> None:
        # Handlers may run before ``run`` does, so everything that they touch is set here.
        self._start = start
        self._is_enough = False
        progress = start.progress
        super().__init__(
            RunState(
                start.run,
                RunKind.RECONNECT_ALL,
                Stage.REPAIRING if progress else Stage.AWAITING_CONSENT,
                progress.counts if progress else {},
                progress.causes if progress else {},
            )
        )

    @workflow.run
    async def run(self, start: ReconnectAllInput) -> RunResult:  # noqa: ARG002  # it was taken in by ``init``
        """Run all stages; the module's docstring names them."""
        return await self.to_its_end(self._stages)

    async def _stages(self) -> None:
        progress = self._start.progress
        if progress is None:
            consent = await self.first_consent(self._start.deadlines.consent)
            further = await self._further_sign_ins(consent)
            await self._survey(consent, further)
            login, after, is_repaired = consent.grant_id, FROM_THE_START, False
        else:
            login, after, is_repaired = progress.grant_id, progress.after, progress.is_repaired
        if not is_repaired:
            await self._go_through(Stage.REPAIRING, ClientPulls(self.state, after, login), login)
            after = FROM_THE_START
        await self._go_through(Stage.PULLING, ClientPulls(self.state, after), login)

    @workflow.signal(description="Sent by the run's page: repair with the sign-ins so far. Safe to send by hand.")
    def no_more_sign_ins(self) -> None:
        """Signal: go on with the sign-ins so far."""
        self._is_enough = True

    async def _further_sign_ins(self, first: ConsentGiven) -> tuple[ConsentGiven, ...]:
        """Wait for the sign-ins that are expected after the first; those that came by then, if nobody goes on."""
        if not (self._start.has_queue and workflow.patched(SIGN_IN_QUEUE)):
            return ()
        further: list[ConsentGiven] = []
        try:
            to_do = await self._note_sign_in(first)
        except ActivityError as error:
            raise unlisted(error) from error
        while to_do and not self._is_enough:
            try:
                await workflow.wait_condition(
                    lambda: bool(self.consents) or self._is_enough,
                    timeout=self._start.deadlines.selection,
                    timeout_summary="Further sign-ins expire",
                )
            except TimeoutError:
                break
            if self.consents:
                consent = self.consents.popleft()
                try:
                    to_do = await self._note_sign_in(consent)
                except ActivityError as error:
                    await self._say_unseen(error)
                else:
                    further.append(consent)
        return tuple(further)

    async def _note_sign_in(self, consent: ConsentGiven) -> int:
        """Compare a sign-in with those that are expected; gives how many are still to do.

        Raises:
            ActivityError: What its login reaches could not be listed.
        """
        noted = await call(
            ReconnectActivities.note_sign_in,
            NoteSignInInput(run_id=self._start.run.run_id, consent_id=consent.consent_id, grant_id=consent.grant_id),
            policies.at(self._start.run.provider, policies.LISTING),
            "See which organisation this sign-in brought",
        )
        self.state.unsay()
        self.state.note(noted.message)
        return noted.to_do

    async def _say_unseen(self, error: ActivityError) -> None:
        """Say that what a further sign-in brought could not be seen; the earlier ones stand, and the run goes on."""
        if is_cancelled_exception(error):
            raise error
        notice = (
            f"What this sign-in brought could not be seen, so it is still to do. {trouble_of(error).cause.sentence}"
        )
        await self.state.enter(Stage.AWAITING_CONSENT, notice)
        self.state.unsay()
        self.state.note(notice)

    async def _survey(self, consent: ConsentGiven, further: tuple[ConsentGiven, ...]) -> None:
        await self.state.enter(Stage.LISTING)
        try:
            surveyed = await call(
                ReconnectActivities.survey_connections,
                SurveyConnectionsInput(
                    run_id=self._start.run.run_id,
                    consent_id=consent.consent_id,
                    grant_id=consent.grant_id,
                    moves_healthy=self._start.moves_healthy,
                    connection_id=self._start.connection_id,
                    further=further,
                ),
                policies.at(self._start.run.provider, policies.LISTING),
                "See which connections this login can repair",
            )
        except ActivityError as error:
            raise unlisted(error) from error
        self.state.outcomes.update(surveyed.counts)
        if surveyed.offers:
            self.state.note(f"The login also reaches {surveyed.offers} organisations that nobody added.", lasts=True)

    async def _go_through(self, stage: Stage, pulls: ClientPulls, login: UUID) -> None:
        await self.state.enter(stage)
        await pulls.run()
        if not pulls.is_done:
            await workflow.wait_condition(workflow.all_handlers_finished)
            progress = ReconnectProgress(
                grant_id=login,
                is_repaired=stage is Stage.PULLING,
                after=pulls.after,
                counts=dict(self.state.outcomes),
                causes=dict(self.state.causes),
            )
            workflow.continue_as_new(self._start.model_copy(update={"progress": progress}))
