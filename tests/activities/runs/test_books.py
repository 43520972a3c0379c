"""A run's books: stages only go forward, the end happens once, and what comes after it changes nothing."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from activities.runs.clients import ClientActivities
from activities.runs.runs import RunActivities
from contracts.payloads.bulk_create_clients import CreateClientsInput
from contracts.payloads.pulling import HandOverInput, RecordFailureInput
from contracts.payloads.runs import EnterStageInput, FinishRunInput, ReopenRunInput
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.practices.writes import create_colleague, create_practice
from models.runs import organisations as run_lists
from models.runs import writes as runs
from models.runs.tables import Run, RunOrganisation
from providers.port.credential import Credential

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RUN = "a-run"


class Books:
    """One run with two organisations, of which one has its client and one was not begun."""

    def __init__(self, database: Database, connection_id) -> None:
        self.database = database
        self.connection_id = connection_id
        self.activities = RunActivities(database, lambda: NOON)

    async def run(self) -> Run:
        async with self.database.session() as session:
            return await session.get_one(Run, RUN)

    async def outcomes(self) -> list[Outcome | None]:
        async with self.database.session() as session:
            return [row.outcome for row in await run_lists.organisations_of(session, RUN)]

    async def ends(self) -> list[str]:
        async with self.database.session() as session:
            statement = text("SELECT after FROM events WHERE kind = 'run.finished' ORDER BY id")
            return list((await (await session.connection()).execute(statement)).scalars())

    async def enter(self, stage: Stage) -> Stage:
        await self.activities.enter_stage(EnterStageInput(run_id=RUN, stage=stage, message="a word"))
        return (await self.run()).stage


@pytest_asyncio.fixture
async def books(database: Database, sealer: Sealer) -> Books:
    async with database.transaction() as session:
        practice = await create_practice(session, "Harbour Lane")
        ada = await create_colleague(session, practice.id, email="ada@harbour.test", name="Ada")
        grant = await upsert_grant(
            session,
            sealer,
            provider="xero",
            credential=Credential("u", "u", "Ada", b"secret", NOON),
            practice_id=practice.id,
            colleague_id=ada.id,
            at=NOON,
        )
        client = Client(practice_id=practice.id, owner_id=ada.id, code="SMIT0001", name="Smith")
        session.add(client)
        session.add(
            Run(
                id=RUN,
                practice_id=practice.id,
                colleague_id=ada.id,
                provider="xero",
                kind=RunKind.ADD_CLIENTS,
                stage=Stage.PULLING,
            )
        )
        await session.flush()
        connection = Connection(
            practice_id=practice.id,
            client_id=client.id,
            grant_id=grant.id,
            provider="xero",
            organisation_id="org-0",
            organisation_name="Smith",
            status=ConnectionStatus.CONNECTED,
        )
        session.add(connection)
        await session.flush()
        for place, (client_id, connection_id) in enumerate(((client.id, connection.id), (None, None))):
            session.add(
                RunOrganisation(
                    run_id=RUN,
                    organisation_id=f"org-{place}",
                    position=place,
                    name="Smith",
                    grant_id=grant.id,
                    verdict=Verdict.NEW,
                    action=Action.CREATE,
                    owner_id=ada.id,
                    client_id=client_id,
                    connection_id=connection_id,
                )
            )
    return Books(database, connection.id)


@pytest.mark.parametrize("second", [None, Result.CANCELLED])
async def test_a_run_ends_once(books: Books, second: Result | None):
    first = await books.activities.finish_run(FinishRunInput(run_id=RUN, result=Result.FAILED, message="It failed."))
    ended = await books.run()
    again = await books.activities.finish_run(FinishRunInput(run_id=RUN, result=second, message="Another word."))
    assert again == first
    assert (await books.run()).message == ended.message == "It failed."
    assert await books.ends() == ["failed"]


async def test_a_run_that_was_reopened_ends_once_more(books: Books):
    finish = FinishRunInput(run_id=RUN, result=None, message=None)
    asked = RecordFailureInput(run_id=RUN, connection_id=books.connection_id, cause=Cause.UNKNOWN, detail="")
    await ActivityEnvironment().run(books.activities.record_failure, asked)
    await books.activities.finish_run(finish)
    async with books.database.transaction() as session:
        await runs.reopen(session, await runs.locked_run(session, RUN), NOON)
    assert await books.activities.reopen_run(ReopenRunInput(run_id=RUN))
    assert (await books.run()).stage is Stage.CREATING
    await books.activities.finish_run(finish)
    assert await books.ends() == ["completed_with_failures", "completed"]


async def test_a_run_that_nobody_has_reopened_stays_as_it_ended(books: Books):
    ended = await books.activities.finish_run(FinishRunInput(run_id=RUN, result=Result.FAILED, message="It failed."))
    assert not await books.activities.reopen_run(ReopenRunInput(run_id=RUN))
    assert ((await books.run()).stage, (await books.run()).message) == (Stage.FINISHED, ended.message)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.FINISHED])
async def test_no_stage_follows_the_last_one(books: Books, stage: Stage):
    await books.activities.finish_run(FinishRunInput(run_id=RUN, result=Result.CANCELLED, message="Stopped."))
    assert await books.enter(stage) is Stage.FINISHED
    assert (await books.run()).message == "Stopped."


async def test_no_stage_goes_back(books: Books):
    assert await books.enter(Stage.CREATING) is Stage.PULLING
    assert await books.enter(Stage.AWAITING_SELECTION) is Stage.PULLING
    assert (await books.run()).message is None
    assert await books.enter(Stage.AWAITING_CONFIRMATION) is Stage.AWAITING_CONFIRMATION  # of other books, once read


async def test_a_list_may_be_added_to_while_it_is_chosen_from(books: Books):
    async with books.database.transaction() as session:
        (await runs.locked_run(session, RUN)).stage = Stage.AWAITING_SELECTION
    assert await books.enter(Stage.LISTING) is Stage.LISTING
    assert await books.enter(Stage.AWAITING_SELECTION) is Stage.AWAITING_SELECTION


async def test_what_comes_after_the_end_changes_nothing(books: Books):
    await books.activities.finish_run(FinishRunInput(run_id=RUN, result=Result.CANCELLED, message="Stopped."))
    assert await books.outcomes() == [Outcome.CREATED, Outcome.SKIPPED]
    trouble = {"run_id": RUN, "connection_id": books.connection_id, "cause": Cause.PROVIDER_UNAVAILABLE, "detail": ""}
    await books.activities.record_failure(RecordFailureInput(**trouble))
    await books.activities.hand_over(HandOverInput(**trouble, retry_at=NOON + timedelta(minutes=1)))
    with pytest.raises(runs.RunOver):
        await ClientActivities(books.database).create_clients(CreateClientsInput(run_id=RUN, limit=10))
    async with books.database.transaction() as session:
        with pytest.raises(runs.RunOver):
            await runs.open_run(session, RUN)
        await run_lists.save_profiles(session, RUN, {"org-1": {"name": "Jones"}}, NOON)
        await runs.pause(session, RUN, NOON + timedelta(minutes=1))
    assert await books.outcomes() == [Outcome.CREATED, Outcome.SKIPPED]
    assert (await books.run()).paused_until is None
    async with books.database.session() as session:
        assert (await session.get_one(RunOrganisation, (RUN, "org-1"))).profile is None


async def test_a_reading_that_fails_after_the_end_fails_nothing(books: Books):
    """The row that a pull settles is looked at when it is written, not when the pull began."""
    await books.activities.finish_run(FinishRunInput(run_id=RUN, result=Result.CANCELLED, message="Stopped."))
    async with books.database.transaction() as session:
        row = await session.get_one(RunOrganisation, (RUN, "org-0"))
        await runs.settle_open(session, row, Outcome.FAILED, NOON, cause=Cause.ACCESS_LOST, message="…")
    assert await books.outcomes() == [Outcome.CREATED, Outcome.SKIPPED]


async def test_an_unknown_run_is_unknown(books: Books):
    async with books.database.transaction() as session:
        with pytest.raises(LookupError):
            await runs.open_run(session, str(uuid4()))
