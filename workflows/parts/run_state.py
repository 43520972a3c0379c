"""The state of a run: its stage and counts, written to the database, the search attributes and the current details.

Every bulk workflow has one. It holds no list of organisations; that list is in the database.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.runs.runs import RunActivities
    from contracts.payloads.runs import (
        ConsentGiven,
        EnterStageInput,
        FinishRunInput,
        RunFacts,
        RunResult,
        SeeRunInput,
        WaitingForChoice,
    )
    from contracts.words.causes import Cause
    from contracts.words.runs import Outcome, Result, RunKind, Stage, Verdict

from workflows.parts.calls import call, to_the_end
from workflows.plans import policies
from workflows.support import run_text
from workflows.support.pieces import CLIENTS_SHOWN, Troubled


class RunState:
    """The stage of a run and its counts so far.

    Args:
        run: The run's facts, for support staff.
        kind: The kind of run.
        stage: The stage at which it begins; a later execution of the same run begins further on.
        outcomes: Counts of an earlier execution.
        causes: Causes of an earlier execution, with counts.
    """

    def __init__(
        self, run: RunFacts, kind: RunKind, stage: Stage, outcomes: Mapping[Outcome, int], causes: Mapping[Cause, int]
    ) -> None:
        self.run = run
        self.kind = kind
        self.stage = stage
        self.verdicts: Mapping[Verdict, int] = {}
        self.outcomes: Counter[Outcome] = Counter(outcomes)
        self.causes: Counter[Cause] = Counter(causes)
        self._notices: list[str] = []  # true at this stage alone
        self._lasting: list[str] = []
        self._troubled: list[Troubled] = []

    def waiting(self, consents: Iterable[ConsentGiven]) -> WaitingForChoice:
        """What the run's next execution shows while it goes on waiting for the choice.

        Args:
            consents: Sign-ins that are still to be listed.
        """
        return WaitingForChoice(
            consents=tuple(consents),
            verdicts=dict(self.verdicts),
            lasting=tuple(self._lasting),
            notices=tuple(self._notices),
        )

    def go_on(self, waiting: WaitingForChoice) -> None:
        """Take over what an earlier execution showed."""
        self.verdicts = waiting.verdicts
        self._lasting.extend(waiting.lasting)
        self._notices.extend(waiting.notices)

    async def is_stored(self) -> bool:
        """Whether the run is in the database."""
        asked = SeeRunInput(run_id=self.run.run_id)
        return await call(RunActivities.see_run, asked, policies.DATABASE, "Look whether the run was stored")

    def leave(self, message: str) -> RunResult:
        """End a run that is not in the database: nothing has to be recorded."""
        workflow.upsert_search_attributes([run_text.RESULT.value_set(Result.CANCELLED.value)])
        self.reached(Stage.FINISHED)
        self.note(message)
        return RunResult(run_id=self.run.run_id, result=Result.CANCELLED, counts={}, causes={}, message=message)

    async def enter(self, stage: Stage, message: str | None = None) -> None:
        """Enter a stage: record it in the database with the latest message for the colleague, then show it."""
        await call(
            RunActivities.enter_stage,
            EnterStageInput(run_id=self.run.run_id, stage=stage, message=message),
            policies.DATABASE,
            f"Note that the run is {stage.value.replace('_', ' ')}",
        )
        self.reached(stage)

    def reached(self, stage: Stage) -> None:
        """Show a stage that an activity has already recorded in the database."""
        if stage is not self.stage:  # what was said of the stage before is not true of this one
            self._notices.clear()
        self.stage = stage
        workflow.upsert_search_attributes([run_text.STAGE.value_set(stage.value)])
        self.show()

    def note(self, notice: str, *, lasts: bool = False) -> None:
        """Add a notice to the current details: until the stage ends, or (``lasts``) until the run ends."""
        (self._lasting if lasts else self._notices).append(notice)
        self.show()

    def unsay(self) -> None:
        """Remove the notices of this stage from the current details, because they are no longer true."""
        self._notices.clear()
        self.show()

    def count(self, *outcomes: Outcome, cause: Cause | None = None) -> None:
        """Add outcomes, and the cause that all of them share, to the counts that are shown.

        The database has the authoritative counts.
        """
        self.outcomes.update(outcomes)
        if cause is not None:
            self.causes[cause] += len(outcomes)
        self.show()

    def name(self, client: str, cause: Cause, *, code: str = "", client_id: UUID | None = None) -> None:
        """Show the name of a client that failed or waits; only the first ``CLIENTS_SHOWN`` names are kept.

        ``count`` counts it.
        """
        if len(self._troubled) < CLIENTS_SHOWN:
            why = cause.value.replace("_", " ")
            self._troubled.append(Troubled(client, code, client_id, why))

    def show(self) -> None:
        """Write the current details anew; this adds nothing to the history."""
        workflow.set_current_details(
            run_text.run_details(
                self.run,
                self.kind,
                self.stage,
                self.verdicts,
                self.outcomes,
                self.causes,
                [*self._lasting, *self._notices],
                self._troubled,
            )
        )

    async def finish(self, result: Result | None = None, message: str | None = None) -> RunResult:
        """Record the run's end and an outcome for every organisation. From here on, a cancellation has no effect.

        Args:
            result: How it ended; None to compute it from the outcomes.
            message: The message for the colleague; None to compose it from the counts.
        """
        report = await to_the_end(
            call(
                RunActivities.finish_run,
                FinishRunInput(run_id=self.run.run_id, result=result, message=message),
                policies.DATABASE,
                "Close the run's books",
            )
        )
        self.outcomes, self.causes = Counter(report.counts), Counter(report.causes)
        workflow.upsert_search_attributes([run_text.RESULT.value_set(report.result.value)])
        self.reached(Stage.FINISHED)
        if message is not None:  # what the counts tell stands there already
            self.note(report.message)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return report
