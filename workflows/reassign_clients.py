"""Takes clients over from colleagues: sign in, list what the login reaches, choose, move, report, notify.

Owner and login move together. They move only if the new login can read the organisation now and the owner is still the
one who was shown. An admin's hand-over of a leaver's clients is the same run without a sign-in and without a choice;
there, a client that the new owner's login cannot read keeps its login.

Clients are moved in passes. A client whose organisation has used up its calls waits for the next pass, which begins
when the first of these limits ends.
"""

import asyncio
from collections import deque
from datetime import datetime
from typing import NoReturn

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from workflows.plans.failures import trouble_of
from workflows.plans.patches import LIMITS_WAITED_FOR
from workflows.plans.sizes import CLIENTS_AT_ONCE, PAGE_OF_CLIENTS

with workflow.unsafe.imports_passed_through():
    from activities.runs.reassigning import ReassignActivities
    from contracts.payloads.reassign_clients import (
        ClientsToReassignInput,
        ClientToReassign,
        HandOver,
        ListHandOverInput,
        ListReassignableInput,
        ReassignClientInput,
        ReassignClientsInput,
        ReassignedClient,
        ReassignProgress,
        RecordReassignmentInput,
        RecordUnmovedInput,
    )
    from contracts.payloads.runs import ConsentGiven, RunResult, SelectionAccepted, WaitingForChoice
    from contracts.payloads.selection import Selection
    from contracts.payloads.sync_client import Trouble
    from contracts.words.runs import Outcome, RunKind, Stage
    from rules import trying_again

from workflows.parts.calls import call
from workflows.parts.choosing_run import ChoosingRun
from workflows.parts.run_state import RunState
from workflows.plans import policies

FROM_THE_START = -1


