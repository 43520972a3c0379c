"""The sign-ins that a run expects, one for each organisation, as people ask for them: look, leave one out, go on."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client, WorkflowHandle

from contracts.payloads.runs import RunResult
from contracts.words.access import scope_of
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind, SignInState, Stage
from models.kit.columns import now
from models.kit.database import Database
from models.runs import reads as run_views
from models.runs import sign_ins
from models.runs import writes as runs
from models.runs.tables import ExpectedSignIn, Run
from starter.actor import Actor
from starter.support.temporal_faults import explained
from workflows.reconnect_all import ReconnectAll

NOT_GONE_ON_WITH = "Reassign clients goes on when it is chosen which are taken over."
NOBODY_YET = "Nobody has signed in for this run yet, so there is nothing to go on with. Sign in, or stop the run."
PAST = "This run is past its sign-ins. Start another one to sign in again."


class SignIns:
    """The operations on expected sign-ins; ``Consents`` begins the next one.

    Args:
        database: The product's database.
        temporal: A client with the product's payload converter.
    """

    def __init__(self, database: Database, temporal: Client) -> None:
        self._database = database
        self._temporal = temporal

    async def expected(self, actor: Actor, run_id: str) -> Sequence[ExpectedSignIn]:
        """The sign-ins that a run expects, in their order; none where one sign-in is for all.

        Raises:
            Refused: There is no such run in the practice.
        """
        async with self._database.reading() as session:
            if await run_views.find_run(session, actor.practice_id, run_id) is None:
                raise _unknown(run_id)
            return await sign_ins.expected_of(session, run_id)

    async def drop(self, actor: Actor, run_id: str, organisation_id: str) -> Sequence[ExpectedSignIn]:
        """Leave an organisation's sign-in out; with the last one, a repair goes on. Again, it changes nothing.

        Returns:
            The sign-ins that the run expects, as they are now.

        Raises:
            Refused: There is no such run or sign-in, the run is past its sign-ins, or nothing would be left to do.
        """
        async with self._database.transaction() as session:
            run = await self._waiting(session, actor, run_id)
            queue = await sign_ins.expected_of(session, run.id)
            if organisation_id not in {one.organisation_id for one in queue}:
                message = f"Organisation {organisation_id[:64]} is not among this run's sign-ins."
                raise Refused(RefusalCode.UNKNOWN_ORGANISATION, message, field="organisation_id")
            left = [one for one in queue if one.state is SignInState.TO_DO and one.organisation_id != organisation_id]
            is_last = not left
            if is_last and not await sign_ins.has_signed_in(session, run.id):
                raise Refused(RefusalCode.INVALID, NOBODY_YET)
            if any(one.organisation_id == organisation_id and one.state is SignInState.TO_DO for one in queue):
                await sign_ins.mark(session, run.id, [organisation_id], SignInState.DROPPED, now())
        if is_last and run.kind is RunKind.RECONNECT_ALL:
            await self._tell(run_id)
        return await self.expected(actor, run_id)

    async def go_on(self, actor: Actor, run_id: str) -> None:
        """Repair with the sign-ins so far; those that are still to do are left out.

        Raises:
            Refused: There is no such run, it is past its sign-ins, nobody has signed in for it yet, or it is no repair.
        """
        async with self._database.transaction() as session:
            run = await self._waiting(session, actor, run_id)
            if run.kind is not RunKind.RECONNECT_ALL:
                raise Refused(RefusalCode.INVALID, NOT_GONE_ON_WITH)
            if not await sign_ins.has_signed_in(session, run.id):
                raise Refused(RefusalCode.INVALID, NOBODY_YET)
        await self._tell(run_id)

    async def _waiting(self, session: AsyncSession, actor: Actor, run_id: str) -> Run:
        if await run_views.find_run(session, actor.practice_id, run_id) is None:
            raise _unknown(run_id)
        run = await runs.locked_run(session, run_id)
        actor.check(scope_of(run.kind))
        chooses = run.kind is RunKind.REASSIGN_CLIENTS and run.stage.is_listing and run.selection_digest is None
        if run.stage is not Stage.AWAITING_CONSENT and not chooses:
            raise Refused(RefusalCode.WRONG_STAGE, PAST)
        return run

    async def _tell(self, run_id: str) -> None:
        handle: WorkflowHandle[ReconnectAll, RunResult] = self._temporal.get_workflow_handle_for(
            ReconnectAll.run, run_id
        )
        async with explained(PAST):
            await handle.signal(ReconnectAll.no_more_sign_ins)


def _unknown(run_id: str) -> Refused:
    return Refused(RefusalCode.NOT_FOUND, f"There is no run {run_id[:120]!r} in your practice.")
