"""The sign-ins that a run expects, one for each organisation: for which they are, and what came of the latest."""

from typing import Any
from uuid import UUID

import pytest

from contracts.words.connections import ConnectionStatus
from contracts.words.runs import RunKind, SignInState
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import ConsentAttempt
from models.kit.database import Database
from models.runs import sign_ins
from models.runs.tables import ExpectedSignIn, Run
from tests.models.conftest import LATER, NOON, House, a_connection
from tests.models.one_thing import after_each, run

pytestmark = pytest.mark.usefixtures("next_door")

NOW = "UPDATE connections SET {}"
OTHERS = " WHERE client_id = :other"
OF_LOGIN = "WITH x AS (UPDATE grants SET status = '{}') UPDATE connections SET status = 'connected', cause = NULL"


@pytest.fixture
async def others(database: Database, house: House) -> UUID:
    """Another client of the practice, in trouble like the house's; the name of its books is the first of all."""
    async with database.transaction() as session:
        (await session.get_one(Connection, house.connection_id)).status = ConnectionStatus.NEEDS_RECONNECT
        client = Client(practice_id=house.practice.id, name="Jones", code="JONE0001", owner_id=house.colleague.id)
        session.add(client)
        await session.flush()
        other = a_connection(house.practice.id, client.id, house.grant_id, "org-2")
        other.organisation_name, other.status = "beta Ltd", ConnectionStatus.NEEDS_RECONNECT
        session.add(other)
    return client.id


def a_run(house: House, name: str = "a-run", **values: Any) -> Run:
    of: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "provider": "xero"}
    return Run(id=name, **{"kind": RunKind.RECONNECT_ALL} | of | values)


def an_attempt(house: House, run_id: str, **values: Any) -> ConsentAttempt:
    of: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "expires_at": NOON}
    secrets: dict[str, Any] = {"state_hash": run_id.encode(), "sealed_secrets": b""}
    return ConsentAttempt(run_id=run_id, provider="xero", **of | secrets | values)


async def test_a_sign_in_is_expected_for_each_connection_that_one_repairs(database, house, others):
    async with database.transaction() as session:
        session.add(a_run(house))

    async def asked(session):
        queued = await session.get_one(Run, "a-run")
        assert await sign_ins.expect_repairs(session, a_run(house, practice_id=house.other_practice.id), NOON) == 0
        first = await sign_ins.first_expected(session, queued, has_queue=True)
        count = await sign_ins.expect_repairs(session, queued, NOON)
        found = [(one.organisation_id, one.position) for one in await sign_ins.expected_of(session, "a-run")]
        assert len(found) == count
        assert first == (found[0][0] if found else None)
        return found

    both = [("org-2", 0), ("org-1", 1)]
    cases = {
        NOW.format("cause = NULL"): both,
        NOW.format("cause = 'access_lost'"): both,
        NOW.format("cause = 'rate_limited'"): [],
        NOW.format("cause = 'subscription_ended'"): [],
        NOW.format("status = 'connected'"): [],
        NOW.format("is_current = false"): [],
        NOW.format("provider = 'another'"): [],
        OF_LOGIN.format("signed_out"): both,
        OF_LOGIN.format("active"): [],
        NOW.format("cause = 'unknown'") + OTHERS: both,
        NOW.format("status = 'connected'") + OTHERS: [("org-1", 0)],
    }
    assert await after_each(database, asked, cases, other=others) == cases


async def test_a_takeover_expects_a_sign_in_for_each_of_its_clients_in_their_order(database, house, others):
    async with database.transaction() as session:
        session.add(a_run(house, kind=RunKind.REASSIGN_CLIENTS))

    async def asked(session):
        queued = await session.get_one(Run, "a-run")
        await sign_ins.expect_takeovers(session, queued, ["org-1", "org-9", "org-2"], NOON)
        return [one.organisation_id for one in await sign_ins.queue_of(session, "a-run")]

    cases = {
        "SELECT 1": ["org-1", "org-2"],
        NOW.format("is_current = false"): [],
        NOW.format("status = 'disconnecting'"): [],
        NOW.format("provider = 'another'"): [],
        NOW.format("practice_id = :elsewhere") + OTHERS: ["org-1"],
        NOW.format("organisation_id = 'org-3'") + OTHERS: ["org-1"],
    }
    assert await after_each(database, asked, cases, other=others, elsewhere=house.other_practice.id) == cases


async def test_a_run_of_one_client_expects_its_organisation_and_a_change_of_books_none(database, house, others):
    async def asked(session):
        alone = a_run(house, client_id=house.client_id)
        expected = await sign_ins.first_expected(session, alone, has_queue=False)
        assert await sign_ins.organisation_expected(session, alone) == expected
        for of_none in (a_run(house), a_run(house, client_id=house.client_id, kind=RunKind.CHANGE_CONNECTION)):
            assert await sign_ins.organisation_expected(session, of_none) is None
        return expected

    cases = {"SELECT 1": "org-1", NOW.format("is_current = false"): None}
    assert await after_each(database, asked, cases) == cases


async def test_what_a_sign_in_brought_is_marked_in_its_own_run(database, house, others):
    async with database.transaction() as session:
        for name in ("a-run", "another"):
            session.add(a_run(house, name))
            await session.flush()
            for place in (1, 0):
                its: dict[str, Any] = {"run_id": name, "client_id": house.client_id, "updated_at": NOON}
                session.add(ExpectedSignIn(organisation_id=f"org-{place}", position=place, name=f"N{place}", **its))
        session.add(a_run(house, "no-queue"))

    async def came(name: str, expected: str | None, *reached: str) -> object:
        async with database.transaction() as session:
            mine = await session.get_one(Run, name)
            attempt = an_attempt(house, name, grant_id=house.grant_id, used_at=NOON)
            attempt.expected_organisation_id = expected
            found = await sign_ins.note_arrival(session, mine, attempt, reached, ["Else Ltd"], LATER)
            return found and (mine.message, await sign_ins.organisation_expected(session, mine))

    async def states(name: str) -> list[tuple[SignInState, str | None, bool]]:
        async with database.session() as session:
            found = await sign_ins.expected_of(session, name)
            return [(one.state, one.came_instead, one.updated_at == LATER) for one in found]

    to_do = (SignInState.TO_DO, None, False)
    assert await came("no-queue", None, "org-0") is None
    message = "You chose Else Ltd; N0 is still to do. 2 sign-ins are left."
    assert await came("a-run", "org-0", "org-9") == (message, "org-0")
    assert await states("a-run") == [(SignInState.TO_DO, "Else Ltd", True), to_do]
    assert await came("a-run", None, "org-0") == ("N0 done. 1 sign-in is left; N1 is next.", "org-1")
    assert await states("a-run") == [(SignInState.DONE, None, True), to_do]
    assert await states("another") == [to_do, to_do]


async def test_a_sign_in_for_the_run_that_succeeded_is_known(database, house):
    async with database.transaction() as session:
        for name in ("a-run", "another"):
            session.add(a_run(house, name))
            await session.flush()
            session.add(an_attempt(house, name))
        assert not await sign_ins.has_signed_in(session, "a-run")
        await session.flush()
        await run(session, "UPDATE consent_attempts SET grant_id = :id WHERE run_id = 'another'", id=house.grant_id)
        found = [await sign_ins.has_signed_in(session, name) for name in ("a-run", "another")]
    assert found == [False, True]
