"""What is settled when a client's own sync has ended or is lost: the rows that wait for it, and no others."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.names import disconnect_client_id, sync_client_id
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.connections import disconnections
from models.connections import writes as connections
from models.connections.tables import Connection
from models.events.tables import Event
from models.kit.database import Database
from models.runs import results as run_results
from models.runs.lost_work import GRACE, SYNC_LOST, ClosedWork, LostWork
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON, House, a_connection

pytestmark = pytest.mark.usefixtures("next_door")

LATER = NOON + GRACE + timedelta(seconds=1)
EVERY = {outcome.value: outcome for outcome in Outcome} | {"open": None}


async def add(database: Database, house: House, name: str, outcome: Outcome | None, stage: Stage | None = None) -> None:
    """A run about the house's client, in which this has become of it."""
    async with database.transaction() as session:
        run = Run(
            id=name,
            practice_id=house.practice.id,
            colleague_id=house.colleague.id,
            provider="xero",
            kind=RunKind.ADD_CLIENTS,
            stage=stage or Stage.FINISHED,
            created_at=NOON,
        )
        run.result = Result.COMPLETED if run.stage is Stage.FINISHED else None
        session.add(run)
        await session.flush()
        session.add(
            RunOrganisation(
                run_id=name,
                organisation_id="org-1",
                position=0,
                name="Smith Ltd",
                grant_id=house.grant_id,
                client_id=house.client_id,
                connection_id=house.connection_id,
                verdict=Verdict.NEW,
                action=Action.CREATE,
                outcome=outcome,
                updated_at=NOON,
            )
        )


@pytest.fixture
async def runs(database: Database, house: House) -> None:
    """One with each outcome."""
    for name, outcome in EVERY.items():
        await add(database, house, name, outcome)


async def outcomes(database: Database) -> dict[str, Outcome | None]:
    async with database.session() as session:
        return {name: (await session.get_one(RunOrganisation, (name, "org-1"))).outcome for name in EVERY}


@pytest.mark.parametrize(
    ("cause", "retry_at", "expected"),
    [
        (None, None, Outcome.CREATED),
        (Cause.SUBSCRIPTION_ENDED, None, Outcome.FAILED),
        (Cause.RATE_LIMITED, LATER, Outcome.RETRYING),
    ],
)
async def test_the_end_of_a_sync_is_written_where_it_is_waited_for(database, house, runs, cause, retry_at, expected):
    async with database.transaction() as session:
        written = await connections.settle_waiting(session, house.connection_id, LATER, cause=cause, retry_at=retry_at)
    assert written == ["retrying"]
    assert await outcomes(database) == EVERY | {"retrying": expected}


async def test_a_sync_that_nobody_goes_on_with_is_given_up_where_it_is_waited_for(database, house, runs):
    async with database.transaction() as session:
        written = await run_results.give_up_waiting(session, house.connection_id, SYNC_LOST, LATER)
    assert written == ["retrying"]
    assert await outcomes(database) == EVERY | {"retrying": Outcome.FAILED}
    async with database.session() as session:
        ended = await session.get_one(Run, "retrying")
        row = await session.get_one(RunOrganisation, ("retrying", "org-1"))
    assert (ended.result, row.message) == (Result.COMPLETED_WITH_FAILURES, SYNC_LOST)


async def test_a_good_pull_mends_what_had_failed_or_waits_and_nothing_else(database, house, runs):
    async with database.transaction() as session:
        await run_results.mend(session, [house.connection_id], LATER)
    assert await outcomes(database) == EVERY | {"retrying": Outcome.CREATED, "failed": Outcome.CREATED}


class Server:
    """A workflow server on which these are at work, and what it was asked for."""

    def __init__(self, *at_work: str) -> None:
        self.at_work, self.asked = at_work, set[str]()

    async def __call__(self, workflow_id: str) -> bool:
        self.asked.add(workflow_id)
        return workflow_id in self.at_work


async def closed(database: Database, server: Server, at: datetime) -> ClosedWork:
    return await LostWork(database, server, lambda: at).close_all()