@workflow.defn(name="ReassignClients")
class ReassignClients(ChoosingRun):
    """Moves clients to another colleague, each together with the login that reads it."""

    @workflow.init
    def __init__(self, start: ReassignClientsInput) -> None:
        # Handlers may run before ``run`` does, so everything that they touch is set here.
        self._start = start
        self._after = start.progress.after if start.progress else FROM_THE_START
        self._page: deque[ClientToReassign] = deque()
        self._paging = asyncio.Lock()
        self._is_done = False
        progress = start.progress
        self._again_at = progress.again_at if progress else None
        self._waiting = progress.waiting if progress else 0
        self._moving_since = (progress.moving_since if progress else None) or workflow.now()
        waits = Stage.AWAITING_SELECTION if start.waiting else Stage.AWAITING_CONSENT
        super().__init__(
            RunState(
                start.run,
                RunKind.REASSIGN_CLIENTS,
                Stage.REASSIGNING if progress else Stage.LISTING if start.hand_over else waits,
                progress.counts if progress else {},
                progress.causes if progress else {},
            ),
            start.waiting,
        )

    @workflow.run
    async def run(self, start: ReassignClientsInput) -> RunResult:  # noqa: ARG002  # it was taken in by ``init``
        """Run all stages; the module's docstring names them."""
        return await self.to_its_end(self._stages)

    async def _stages(self) -> None:
        if self._start.progress is None and self._start.hand_over is not None:
            await self._list_hand_over(self._start.hand_over)
        elif self._start.progress is None:
            await self.await_selection(self._start.deadlines)
            self._moving_since = workflow.now()
        await self.state.enter(Stage.REASSIGNING)
        await self._pass()
        while self._again_at is not None:
            await self._wait_until(self._again_at)
            self._after, self._is_done, self._again_at, self._waiting = FROM_THE_START, False, None, 0
            await self._pass()

    async def list_reached(self, consent: ConsentGiven) -> None:
        """List the colleagues' clients that a sign-in reaches."""
        await self.state.enter(Stage.LISTING)
        listed = await call(
            ReassignActivities.list_reassignable,
            ListReassignableInput(
                run_id=self._start.run.run_id, consent_id=consent.consent_id, grant_id=consent.grant_id
            ),
            policies.at(self._start.run.provider, policies.LISTING),
            "List the colleagues' clients that this login reaches",
        )
        self.state.reached(Stage.AWAITING_SELECTION)  # the activity recorded the stage with the list
        self.state.note(f"{listed.clients} clients of colleagues can be taken over.")

    async def record(self, selection: Selection) -> SelectionAccepted:
        """Record which clients are to be taken over."""
        return await call(
            ReassignActivities.record_reassignment,
            RecordReassignmentInput(run_id=self._start.run.run_id, selection=selection),
            policies.DATABASE,
            "Check and record the selection",
        )

    def wait_anew(self, waiting: WaitingForChoice) -> NoReturn:
        """Go on waiting for the choice in a new history."""
        workflow.continue_as_new(self._start.model_copy(update={"waiting": waiting}))

    async def _list_hand_over(self, hand_over: HandOver) -> None:
        await self.state.enter(Stage.LISTING)
        listed = await call(
            ReassignActivities.list_hand_over,
            ListHandOverInput(run_id=self._start.run.run_id, hand_over=hand_over),
            policies.DATABASE,
            "List the colleague's clients",
        )
        self.state.note(f"{listed.clients} clients were listed to be handed over.", lasts=True)

    async def _pass(self) -> None:
        await asyncio.gather(*(self._lane() for _ in range(CLIENTS_AT_ONCE)))
        if not self._is_done:
            await self._go_on_in_a_new_history()

    async def _wait_until(self, moment: datetime) -> None:
        one = self._waiting == 1
        self.state.note(
            f"{self._waiting} client{' waits' if one else 's wait'} for the accounting software's limit; moving goes "
            f"on by itself at {moment:%Y-%m-%d %H:%M} UTC."
        )
        wait = max(moment - workflow.now(), trying_again.SOONEST_BETWEEN_TRIES)
        await workflow.sleep(wait, summary="A call limit lifts")

    def _wait_for(self, moment: datetime) -> None:
        self._waiting += 1
        self._again_at = min(moment, self._again_at or moment)

    async def _lane(self) -> None:
        while client := await self._next():
            if client.retry_at is not None and client.retry_at > workflow.now():
                self._wait_for(client.retry_at)
            else:
                await self._move(client)

    async def _next(self) -> ClientToReassign | None:
        async with self._paging:  # one lane fetches the page; the others wait for it rather than fetch it again
            if not self._page and not self._is_done and not workflow.info().is_continue_as_new_suggested():
                page = await call(
                    ReassignActivities.clients_to_reassign,
                    ClientsToReassignInput(run_id=self._start.run.run_id, after=self._after, limit=PAGE_OF_CLIENTS),
                    policies.DATABASE,
                    "Find the next clients to move",
                )
                self._page.extend(page.clients)
                self._is_done = not page.clients
            if not self._page:
                return None
            client = self._page.popleft()
            self._after = client.position
            return client

    async def _move(self, client: ClientToReassign) -> None:
        asked = ReassignClientInput(
            run_id=self._start.run.run_id,
            organisation_id=client.organisation_id,
            keeps_login=self._start.hand_over is not None,
        )
        try:
            moved = await self._moved(asked, client.name)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            await self._note_unmoved(client, trouble_of(error))
        else:
            if moved.cause is not None:
                self.state.name(client.name, moved.cause)
            self.state.count(moved.outcome, cause=moved.cause)

    async def _note_unmoved(self, client: ClientToReassign, trouble: Trouble) -> None:
        again_at = trying_again.next_move(workflow.now(), self._moving_since, trouble)
        if again_at is not None and not workflow.patched(LIMITS_WAITED_FOR):
            again_at = None
        await call(
            ReassignActivities.record_unmoved,
            RecordUnmovedInput(
                run_id=self._start.run.run_id,
                organisation_id=client.organisation_id,
                cause=trouble.cause,
                retry_at=again_at,
            ),
            policies.DATABASE,
            f"Note why {client.name} was not moved",
        )
        if again_at is not None:
            self._wait_for(again_at)
        else:
            self.state.name(client.name, trouble.cause)
            self.state.count(Outcome.FAILED, cause=trouble.cause)

    async def _moved(self, asked: ReassignClientInput, name: str) -> ReassignedClient:
        policy = policies.at(self._start.run.provider, policies.PULL)
        try:
            return await call(ReassignActivities.reassign_client, asked, policy, f"Move {name}")
        except ActivityError as error:
            if not asked.keeps_login or is_cancelled_exception(error):
                raise
            without = asked.model_copy(update={"tries_login": False})
            return await call(ReassignActivities.reassign_client, without, policy, f"Move {name}; it keeps its login")

    async def _go_on_in_a_new_history(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        progress = ReassignProgress(
            after=self._after,
            counts=dict(self.state.outcomes),
            causes=dict(self.state.causes),
            again_at=self._again_at,
            waiting=self._waiting,
            moving_since=self._moving_since,
        )
        workflow.continue_as_new(self._start.model_copy(update={"waiting": None, "progress": progress}))
