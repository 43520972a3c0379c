"""A good pull leaves nothing of the trouble before it; who recovers without one, or was never read, is due at once."""

from datetime import datetime, timedelta

import pytest

from contracts.words.causes import DISPROVED_BY_LISTING, Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import ListName
from contracts.words.runs import Outcome, RunKind, Stage, Verdict
from models.connections import health as connection_health
from models.connections import receipts
from models.connections import writes as connections
from models.connections.tables import Connection
from models.kit.columns import now
from models.kit.database import Database
from models.lists import good_pulls
from models.lists.good_pulls import GoodPull
from models.night import reads as checks
from models.night.writes import record_looks
from models.runs.tables import Run, RunOrganisation
from rules.night import diagnosing
from rules.night.diagnosing import Look
from tests.models.conftest import NOON, House

pytestmark = pytest.mark.usefixtures("next_door")


async def test_a_good_pull_clears_the_cause_and_connects_again(database: Database, house: House):
    at = now()
    async with database.transaction() as session:
        await connections.record_trouble(
            session, house.connection_id, Cause.ACCESS_LOST, "HTTP 403", at, until=at + timedelta(hours=1)
        )
    async with database.session() as session:
        troubled = await session.get_one(Connection, house.connection_id)
    assert (troubled.status, troubled.cause) == (ConnectionStatus.NEEDS_RECONNECT, Cause.ACCESS_LOST)
    async with database.transaction() as session:
        await good_pulls.record_good(session, [GoodPull(house.connection_id, "New Name Ltd", is_refresh=True)], at)
    async with database.session() as session:
        well = await session.get_one(Connection, house.connection_id)
    assert (well.status, well.cause, well.cause_detail) == (ConnectionStatus.CONNECTED, None, None)
    assert (well.limited_until, well.trouble_since, well.last_good_at) == (None, None, at)
    assert well.organisation_name == "New Name Ltd"
    assert well.next_refresh_at is not None
    assert well.next_refresh_at > at


WITH_RECEIPTS, BY_A_LOOK = "its lists failed", "a look"
NEXT_NIGHT = NOON + timedelta(hours=16)


async def trouble(database: Database, house: House, cause: Cause, told_by: str) -> None:
    async with database.transaction() as session:
        await connection_health.lock(session, (house.connection_id,))
        if told_by == WITH_RECEIPTS:
            await receipts.write_failures(
                session, [receipts.Failure(house.connection_id, ListName, cause, "")], at=NOON
            )
        look = cause if told_by == BY_A_LOOK else None
        await connection_health.write(session, [Look(house.connection_id, look)], NOON)


async def login_answers(database: Database, house: House, at: datetime) -> Connection:
    """The check's look at a login that reaches everything again."""
    async with database.transaction() as session:
        living = await checks.connections_of(session, house.practice.id, house.grant_id, since=at)
        looks = diagnosing.by_listing(living, {"org-1"})
        await record_looks(session, looks, [house.connection_id], DISPROVED_BY_LISTING, at)
    async with database.session() as session:
        return await session.get_one(Connection, house.connection_id)


async def is_due(database: Database, house: House, at: datetime) -> bool:
    """Whether a check reads all lists of the client."""
    async with database.session() as session:
        due = await checks.clients_due(
            session, house.practice.id, at, after=None, limit=10, is_healthy_only=True, read_before=at
        )
    return [one.connection_id for one in due if not one.is_look] == [house.connection_id]


async def made_at(database: Database, house: House, at: datetime, **more: object) -> None:
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        connection.created_at = at
        for name, value in more.items():
            setattr(connection, name, value)
        session.add(connection)


@pytest.mark.parametrize("told_by", [WITH_RECEIPTS, BY_A_LOOK])
@pytest.mark.parametrize("next_refresh_at", [None, NEXT_NIGHT + timedelta(hours=20)])
async def test_a_client_whose_login_recovers_is_due_at_once(database, house, told_by, next_refresh_at):
    await made_at(database, house, NOON - timedelta(hours=1), next_refresh_at=next_refresh_at)
    await trouble(database, house, Cause.SIGNED_OUT, told_by)
    connection = await login_answers(database, house, NEXT_NIGHT)
    assert (connection.status, connection.cause) == (ConnectionStatus.CONNECTED, None)
    assert await is_due(database, house, NEXT_NIGHT)


async def test_what_passed_by_itself_makes_nothing_due(database, house):
    await made_at(database, house, NOON - timedelta(days=9), next_refresh_at=NEXT_NIGHT + timedelta(hours=20))
    await trouble(database, house, Cause.PROVIDER_UNAVAILABLE, BY_A_LOOK)
    assert (await login_answers(database, house, NEXT_NIGHT)).cause is None
    assert not await is_due(database, house, NEXT_NIGHT)


async def test_a_client_that_a_new_sign_in_has_reached_is_due_at_once(database, house):
    await made_at(database, house, NOON - timedelta(hours=1))
    await trouble(database, house, Cause.SIGNED_OUT, BY_A_LOOK)
    async with database.transaction() as session:
        await connections.record_reachable(session, house.connection_id, NOON)
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
    assert (connection.cause, connection.next_refresh_at) == (None, NOON)


@pytest.mark.parametrize(
    ("stage", "outcome", "waits"),
    [
        (None, None, False),
        (Stage.PULLING, None, True),
        (Stage.PULLING, Outcome.FAILED, False),
        (Stage.FINISHED, Outcome.RETRYING, True),
        (Stage.FINISHED, None, False),
    ],
)
async def test_a_client_that_was_never_read_is_due_at_once_unless_its_run_still_reads_it(
    database, house, stage, outcome, waits
):
    await made_at(database, house, NOON)
    if stage is not None:
        async with database.transaction() as session:
            session.add(
                Run(
                    id="run-1",
                    practice_id=house.practice.id,
                    colleague_id=house.colleague.id,
                    provider="xero",
                    kind=RunKind.ADD_CLIENTS,
                    stage=stage,
                )
            )
            await session.flush()
            session.add(
                RunOrganisation(
                    run_id="run-1",
                    organisation_id="org-1",
                    position=0,
                    name="Smith Ltd",
                    grant_id=house.grant_id,
                    client_id=house.client_id,
                    connection_id=house.connection_id,
                    verdict=Verdict.NEW,
                    outcome=outcome,
                )
            )
    assert await is_due(database, house, NOON + timedelta(hours=1)) is not waits
    assert await is_due(database, house, NOON + timedelta(days=1))