@pytest.fixture
async def all_at_work(database: Database, house: House) -> tuple[str, str, str]:
    """A run that is open, one that waits for its client's sync, and a disconnecting; the ids of their workflows."""
    await add(database, house, "a-run", None, Stage.PULLING)
    await add(database, house, "waits", Outcome.RETRYING)
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id, with_for_update=True)
        await disconnections.begin(session, connection, colleague_id=house.colleague.id, at=NOON)
    return "a-run", sync_client_id("harbour-lane", "SMIT0001"), disconnect_client_id("harbour-lane", "SMIT0001")


NEXT_DOOR = sync_client_id("quay-row", "SMIT0001")
"""Of the neighbours' run, which waits too (``next_door``)."""


async def test_what_is_at_work_is_left_alone_and_what_is_finished_is_not_asked_about(database, house, all_at_work):
    await add(database, house, "done", Outcome.CREATED)
    server = Server(*all_at_work, NEXT_DOOR)
    assert await closed(database, server, LATER) == ClosedWork(0, 0, 0)
    assert server.asked == {*all_at_work, NEXT_DOOR}


async def test_what_does_not_wait_is_not_asked_about(database, house):
    """Of another client: one that was made, one that waits in a run which goes on, and one without a connection."""
    async with database.transaction() as session:
        client = Client(practice_id=house.practice.id, name="Jones Ltd", code="JONE0001", owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        other = a_connection(house.practice.id, client.id, house.grant_id, "org-2")
        session.add(other)
    for name, outcome, stage in (
        ("made", Outcome.CREATED, Stage.FINISHED),
        ("goes-on", Outcome.RETRYING, Stage.PULLING),
        ("without", Outcome.RETRYING, Stage.FINISHED),
    ):
        await add(database, house, name, outcome, stage)
        async with database.transaction() as session:
            row = await session.get_one(RunOrganisation, (name, "org-1"))
            row.client_id, row.connection_id = client.id, None if name == "without" else other.id
    server = Server("goes-on", NEXT_DOOR)
    assert await closed(database, server, LATER) == ClosedWork(0, 0, 0)
    assert server.asked == {"goes-on", NEXT_DOOR}


async def test_what_was_written_just_now_is_not_asked_about(database, house, all_at_work):
    server = Server()
    assert await closed(database, server, NOON + GRACE) == ClosedWork(0, 0, 0)
    assert server.asked == set()


LEASES = {"a-run": None, sync_client_id("harbour-lane", "SMIT0001"): None, "another": "another"}
"""Who holds a client, and who holds it once the lost run and the lost sync are closed."""


@pytest.mark.parametrize(("holder", "kept"), LEASES.items())
async def test_what_nobody_goes_on_with_is_closed_and_lets_go_of_its_client(database, house, all_at_work, holder, kept):
    async with database.transaction() as session:
        (await session.get_one(Connection, house.connection_id)).pull_holder = holder
    async with database.transaction() as session:  # what was written of it meanwhile, and of a practice, says nothing
        of: dict[str, Any] = {"practice_id": house.practice.id, "client_id": house.client_id, "at": LATER}
        session.add(Event(connection_id=house.connection_id, kind="connection.refreshed", **of))
        session.add(Event(kind="connection.disconnecting", **of))
    assert await closed(database, Server(NEXT_DOOR), LATER) == ClosedWork(1, 1, 1)
    async with database.session() as session:
        run = await session.get_one(Run, "a-run")
        row = await session.get_one(RunOrganisation, ("waits", "org-1"))
        connection = await session.get_one(Connection, house.connection_id)
    assert (run.result, row.outcome, connection.status) == (Result.FAILED, Outcome.FAILED, ConnectionStatus.CONNECTED)
    assert connection.pull_holder == kept


async def test_what_waits_in_one_run_is_closed_at_once(database, house):
    await add(database, house, "this", Outcome.RETRYING)
    server = Server()
    assert await LostWork(database, server, lambda: LATER).close_waiting("other") == 0
    assert server.asked == set()
    assert await LostWork(database, server, lambda: LATER).close_waiting("this") == 1
    assert server.asked == {sync_client_id("harbour-lane", "SMIT0001")}
