"""Runs, as people ask for them: start, look, choose, retry, stop.

A run's row and its workflow begin together: the workflow is started inside the transaction that inserts the row, so
that no row stands without a workflow. What becomes of organisations is the workflow's business alone.
"""

import asyncio
import base64
import contextlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from contracts.bulk_create_clients import Deadlines, RunFacts, SelectionAccepted
from contracts.names import run_id, sync_client_id
from contracts.refusals import RefusalCode, Refused
from contracts.runs import Outcome, RunKind, Stage
from contracts.selection import Selection
from models import client as clients
from models import events, run_views, runs
from models.columns import now
from models.database import Database
from models.practice import Colleague, Practice
from models.run import Run, RunOrganisation
from models.run_views import RunView
from starter.actor import Actor
from starter.consents import AWAITS_CONSENT, Consents
from starter.kinds import RPC_TIMEOUT, kind_of_run
from starter.temporal_faults import explained
from workflows.sync_client import SyncClient

ENDED = "This run has ended."
CLOSING = timedelta(seconds=5)
"""The database says *finished* a moment before the workflow has closed; a retry waits for that so long."""


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run, and where to send the browser; no address when it is past its sign-in."""

    run_id: str
    authorize_url: str | None


@dataclass(frozen=True, slots=True)
class Retried:
    """What a retry set going: failed organisations put back, and clients in trouble that try again now."""

    reopened: int
    tried_now: int


class Runs:
    """The operations on runs.

    Args:
        database: The product's.
        temporal: Connected with the product's converter.
        consents: Prepares sign-ins.
        deadlines: How long new runs wait for people.
        answer_within: How long a selection's answer is waited for.
    """

    def __init__(
        self,
        database: Database,
        temporal: Client,
        consents: Consents,
        deadlines: Deadlines,
        answer_within: timedelta = timedelta(seconds=20),
    ) -> None:
        self._database = database
        self._temporal = temporal
        self._consents = consents
        self._deadlines = deadlines
        self._answer_within = answer_within

    async def start(self, actor: Actor, kind: RunKind, provider: str, idempotency_key: str | None = None) -> StartedRun:
        """Start a run.

        Args:
            actor: Whose run it is.
            kind: What to do.
            provider: Such as ``xero``.
            idempotency_key: The same key by the same colleague gives the same run.

        Returns:
            The run, and where to send the colleague's browser.

        Raises:
            Refused: Unknown provider or kind, a key that was used for something else, or nobody to start it.
        """
        begun = kind_of_run(kind)
        title = self._consents.provider(provider).title
        if idempotency_key and (earlier := await self._earlier(actor, idempotency_key)):
            return await self._again(actor, earlier, kind, provider)
        at = now()
        run = Run(
            id=_new_id(kind, actor, at),
            practice_id=actor.practice_id,
            colleague_id=actor.colleague_id,
            provider=provider,
            kind=kind,
            idempotency_key=idempotency_key,
            created_at=at,
        )
        facts = RunFacts(
            run_id=run.id,
            practice_id=actor.practice_id,
            practice_name=actor.practice_name,
            practice_slug=actor.practice_slug,
            colleague_name=actor.colleague_name,
            provider=provider,
            provider_title=title,
        )
        attempt = await self._consents.prepare(actor, run, at)
        try:
            async with self._database.transaction() as session:
                session.add(run)
                await session.flush()
                session.add(attempt.row)
                await events.record(
                    session,
                    [
                        {
                            "practice_id": actor.practice_id,
                            "run_id": run.id,
                            "colleague_id": actor.colleague_id,
                            "kind": "run.started",
                            "after": kind.value,
                            "at": at,
                        }
                    ],
                )
                await session.flush()
                with explained(ENDED):
                    await begun.start(self._temporal, facts, self._deadlines, False)
        except IntegrityError:  # the same key at the same moment: the other one won
            earlier = await self._earlier(actor, idempotency_key) if idempotency_key else None
            if earlier is None:
                raise
            return await self._again(actor, earlier, kind, provider)
        return StartedRun(run.id, attempt.authorize_url)

    async def show(self, actor: Actor, run_id: str) -> RunView:
        """One run of the actor's practice, with its organisations.

        Raises:
            Refused: There is no such run in the practice.
        """
        async with self._database.session() as session:
            view = await run_views.run_view(session, actor.practice_id, run_id)
        if view is None:
            raise _unknown(run_id)
        return view

    async def recent(self, actor: Actor, *, limit: int = 50, before: datetime | None = None) -> Sequence[RunView]:
        """The practice's runs, newest first, without their organisations; only older ones than ``before``."""
        async with self._database.session() as session:
            return await run_views.list_runs(session, actor.practice_id, limit=limit, before=before)

    async def select(self, actor: Actor, run_id: str, selection: Selection) -> SelectionAccepted:
        """Choose organisations; taken whole, or refused whole.

        Raises:
            Refused: With the reason and the field; ``UNAVAILABLE`` when no worker answers in time.
        """
        await self._run(actor, run_id)
        handle = self._temporal.get_workflow_handle(run_id)
        with explained("This run has ended; nothing can be chosen in it any more. Start another one."):
            accepted: SelectionAccepted = await handle.execute_update(
                "submit_selection", selection, result_type=SelectionAccepted, rpc_timeout=self._answer_within
            )
            return accepted

    async def retry(self, actor: Actor, run_id: str) -> Retried:
        """Do a finished run's failed organisations again, alone; and let its clients in trouble try now.

        Raises:
            Refused: The run is at work, or nothing in it failed or waits.
        """
        await self._run(actor, run_id)
        async with self._database.transaction() as session:
            run = await runs.locked_run(session, run_id)
            if run.stage is not Stage.FINISHED:
                raise Refused(
                    RefusalCode.WRONG_STAGE, "This run is still at work; retry what failed once it is finished."
                )
            failed, _ = await runs.tally(session, run_id)
            waiting = await self._waiting(session, run)
            reopened = failed.get(Outcome.FAILED, 0)
            if not reopened and not waiting:
                raise Refused(RefusalCode.NOTHING_TO_RETRY, "Nothing in this run failed, so there is nothing to retry.")
            if reopened:
                # Under the row's lock: the workflow's own reopening waits for this commit, and a second retry is
                # refused. If the start fails, all of it is rolled back.
                facts = await self._facts(session, run)
                await runs.reopen(session, run, now())
                await session.flush()
                with explained(ENDED):
                    await self._start_again(run, facts)
        tried_now = sum([await self._try_now(workflow_id) for workflow_id in waiting])
        return Retried(reopened, tried_now)

    async def cancel(self, actor: Actor, run_id: str) -> None:
        """Stop a run; what was already done stays.

        Raises:
            Refused: The run has ended already.
        """
        await self._run(actor, run_id)
        with explained("This run has ended already, so there is nothing to stop."):
            await self._temporal.get_workflow_handle(run_id).cancel(rpc_timeout=RPC_TIMEOUT)

    async def _run(self, actor: Actor, run_id: str) -> Run:
        async with self._database.session() as session:
            run = await run_views.find_run(session, actor.practice_id, run_id)
        if run is None:
            raise _unknown(run_id)
        return run

    async def _earlier(self, actor: Actor, key: str) -> Run | None:
        query = select(Run).where(Run.colleague_id == actor.colleague_id, Run.idempotency_key == key)
        async with self._database.session() as session:
            return (await session.exec(query)).one_or_none()

    async def _again(self, actor: Actor, run: Run, kind: RunKind, provider: str) -> StartedRun:
        if (run.kind, run.provider) != (kind, provider):
            raise Refused(
                RefusalCode.DUPLICATE,
                "This key was used to start something else. Use a new key for each run.",
                field="Idempotency-Key",
            )
        waits = run.stage in AWAITS_CONSENT
        return StartedRun(run.id, await self._consents.begin(actor, run.id) if waits else None)

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
        )

    async def _start_again(self, run: Run, facts: RunFacts) -> None:
        begun = kind_of_run(run.kind)
        try:
            await begun.start(self._temporal, facts, self._deadlines, True)
        except WorkflowAlreadyStartedError:
            with contextlib.suppress(TimeoutError, WorkflowFailureError):
                async with asyncio.timeout(CLOSING.total_seconds()):
                    await self._temporal.get_workflow_handle(run.id).result()
            await begun.start(self._temporal, facts, self._deadlines, True)

    @staticmethod
    async def _waiting(session: AsyncSession, run: Run) -> list[str]:
        """The workflows of the run's clients that are in trouble and try again later."""
        query = (
            select(clients.Client.code, Practice.slug)
            .where(
                RunOrganisation.run_id == run.id,
                RunOrganisation.outcome == Outcome.RETRYING,
                col(clients.Client.id) == col(RunOrganisation.client_id),
                col(Practice.id) == col(clients.Client.practice_id),
            )
            .order_by(col(RunOrganisation.position))
        )
        return [sync_client_id(slug, code) for code, slug in (await session.exec(query)).all()]

    async def _try_now(self, workflow_id: str) -> bool:
        handle = self._temporal.get_workflow_handle_for(SyncClient.run, workflow_id)
        try:
            await handle.signal(SyncClient.retry_now, rpc_timeout=RPC_TIMEOUT)
        except RPCError:  # it ended by itself a moment ago, which is as good; the run shows its outcome
            return False
        return True


def _new_id(kind: RunKind, actor: Actor, at: datetime) -> str:
    token = base64.b32encode(secrets.token_bytes(4)).decode()[:6].lower()
    return run_id(kind, actor.practice_slug, f"{at.astimezone(actor.time_zone):%Y%m%d-%H%M}", token)


def _unknown(run_id: str) -> Refused:
    return Refused(RefusalCode.NOT_FOUND, f"There is no run {run_id[:120]!r} in your practice.")
