"""The lease on a connection: taken by one at a time, and kept, held and given back by nobody else.

Next door another holder has one, which stays as it is whatever is done here (``next_door``).
"""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from contracts.words.runs import Outcome, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.connections import leases
from models.connections.leases import LEASE
from models.connections.tables import Connection
from models.kit.database import Database
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON, House, a_connection

pytestmark = pytest.mark.usefixtures("next_door")

A_MOMENT = timedelta(seconds=1)


@pytest.fixture(autouse=True)
async def held(database: Database, house: House) -> None:
    """Somebody has taken it at noon."""
    assert await taken(database, house, "first", NOON)


async def taken(database: Database, house: House, holder: str, at: datetime) -> bool:
    async with database.transaction() as session:
        return await leases.claim_one(session, house.connection_id, holder, at) is not None


async def lease(database: Database, house: House) -> tuple[str | None, datetime | None]:
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
        return connection.pull_holder, connection.pull_until


async def test_nobody_else_takes_it_until_it_is_over(database, house):
    assert not await taken(database, house, "second", NOON + LEASE)
    assert await lease(database, house) == ("first", NOON + LEASE)
    assert await taken(database, house, "second", NOON + LEASE + A_MOMENT)
    assert await lease(database, house) == ("second", NOON + LEASE + A_MOMENT + LEASE)


async def test_what_was_claimed_is_as_the_claim_left_it(database, house):
    async with database.transaction() as session:
        before = await session.get_one(Connection, house.connection_id)
        assert before.pull_until == NOON + LEASE
        (claimed,) = await leases.claim(session, [house.connection_id], "first", NOON + A_MOMENT)
        assert (claimed.pull_holder, claimed.pull_until) == ("first", NOON + A_MOMENT + LEASE)


async def test_its_holder_takes_it_again(database, house):
    assert await taken(database, house, "first", NOON + A_MOMENT)
    assert await lease(database, house) == ("first", NOON + A_MOMENT + LEASE)


async def test_only_its_holder_renews_holds_and_gives_it_back(database, house):
    mine, later = (house.connection_id,), NOON + A_MOMENT
    async with database.transaction() as session:
        assert await leases.hold(session, mine, "second") == set()
        await leases.renew(session, mine, "second", later)
        await leases.release(session, mine, holder="second")
    assert await lease(database, house) == ("first", NOON + LEASE)
    async with database.transaction() as session:
        assert await leases.hold(session, mine, "first") == {house.connection_id}
        await leases.renew(session, mine, "first", later)
    assert await lease(database, house) == ("first", later + LEASE)
    async with database.transaction() as session:
        await leases.release(session, mine, holder="first")
    assert await lease(database, house) == (None, None)


async def test_of_several_that_one_holds_those_that_are_named_are_meant(database, house):
    async with database.transaction() as session:
        client = Client(practice_id=house.practice.id, name="Jones Ltd", code="JONE0001", owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        other = a_connection(house.practice.id, client.id, house.grant_id, "org-2")
        session.add(other)
    async with database.transaction() as session:
        both = [house.connection_id, other.id]
        assert {one.id for one in await leases.claim(session, both, "first", NOON)} == set(both)
    async with database.transaction() as session:
        assert await leases.hold(session, [other.id], "first") == {other.id}
        await leases.renew(session, [other.id], "first", NOON + A_MOMENT)
        assert await lease(database, house) == ("first", NOON + LEASE)
    async with database.transaction() as session:
        await leases.release(session, [other.id], holder="first")
    assert await lease(database, house) == ("first", NOON + LEASE)


async def test_what_is_not_there_is_told_apart_from_what_is_taken(database):
    async with database.transaction() as session:
        with pytest.raises(LookupError):
            await leases.claim_one(session, UUID(int=0), "second", NOON)


async def test_what_an_ended_run_held_is_given_back_and_what_others_hold_of_its_connections_is_not(database, house):
    async with database.transaction() as session:
        for name in ("first", "second"):
            of = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "provider": "xero"}
            session.add(Run(id=name, kind=RunKind.ADD_CLIENTS, stage=Stage.FINISHED, **of))
            await session.flush()
            row = {"organisation_id": "org-1", "position": 0, "name": "Smith Ltd", "grant_id": house.grant_id}
            whose = {"connection_id": house.connection_id, "verdict": Verdict.NEW, "outcome": Outcome.FAILED}
            session.add(RunOrganisation(run_id=name, **row, **whose))
    async with database.transaction() as session:
        await leases.release_of_run(session, "second")
    assert await lease(database, house) == ("first", NOON + LEASE)
    async with database.transaction() as session:
        await leases.release_of_run(session, "first")
    assert await lease(database, house) == (None, None)
