"""The state of a run: its stage and counts, kept in step in the database, the search attributes and the details.

Every bulk workflow has one. It holds no list of organisations: the database does.
"""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.runs.runs import RunActivities
    from contracts.payloads.runs import EnterStageInput, FinishRunInput, RunFacts, RunResult, SeeRunInput
    from contracts.words.causes import Cause
    from contracts.words.runs import Outcome, Result, RunKind, Stage, Verdict

from workflows.parts.calls import call, to_the_end
from workflows.plans import policies
from workflows.support import run_text
from workflows.support.pieces import CLIENTS_SHOWN, Troubled


class RunState:
    """Where a run is and what came of it so far.

    Args:
        run: Whose run it is.
        kind: What it does.
        stage: Where it starts; later executions of the same run start further on.
        outcomes: Counts of an earlier execution.
        causes: Likewise.
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

    async def is_stored(self) -> bool:
        """Whether the run is in the database."""
        asked = SeeRunInput(run_id=self.run.run_id)
        return await call(RunActivities.see_run, asked, policies.DATABASE, "Look whether the run was stored")

    def leave(self, message: str) -> RunResult:
        """End what was never stored: there are no books to close."""
        workflow.upsert_search_attributes([run_text.RESULT.value_set(Result.CANCELLED.value)])
        self.reached(Stage.FINISHED)
        self.note(message)
        return RunResult(run_id=self.run.run_id, result=Result.CANCELLED, counts={}, causes={}, message=message)

    async def enter(self, stage: Stage, message: str | None = None) -> None:
        """Go to a stage, with the latest word to the colleague."""
        await call(
            RunActivities.enter_stage,
            EnterStageInput(run_id=self.run.run_id, stage=stage, message=message),
            policies.DATABASE,
            f"Note that the run is {stage.value.replace('_', ' ')}",
        )
        self.reached(stage)

    def reached(self, stage: Stage) -> None:
        """Show a stage that an activity has recorded already."""
        if stage is not self.stage:  # what was said of the stage before is not true of this one
            self._notices.clear()
        self.stage = stage
        workflow.upsert_search_attributes([run_text.STAGE.value_set(stage.value)])
        self.show()

    def note(self, notice: str, *, lasts: bool = False) -> None:
        """Show one more notice: while this stage lasts, or to the end."""
        (self._lasting if lasts else self._notices).append(notice)
        self.show()

    def unsay(self) -> None:
        """Take back the notices of this stage: they are not true any more."""
        self._notices.clear()
        self.show()

    def count(self, *outcomes: Outcome, cause: Cause | None = None) -> None:
        """Count what became of organisations, and of all of them why; the database has the truth."""
        self.outcomes.update(outcomes)
        if cause is not None:
            self.causes[cause] += len(outcomes)
        self.show()

    def name(self, client: str, cause: Cause, *, code: str = "", client_id: UUID | None = None) -> None:
        """Show a client that failed or waits by its name; of many, the first ones. The count comes with ``count``."""
        if len(self._troubled) < CLIENTS_SHOWN:
            why = cause.value.replace("_", " ")
            self._troubled.append(Troubled(client, code, client_id, why))

    def show(self) -> None:
        """Renew the current details; this writes nothing to the history."""
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
        """Close the run's books: every organisation has an outcome after this. Nobody can stop it any more.

        Args:
            result: How it ended; None to tell from the outcomes.
            message: The word to the colleague; None to tell it from the counts.
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
