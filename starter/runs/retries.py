"""Retrying: the failed organisations of a finished run are done again, under the run's own id."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError

from contracts.payloads.runs import Deadlines, RunFacts
from contracts.payloads.sync_client import SyncClientResult
from contracts.words.names import sync_client_id
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Outcome, RunKind, Stage
from models.kit.columns import now
from models.kit.database import Database
from models.practices.tables import Colleague, Practice
from models.runs import writes as runs
from models.runs.reads import waiting_clients, would_add_clients
from models.runs.tables import Run
from models.runs.tallies import tally_of
from starter.actor import Actor
from starter.people.may_add_clients import check_may_add
from starter.runs.consents import Consents
from starter.runs.kinds import RunOptions, start_of
from starter.runs.starting import ENDED
from starter.support.supporting import Supporting
from starter.support.temporal_faults import ANSWERS_WITHIN, explained
from workflows.sync_client import SyncClient

CLOSING = timedelta(seconds=5)
"""The database says *finished* a moment before the workflow has closed; a retry waits for that so long."""


@dataclass(frozen=True, slots=True)
class Retried:
    """What a retry has started.

    Attributes:
        reopened: How many failed organisations are done again.
        tried_now: How many clients in trouble were told to try again at once.
        limited: How many clients wait because calls are used up, their organisation's or the whole app's; no call is
            made before that ends.
    """

    reopened: int
    tried_now: int
    limited: int = 0


class Retries:
    """Retries finished runs; see ``Runs.retry``."""

    def __init__(
        self, database: Database, temporal: Client, consents: Consents, supporting: Supporting, deadlines: Deadlines
    ) -> None:
        self._supporting = supporting
        self._database = database
        self._temporal = temporal
        self._consents = consents
        self._deadlines = deadlines

    async def retry(self, actor: Actor, run_id: str) -> Retried:
        """See ``Runs.retry``; the caller has checked whose run it is."""
        async with self._database.transaction() as session:
            run = await runs.locked_run(session, run_id)
            if run.stage is not Stage.FINISHED:
                raise Refused(
                    RefusalCode.WRONG_STAGE, "This run is still at work; retry what failed once it is finished."
                )
            failed = (await tally_of(session, run_id)).counts
            waiting = await waiting_clients(session, run.id)
            reopened = failed.get(Outcome.FAILED, 0)
            if not reopened and not waiting:
                raise Refused(RefusalCode.NOTHING_TO_RETRY, "Nothing in this run failed, so there is nothing to retry.")
            if reopened and run.kind is RunKind.ADD_CLIENTS and await would_add_clients(session, run.id):
                await check_may_add(session, actor)
            if reopened:
                # Under the row's lock: the workflow's first step waits for this commit, and a second retry is refused.
                # If the start fails, all of it is rolled back, and a workflow that began all the same finds it so.
                facts = await self._facts(session, run)
                await runs.reopen(session, run, now())
                await session.flush()
                async with explained(ENDED, within=ANSWERS_WITHIN + CLOSING):
                    await self._start_again(run, facts)
        # Who is limited is asked too: whether a call may be made by now is for the pull to say.
        tried = await asyncio.gather(*(self._try_now(sync_client_id(one.practice_slug, one.code)) for one in waiting))
        moment, limited, free = now(), 0, 0
        for one, was_tried in zip(waiting, tried, strict=True):
            is_limited = one.limited_until is not None and one.limited_until > moment
            limited += was_tried and is_limited
            free += was_tried and not is_limited
        return Retried(reopened, tried_now=free, limited=limited)

    async def _facts(self, session: AsyncSession, run: Run) -> RunFacts:
        practice = await session.get_one(Practice, run.practice_id)
        colleague = await session.get_one(Colleague, run.colleague_id)
        return RunFacts(
            run_id=run.id,
            practice_id=practice.id,
            practice_name=practice.name,
            practice_slug=practice.slug,
            colleague_name=colleague.name,
            provider=run.provider,
            provider_title=self._consents.provider(run.provider).title,
            support=await self._supporting.facts(),
        )

    async def _start_again(self, run: Run, facts: RunFacts) -> None:
        begin = start_of(run.kind)
        try:
            await begin(self._temporal, facts, self._deadlines, RunOptions(reopen=True))
        except WorkflowAlreadyStartedError:
            with contextlib.suppress(TimeoutError, WorkflowFailureError):
                async with asyncio.timeout(CLOSING.total_seconds()):
                    await self._temporal.get_workflow_handle(run.id).result()
            await begin(self._temporal, facts, self._deadlines, RunOptions(reopen=True))

    async def _try_now(self, workflow_id: str) -> bool:
        handle: WorkflowHandle[SyncClient, SyncClientResult] = self._temporal.get_workflow_handle_for(
            SyncClient.run, workflow_id
        )
        try:
            async with explained(ENDED):
                await handle.signal(SyncClient.retry_now)
        except Refused:  # it ended by itself a moment ago, which is as good; the run shows its outcome
            return False
        return True
