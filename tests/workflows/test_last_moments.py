"""What comes to a workflow in its last moment is not lost: its activities are played, so that the moment can be met."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from contracts.payloads.bulk_create_clients import (
    BulkCreateClientsInput,
    CreateClientsInput,
    CreatedClients,
    RecordSelectionInput,
)
from contracts.payloads.check_connections import (
    CheckConnectionsInput,
    CheckedLogin,
    CheckLoginInput,
    ClientsDue,
    ClientsDueInput,
    DeliveredNotices,
    DeliverNoticesInput,
    LoginsToCheck,
    LoginsToCheckInput,
    LoginToCheck,
    NoteLoginTroubleInput,
    PracticeFacts,
    TellInput,
    Told,
)
from contracts.payloads.listing import (
    JudgedOrganisations,
    JudgeOrganisationsInput,
    ListedOrganisations,
    ListOrganisationsInput,
)
from contracts.payloads.pulling import ClientsToPull, ClientsToPullInput
from contracts.payloads.runs import (
    ConsentGiven,
    Deadlines,
    EnterStageInput,
    FinishRunInput,
    RunFacts,
    RunResult,
    SeeRunInput,
    SelectionAccepted,
)
from contracts.payloads.sync_client import (
    ClientFacts,
    PullClientInput,
    PullClientResult,
    SettleSyncInput,
    SyncClientInput,
    Trouble,
)
from contracts.words.causes import Cause
from contracts.words.names import PROVIDER_QUEUE, WORKFLOW_QUEUE, queue_of
from contracts.words.runs import Result
from tests.journeys.scene import PATIENCE
from tests.journeys.stage import peculiar_server
from workflows.bulk_create_clients import BulkCreateClients
from workflows.check_connections import CheckConnections
from workflows.sync_client import SyncClient

XEROS_QUEUE = queue_of("xero", PROVIDER_QUEUE)

ANSWER = PullClientResult(rows=1, added=1, changed=0, gone=0)


@pytest_asyncio.fixture(scope="module")
async def server(temporal_settings) -> AsyncIterator[WorkflowEnvironment]:
    """A server whose workflows do not wait."""
    async with peculiar_server(temporal_settings, skips_time=True) as environment:
        yield environment


def failed(cause: Cause) -> ApplicationError:
    return ApplicationError("…", Trouble(cause=cause), type=cause.value, non_retryable=True)


async def test_a_sync_that_is_told_to_retry_while_it_notes_its_end_retries(server: WorkflowEnvironment):
    pulls: list[UUID] = []
    ending, signalled = asyncio.Event(), asyncio.Event()

    @activity.defn(name="pull_client")
    async def pull_client(asked: PullClientInput) -> PullClientResult:
        pulls.append(asked.connection_id)
        if len(pulls) == 1:
            raise failed(Cause.ACCESS_LOST)
        return ANSWER

    @activity.defn(name="settle_sync")
    async def settle_sync(asked: SettleSyncInput) -> None:
        ending.set()
        await signalled.wait()

    one = uuid4()
    facts = ClientFacts(
        connection_id=one,
        client_id=one,
        client_name="Alder",
        client_code="ALDE0012",
        practice_name="P",
        practice_slug="p",
        colleague_name="Anna",
        provider="xero",
        provider_title="Xero",
    )
    async with (
        Worker(server.client, task_queue=WORKFLOW_QUEUE, workflows=[SyncClient], activities=[settle_sync]),
        Worker(server.client, task_queue=XEROS_QUEUE, activities=[pull_client]),
    ):
        sync = await server.client.start_workflow(
            SyncClient.run,
            SyncClientInput(client=facts, pull_id="x", reason="r"),
            id=f"sync-{one}",
            task_queue=WORKFLOW_QUEUE,
        )
        await asyncio.wait_for(ending.wait(), PATIENCE)
        await sync.signal(SyncClient.retry_now)
        signalled.set()
        result = await asyncio.wait_for(sync.result(), PATIENCE)
    assert (len(pulls), result.cause) == (2, None)


@pytest.mark.thorough
async def test_each_round_of_a_night_looks_at_each_login_once(server: WorkflowEnvironment):
    # Of which provider each is, older code did not say: they are looked at from the shared queue.
    logins = [LoginToCheck(grant_id=uuid4(), login=f"Login {number}", connections=1) for number in range(4)]
    logins.sort(key=lambda login: login.grant_id)
    slow = {login.grant_id: place for place, login in enumerate(reversed(logins))}
    looks: Counter[UUID] = Counter()
    done = asyncio.Condition()

    @activity.defn(name="logins_to_check")
    async def logins_to_check(asked: LoginsToCheckInput) -> LoginsToCheck:
        return LoginsToCheck(logins=tuple(one for one in logins if asked.after is None or one.grant_id > asked.after))

    @activity.defn(name="check_login")
    async def check_login(asked: CheckLoginInput) -> CheckedLogin:
        async with done:  # the last one is the first that does not answer
            looks[asked.grant_id] += 1
            turn = looks[asked.grant_id] * 4 - 4 + slow[asked.grant_id]
            await done.wait_for(lambda: sum(failures.values()) >= turn)
        raise failed(Cause.PROVIDER_UNAVAILABLE)

    failures: Counter[UUID] = Counter()

    @activity.defn(name="note_login_trouble")
    async def note_login_trouble(asked: NoteLoginTroubleInput) -> CheckedLogin:
        async with done:
            failures[asked.grant_id] += 1
            done.notify_all()
        return CheckedLogin(connections=1, in_trouble=1, changed=0)

    @activity.defn(name="clients_due")
    async def clients_due(asked: ClientsDueInput) -> ClientsDue:
        return ClientsDue(clients=())

    @activity.defn(name="tell")
    async def tell(asked: TellInput) -> Told:
        return Told(colleagues=0, healthy=0, causes={})

    @activity.defn(name="deliver_notices")
    async def deliver_notices(asked: DeliverNoticesInput) -> DeliveredNotices:
        return DeliveredNotices(sent=0, left=0)

    practice = PracticeFacts(practice_id=uuid4(), practice_name="P", practice_slug="p")
    short: list[Callable[..., Any]] = [logins_to_check, note_login_trouble, clients_due, tell, deliver_notices]
    async with (
        Worker(server.client, task_queue=WORKFLOW_QUEUE, workflows=[CheckConnections], activities=short),
        Worker(server.client, task_queue=PROVIDER_QUEUE, activities=[check_login]),
    ):
        report = await asyncio.wait_for(
            server.client.execute_workflow(
                CheckConnections.run,
                CheckConnectionsInput(practice=practice, reason="r"),
                id=f"check-{practice.practice_id}",
                task_queue=WORKFLOW_QUEUE,
            ),
            2 * PATIENCE,
        )
    assert report.unanswered == 4
    assert len(set(looks.values())) == 1  # as often as there were rounds
    assert looks[logins[0].grant_id] > 3


@pytest.mark.parametrize(("is_stored", "seconds", "ends"), [(False, 300, []), (True, 3600, [Result.EXPIRED])])
async def test_a_run_that_was_never_stored_does_not_wait_for_its_sign_in(
    server: WorkflowEnvironment, is_stored: bool, seconds: int, ends: list[Result]
):
    closed: list[Result | None] = []

    @activity.defn(name="see_run")
    async def see_run(asked: SeeRunInput) -> bool:
        return is_stored

    @activity.defn(name="finish_run")
    async def finish_run(asked: FinishRunInput) -> RunResult:
        closed.append(asked.result)
        result = asked.result or Result.COMPLETED
        return RunResult(run_id=asked.run_id, result=result, counts={}, causes={}, message="")

    facts = adding()
    async with Worker(
        server.client, task_queue=WORKFLOW_QUEUE, workflows=[BulkCreateClients], activities=[see_run, finish_run]
    ):
        run = await server.client.start_workflow(
            BulkCreateClients.run,
            BulkCreateClientsInput(run=facts, deadlines=Deadlines(consent=timedelta(hours=1))),
            id=facts.run_id,
            task_queue=WORKFLOW_QUEUE,
        )
        report = await asyncio.wait_for(run.result(), PATIENCE)
        told = await run.describe()
    assert (report.result, report.counts) == (Result.EXPIRED if is_stored else Result.CANCELLED, {})
    assert closed == ends
    assert told.close_time
    assert seconds <= (told.close_time - told.start_time).total_seconds() < seconds + 60


def adding() -> RunFacts:
    return RunFacts(
        run_id=f"add-{uuid4()}",
        practice_id=uuid4(),
        practice_name="P",
        practice_slug="p",
        colleague_name="Anna",
        provider="xero",
        provider_title="Xero",
    )


async def test_a_choice_that_is_being_recorded_when_the_time_is_over_is_carried_out(server: WorkflowEnvironment):
    judged, recording, is_over = asyncio.Event(), asyncio.Event(), asyncio.Event()
    ends: list[FinishRunInput] = []

    @activity.defn(name="enter_stage")
    async def enter_stage(asked: EnterStageInput) -> None:
        """Taken."""

    @activity.defn(name="list_organisations")
    async def list_organisations(asked: ListOrganisationsInput) -> ListedOrganisations:
        return ListedOrganisations(first=0, end=0)

    @activity.defn(name="judge_organisations")
    async def judge_organisations(asked: JudgeOrganisationsInput) -> JudgedOrganisations:
        judged.set()
        return JudgedOrganisations(verdicts={})

    @activity.defn(name="record_selection")
    async def record_selection(asked: RecordSelectionInput) -> SelectionAccepted:
        recording.set()
        await is_over.wait()
        return SelectionAccepted(chosen=3, to_create=3, to_link=0, already_clients=0, skipped=0)

    @activity.defn(name="create_clients")
    async def create_clients(asked: CreateClientsInput) -> CreatedClients:
        return CreatedClients(counts={}, remaining=0)

    @activity.defn(name="clients_to_pull")
    async def clients_to_pull(asked: ClientsToPullInput) -> ClientsToPull:
        return ClientsToPull(clients=())

    @activity.defn(name="finish_run")
    async def finish_run(asked: FinishRunInput) -> RunResult:
        ends.append(asked)
        result = asked.result or Result.COMPLETED
        return RunResult(run_id=asked.run_id, result=result, counts={}, causes={}, message="")

    facts = adding()
    short: list[Callable[..., Any]] = [
        enter_stage,
        judge_organisations,
        record_selection,
        create_clients,
        clients_to_pull,
        finish_run,
    ]
    async with (
        Worker(server.client, task_queue=WORKFLOW_QUEUE, workflows=[BulkCreateClients], activities=short),
        Worker(server.client, task_queue=XEROS_QUEUE, activities=[list_organisations]),
    ):
        with server.with_time_skipping_disabled():
            run = await server.client.start_workflow(
                BulkCreateClients.run,
                BulkCreateClientsInput(run=facts, deadlines=Deadlines(selection=timedelta(seconds=3))),
                id=facts.run_id,
                task_queue=WORKFLOW_QUEUE,
            )
        await run.signal("consent_given", ConsentGiven(consent_id=uuid4(), grant_id=uuid4()))
        await asyncio.wait_for(judged.wait(), PATIENCE)
        await run.signal("select_organisations", {"all_new": True})
        await asyncio.wait_for(recording.wait(), PATIENCE)
        async with asyncio.timeout(PATIENCE):
            async for event in run.fetch_history_events(wait_new_event=True):
                fired = event.event_type == EventType.EVENT_TYPE_TIMER_FIRED
                if fired:
                    break
        is_over.set()
        report = await asyncio.wait_for(run.result(), PATIENCE)
    assert report.result is Result.COMPLETED
    assert [one.result for one in ends] == [None]
