"""The check of a practice's connections: first the logins, then clients with lists that are due, then the notices.

Its cost grows with the number of logins, not of clients. A login that does not answer is tried again through the day
before anybody is told of it. A client that cannot be read is tried again by a ``SyncClient`` of its own. The check goes
on whatever goes wrong with a single login or client.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception
from temporalio.workflow import ActivityConfig

from workflows.plans.failures import is_busy, trouble_of

with workflow.unsafe.imports_passed_through():
    from activities.delivery.notices import NoticeActivities
    from activities.night.checking import CheckActivities
    from activities.night.tidying import TidyActivities
    from activities.pulls.standard_information import StandardInformationActivities
    from contracts.payloads.check_connections import (
        CheckConnectionsInput,
        CheckLoginInput,
        CheckProgress,
        CheckReport,
        ClientDue,
        ClientsDueInput,
        DeliverNoticesInput,
        LoginsToCheckInput,
        LoginToCheck,
        NoteLoginTroubleInput,
        NoteTroubleInput,
        TellInput,
        TidyUpInput,
    )
    from contracts.payloads.sync_client import PullClientInput, PullClientsInput, SyncClientInput, Trouble
    from contracts.words.lists import RowKind
    from contracts.words.runs import Result, Stage
    from rules import trying_again

from workflows.parts.calls import Asked, call
from workflows.parts.fan_out import FanOut
from workflows.parts.night_groups import night_groups
from workflows.parts.own_sync import hand_over
from workflows.plans import due_clients, patches, policies, sizes
from workflows.support import check_text as check_briefing
from workflows.support import run_text
from workflows.support.pieces import CLIENTS_SHOWN, Troubled


@workflow.defn(name="CheckConnections")
class CheckConnections:
    """Checks every connection of one practice."""

    @workflow.init
    def __init__(self, start: CheckConnectionsInput) -> None:
        # Handlers may run before ``run`` does, so everything that they touch is set here.
        self._start = start
        progress = start.progress or CheckProgress(started_at=workflow.now())
        self._started_at, self._rounds = progress.started_at, progress.rounds
        self._is_at_lists, self._after = progress.is_at_lists, progress.after
        self._untried, self._troubled = progress.untried, list(progress.troubled)
        self._report = CheckReport(
            logins=progress.logins,
            refreshed=progress.refreshed,
            handed_over=progress.handed_over,
            told=progress.told,
        )
        self._clients: list[Troubled] = []
        self._wanted_now = False
        self._check_id = f"{workflow.info().workflow_id}/{workflow.info().first_execution_run_id}"

    @workflow.run
    async def run(self, start: CheckConnectionsInput) -> CheckReport:  # noqa: ARG002  # it was taken in by ``init``
        """Check logins, pull due lists and write notices.

        Logins that did not answer are tried again through the day, followed by lists and notices.
        """
        while True:
            if not self._is_at_lists:
                await self._look_at_logins()
            await self._refresh_lists()
            await self._tell()
            again_at = trying_again.next_round(workflow.now(), self._started_at, self._rounds)
            if not self._troubled or not self._start.is_patient or again_at is None:
                await self._tidy_up()
                return self._end()
            await self._wait_until(again_at)
            self._rounds += 1
            self._is_at_lists, self._after = False, None
            self._untried, self._troubled = tuple(self._troubled), []

    @workflow.signal(description="Try the logins that did not answer again now. Safe to send at any moment.")
    def retry_now(self) -> None:
        """Signal: try the logins that did not answer again at once."""
        self._wanted_now = True

    @workflow.query(description="What the check found so far.")
    def progress(self) -> CheckReport:
        """Query: what the check has found so far."""
        return self._report

    # Logins

    async def _look_at_logins(self) -> None:
        self._show("Looking at the logins")
        lanes = FanOut(sizes.LOGINS_AT_ONCE, self._logins, lambda login: login.grant_id, self._look_at, self._after)
        if not await lanes.run():
            await self._go_on_anew(lanes.after)
        self._is_at_lists, self._after = True, None

    async def _logins(self, after: UUID | None) -> Sequence[LoginToCheck]:
        if self._rounds:
            untried = (
                trying_again.in_order(self._untried) if workflow.patched(patches.ROUNDS_IN_ORDER) else self._untried
            )
            return [login for login in untried if after is None or login.grant_id > after]
        page = await call(
            CheckActivities.logins_to_check,
            LoginsToCheckInput(practice_id=self._start.practice.practice_id, after=after, limit=sizes.PAGE_OF_CLIENTS),
            policies.DATABASE,
            "Find the next logins",
        )
        return page.logins

    async def _look_at(self, login: LoginToCheck) -> None:
        practice_id = self._start.practice.practice_id
        try:
            await call(
                CheckActivities.check_login,
                CheckLoginInput(practice_id=practice_id, grant_id=login.grant_id),
                policies.at(login.provider, policies.CHECK),
                f"{login.login}, {login.connections} connections",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            await call(
                CheckActivities.note_login_trouble,
                NoteLoginTroubleInput(practice_id=practice_id, grant_id=login.grant_id, trouble=trouble_of(error)),
                policies.DATABASE,
                f"Note that the login of {login.login} did not answer",
            )
            self._troubled.append(login)
        self._count(logins=self._report.logins + 1, unanswered=len(self._troubled))

    # Lists

    async def _refresh_lists(self) -> None:
        workflow.upsert_search_attributes([run_text.STAGE.value_set(Stage.PULLING.value)])
        self._show("Refreshing the lists that are due")
        if workflow.patched(patches.NIGHT_IN_GROUPS):
            how = night_groups()

            async def page(after: UUID | None) -> Sequence[Sequence[ClientDue]]:
                return how.cut(await self._due(after, limit=how.page))

            groups = FanOut(how.at_once, page, due_clients.last_of, self._refresh_group, self._after)
            if not await groups.run():
                await self._go_on_anew(groups.after)
            return
        lanes = FanOut(sizes.REFRESHES_AT_ONCE, self._due, lambda due: due.connection_id, self._refresh, self._after)
        if not await lanes.run():
            await self._go_on_anew(lanes.after)

    async def _due(self, after: UUID | None, *, limit: int = sizes.PAGE_OF_CLIENTS) -> Sequence[ClientDue]:
        page = await call(
            CheckActivities.clients_due,
            ClientsDueInput(
                practice_id=self._start.practice.practice_id,
                after=after,
                limit=limit,
                is_healthy_only=self._rounds > 0,
                is_of_the_night=self._start.is_patient,
            ),
            policies.DATABASE,
            "Find the next clients whose lists are due",
        )
        return page.clients

    async def _refresh_group(self, group: Sequence[ClientDue]) -> None:
        """Refresh clients in one activity for each provider; those that it leaves, and mere looks, one by one."""
        together, alone = due_clients.together_or_alone(group)
        await asyncio.gather(
            *(self._refresh_together(clients, is_full=due_clients.is_full(group)) for clients in together),
            *(self._refresh(client) for client in alone),
        )

    async def _refresh_together(self, clients: Sequence[ClientDue], *, is_full: bool) -> None:
        ids = tuple(client.connection_id for client in clients)
        policy = policies.PULL_TOGETHER if is_full else policies.PULL_FEW_TOGETHER
        left = set(ids)
        try:
            pulled = await call(
                StandardInformationActivities.pull_clients,
                PullClientsInput(connection_ids=ids, pull_id=self._check_id, is_incremental=True),
                policies.at(clients[0].provider, policy),
                run_text.group_summary([client.client_name for client in clients]),
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
        else:
            left = set(pulled.left)
            self._count(refreshed=self._report.refreshed + len(ids) - len(left))
        await asyncio.gather(*(self._refresh(client) for client in clients if client.connection_id in left))

    async def _refresh(self, client: ClientDue) -> None:
        try:
            await call(
                StandardInformationActivities.pull_client,
                PullClientInput(
                    connection_id=client.connection_id,
                    pull_id=self._check_id,
                    sources=(RowKind.ORGANISATION,) if client.is_look else (),
                    is_incremental=True,
                    is_look=client.is_look,
                ),
                policies.at(client.provider, policies.PULL),
                f"{client.client_name} ({client.client_code})",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            if not is_busy(error):  # whoever pulls it just now tells what came of it
                await self._take_note(client, trouble_of(error))
        else:
            if not client.is_look:
                self._count(refreshed=self._report.refreshed + 1)

    async def _take_note(self, client: ClientDue, trouble: Trouble) -> None:
        noted = await call(
            CheckActivities.note_trouble,
            NoteTroubleInput(connection_id=client.connection_id, trouble=trouble),
            policies.DATABASE,
            f"Note why {client.client_name} was not refreshed",
        )
        if len(self._clients) < CLIENTS_SHOWN:
            why = trouble.cause.value.replace("_", " ")
            self._clients.append(Troubled(client.client_name, client.client_code, client.client_id, why))
        if not trouble.cause.is_transient:
            return
        now = due_clients.as_noted(client, noted)
        if now != client and workflow.patched(patches.CLIENT_AS_NOTED):
            if now is None:
                return
            client = now
        practice = self._start.practice
        sync = SyncClientInput(
            client=due_clients.facts_of(client, practice),
            pull_id=self._check_id,
            sources=(RowKind.ORGANISATION,) if client.is_look else (),
            reason=f"Handed over by `{workflow.info().workflow_id}`.",
            first_try_at=trying_again.next_try(workflow.now(), 0, trouble),
            trouble=trouble.cause,
        )
        await hand_over(sync, policies.night_priority(practice.practice_slug))
        self._count(handed_over=self._report.handed_over + 1)

    # People

    async def _tell(self) -> None:
        practice_id = self._start.practice.practice_id
        told = await call(
            NoticeActivities.tell,
            TellInput(practice_id=practice_id, check_id=f"{self._check_id}/{self._rounds}"),
            policies.DATABASE,
            "Write to each person who can act",
        )
        self._count(told=self._report.told + told.colleagues, healthy=told.healthy, causes=told.causes)
        asked, what = DeliverNoticesInput(practice_id=practice_id), "Send the mails"
        await self._unless_it_fails(NoticeActivities.deliver_notices, asked, policies.MAIL, what)

    async def _tidy_up(self) -> None:
        if self._start.is_patient and workflow.patched(patches.TIDIES_UP):
            asked = TidyUpInput(practice_id=self._start.practice.practice_id)
            what = "Delete what is kept no longer, and end logins that nothing uses"
            await self._unless_it_fails(TidyActivities.tidy_up, asked, policies.TIDY, what)

    async def _unless_it_fails(
        self, method: Callable[[Any, Asked], Awaitable[object]], asked: Asked, policy: ActivityConfig, what: str
    ) -> None:
        """Call an activity whose failure does not fail the check, because the next check does its work."""
        try:
            await call(method, asked, policy, what)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("left to the next check: %s", what)

    # Where it is

    async def _wait_until(self, moment: datetime) -> None:
        self._wanted_now = False
        self._show("Waiting for logins that did not answer", moment)
        try:
            await workflow.wait_condition(
                lambda: self._wanted_now, timeout=moment - workflow.now(), timeout_summary="Next try"
            )
        except TimeoutError:
            return

    def _count(self, **found: object) -> None:
        self._report = self._report.model_copy(update=found)
        self._show("Refreshing the lists that are due" if self._is_at_lists else "Looking at the logins")

    def _show(self, heading: str, again_at: datetime | None = None) -> None:
        workflow.set_current_details(
            check_briefing.check_details(
                heading, self._start.practice, self._report, self._troubled, again_at, self._clients
            )
        )

    def _end(self) -> CheckReport:
        result = Result.COMPLETED_WITH_FAILURES if self._report.causes else Result.COMPLETED
        workflow.upsert_search_attributes(
            [run_text.STAGE.value_set(Stage.FINISHED.value), run_text.RESULT.value_set(result.value)]
        )
        self._show("Finished")
        return self._report

    async def _go_on_anew(self, after: UUID | None) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        progress = CheckProgress(
            started_at=self._started_at,
            rounds=self._rounds,
            is_at_lists=self._is_at_lists,
            after=after,
            untried=self._untried,
            troubled=tuple(self._troubled),
            logins=self._report.logins,
            refreshed=self._report.refreshed,
            handed_over=self._report.handed_over,
            told=self._report.told,
        )
        workflow.continue_as_new(self._start.model_copy(update={"progress": progress}))
