"""Whom the night's check looks at, and whom it leaves alone: what its queries find of one client in each situation."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.lists import ListName
from contracts.words.runs import Outcome, RunKind, Stage, Verdict
from models.budgets import limits
from models.clients.tables import Client
from models.connections.tables import Connection, Receipt
from models.grants.tables import Grant
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.night import reads as checks
from models.night.writes import record_looks
from models.runs.tables import Run, RunOrganisation
from rules.night.diagnosing import CheckedConnection, Look
from tests.models.conftest import LATER, NOON, House, a_connection, credential

pytestmark = pytest.mark.usefixtures("next_door")

HOUR = timedelta(hours=1)
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


async def now_is(database: Database, house: House, **values: Any) -> None:
    """The client is as it is on most nights, but for what is told."""
    usual = {"created_at": NOON - 9 * HOUR, "last_good_at": NOON - 8 * HOUR, "next_refresh_at": NOON + HOUR}
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        for name, value in {**usual, **values}.items():
            setattr(connection, name, value)
        session.add(connection)


NOT_IN_USE: list[dict[str, object]] = [
    {"status": ConnectionStatus.DISCONNECTING},
    {"status": ConnectionStatus.DISCONNECTED},
    {"is_current": False},
]


@pytest.mark.parametrize(
    ("values", "is_looked_at"),
    [
        ({}, True),
        ({"last_good_at": None}, True),
        ({"created_at": NOON, "last_good_at": NOON}, True),
        ({"created_at": NOON + HOUR, "last_good_at": None}, False),  # made after the check had begun
        ({"last_good_at": NOON + HOUR}, False),  # read after it had
        ({"listed_at": NOON}, True),
        ({"listed_at": NOON + HOUR}, False),  # found in a newer list of the login
        *((values, False) for values in NOT_IN_USE),
    ],
)
async def test_what_was_made_or_read_since_the_check_began_is_left_alone(database, house, values, is_looked_at):
    await now_is(database, house, **values)
    async with database.transaction() as session:
        found = await checks.connections_of(session, house.practice.id, house.grant_id, since=NOON)
        assert [one.connection_id for one in found] == ([house.connection_id] if is_looked_at else [])
        assert not await checks.connections_of(session, house.other_practice.id, house.grant_id, since=NOON)
        assert not await checks.connections_of(session, house.practice.id, FIRST, since=NOON)


async def test_a_check_has_what_was_known_and_nobody_else_writes_it_meanwhile(database, second_database, house):
    await now_is(database, house, look_cause=Cause.RATE_LIMITED, limited_until=NOON + HOUR)
    async with database.transaction() as session, second_database.session() as other:
        found = await checks.connections_of(session, house.practice.id, house.grant_id, since=NOON)
        theirs = select(Connection.grant_id).with_for_update(key_share=True, skip_locked=True)
        assert house.grant_id not in (await other.exec(theirs)).all()
    assert found == [CheckedConnection(house.connection_id, "org-1", Cause.RATE_LIMITED, NOON + HOUR)]


async def due(database: Database, practice_id: UUID, *, after: UUID | None = None, healthy: bool = False) -> list[bool]:
    """Of each client that is due, whether that is for a look alone."""
    async with database.session() as session:
        found = await checks.clients_due(
            session,
            practice_id,
            NOON,
            after=after,
            limit=10,
            is_healthy_only=healthy,
            read_before=NOON - 10 * HOUR,
        )
    return [one.is_look for one in found]


DUE: list[bool] = [False]
LOOK: list[bool] = [True]
NOT: list[bool] = []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, NOT),
        ({"next_refresh_at": NOON}, DUE),
        ({"next_refresh_at": None}, DUE),
        ({"last_good_at": NOON - 10 * HOUR}, LOOK),
        ({"last_good_at": None}, NOT),
        ({"next_refresh_at": NOON, "limited_until": NOON}, DUE),
        ({"next_refresh_at": NOON, "limited_until": NOON + HOUR}, NOT),
        ({"last_good_at": NOON - 10 * HOUR, "limited_until": NOON + HOUR}, NOT),
        *(({"next_refresh_at": NOON, **values}, NOT) for values in NOT_IN_USE),
        # In trouble: what only a pull can disprove is tried, whenever it is due; what a login or waiting ends is not.
        ({"cause": Cause.SUBSCRIPTION_ENDED, "look_cause": Cause.SUBSCRIPTION_ENDED}, DUE),
        ({"cause": Cause.SIGNED_OUT, "look_cause": Cause.SIGNED_OUT, "next_refresh_at": NOON}, NOT),
        ({"cause": Cause.RATE_LIMITED, "look_cause": Cause.RATE_LIMITED, "next_refresh_at": NOON}, NOT),
        ({"cause": Cause.ACCESS_LOST, "last_good_at": NOON - 10 * HOUR}, NOT),
    ],
)
async def test_who_is_due(database, house, values, expected):
    await now_is(database, house, **values)
    assert await due(database, house.practice.id) == expected
    assert await due(database, house.other_practice.id) == NOT
    assert await due(database, house.practice.id, after=FIRST) == expected
    assert await due(database, house.practice.id, after=house.connection_id) == NOT
    if "cause" in values:
        assert await due(database, house.practice.id, healthy=True) == NOT


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("outcome", "stage", "created_at", "expected"),
    [
        (Outcome.RETRYING, Stage.FINISHED, NOON - DAY + HOUR, NOT),
        (Outcome.RETRYING, Stage.FINISHED, NOON - DAY, DUE),
        (None, Stage.PULLING, NOON - DAY + HOUR, NOT),
        (None, Stage.PULLING, NOON - DAY, DUE),
        (None, Stage.FINISHED, NOON, DUE),
        (Outcome.CREATED, Stage.PULLING, NOON, DUE),
    ],
)
async def test_a_client_that_waits_in_a_run_is_left_to_it_for_a_day(
    database, house, outcome, stage, created_at, expected
):
    await now_is(database, house, next_refresh_at=None, last_good_at=None, created_at=created_at)
    of = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "provider": "xero"}
    row = {"grant_id": house.grant_id, "position": 0, "name": "Smith Ltd", "verdict": Verdict.NEW}
    async with database.transaction() as session:
        session.add(Run(id="its-own", kind=RunKind.ADD_CLIENTS, stage=stage, **of))
        session.add(Run(id="another", kind=RunKind.ADD_CLIENTS, stage=Stage.PULLING, **of))
        await session.flush()
        its_own = {"connection_id": house.connection_id, "outcome": outcome}
        session.add(RunOrganisation(run_id="its-own", organisation_id="org-1", **row | its_own))
        session.add(RunOrganisation(run_id="another", organisation_id="org-2", **row))
    assert await due(database, house.practice.id) == expected


@pytest.mark.parametrize(
    ("provider", "until", "expected"),
    [("xero", NOON + HOUR, NOT), ("xero", NOON, DUE), ("sage", NOON + HOUR, DUE)],
)
async def test_nobody_is_due_while_the_whole_app_s_calls_are_used_up(database, house, provider, until, expected):
    await now_is(database, house, next_refresh_at=NOON)
    async with database.transaction() as session:
        await limits.note(session, provider, "month", until)
        await limits.note(session, provider, "month", until - HOUR)  # what was told later and is sooner counts less
    assert await due(database, house.practice.id) == expected


async def test_nobody_is_due_whose_login_is_signed_out(database, house):
    await now_is(database, house, next_refresh_at=NOON)
    async with database.transaction() as session:
        (await session.get_one(Grant, house.grant_id)).status = GrantStatus.SIGNED_OUT
    assert await due(database, house.practice.id) == NOT


@pytest.mark.parametrize(
    ("chosen", "failed", "look", "expected"),
    [
        (None, {ListName.ITEMS: Cause.PERMISSION_MISSING}, None, DUE),
        (None, {ListName.ITEMS: None}, None, NOT),
        ([ListName.ITEMS], {ListName.ITEMS: Cause.PERMISSION_MISSING}, None, DUE),
        ([ListName.CURRENCIES], {ListName.ITEMS: Cause.PERMISSION_MISSING}, None, NOT),
        ([ListName.CURRENCIES], {ListName.ORGANISATION: Cause.PERMISSION_MISSING}, None, DUE),
        (None, {ListName.ITEMS: Cause.PERMISSION_MISSING}, Cause.DISCONNECTED_AT_PROVIDER, NOT),
    ],
)
async def test_a_list_that_failed_is_tried_where_it_is_chosen(database, house, chosen, failed, look, expected):
    names = chosen and [one.value for one in chosen]
    await now_is(database, house, cause=Cause.UNKNOWN, look_cause=look, list_names=names)
    async with database.transaction() as session:
        session.add_all(
            Receipt(connection_id=house.connection_id, list_name=name, cause=cause) for name, cause in failed.items()
        )
    assert await due(database, house.practice.id) == expected


@pytest.mark.parametrize("values", [{}, {"cause": None}, *NOT_IN_USE])
async def test_logins_and_health_are_of_connections_in_use(database, house, values):
    await now_is(database, house, **{"cause": Cause.UNKNOWN} | values)
    async with database.session() as session:
        pages = (None, FIRST, house.grant_id)
        found = [await checks.logins(session, house.practice.id, after=after, limit=9) for after in pages]
        health = await checks.health(session, house.practice.id)
        nothing = await checks.logins(session, house.other_practice.id, after=None, limit=9)
    is_used = not values or "cause" in values
    whole = [(house.grant_id, 1)] if is_used else []
    assert [[(one.grant_id, one.connections) for one in page] for page in found] == [whole, whole, []]
    assert list(nothing) == []
    assert health == ({values.get("cause", Cause.UNKNOWN): 1} if is_used else {})


async def test_page_by_page_each_login_and_each_client_is_met_once(database, sealer, house):
    whose = house.other_colleague
    for number in (3, 2, 1):
        async with database.transaction() as session:
            login = credential(number, account_key=f"user-{number}")
            of = {"practice_id": whose.practice_id, "colleague_id": whose.id, "at": NOON}
            grant = await upsert_grant(session, sealer, provider="xero", credential=login, **of)
            client = Client(practice_id=whose.practice_id, name="Jones", code=f"JONE{number}", owner_id=whose.id)
            session.add(client)
            await session.flush()
            connection = a_connection(whose.practice_id, client.id, grant.id, f"org-{number}")
            connection.id, connection.created_at = UUID(int=number * 168), NOON
            session.add(connection)
    used, met = await all_pages(database, whose.practice_id)
    assert used == sorted(used)
    assert (len(used), met) == (3, [UUID(int=number * 168) for number in (1, 2, 3)])


async def all_pages(database: Database, practice_id: UUID) -> tuple[list[UUID], list[UUID]]:
    """The logins and the connections of the practice, met in pages of one; five pages are too many."""
    used: list[UUID] = []
    met: list[UUID] = []
    asked: dict[str, Any] = {"limit": 1, "is_healthy_only": False, "read_before": NOON}
    async with database.session() as session:
        for _ in range(5):
            logins = await checks.logins(session, practice_id, after=max(used, default=None), limit=1)
            due = await checks.clients_due(session, practice_id, LATER, after=max(met, default=None), **asked)
            assert max(len(logins), len(due)) <= 1
            used += [one.grant_id for one in logins]
            met += [one.connection_id for one in due]
    return used, met


@pytest.mark.parametrize(
    ("before", "found", "failed", "is_due"),
    [
        (None, None, None, False),
        (Cause.SIGNED_OUT, None, None, True),  # nothing was read while somebody was needed
        (Cause.SIGNED_OUT, Cause.ACCESS_LOST, None, False),
        (Cause.PROVIDER_UNAVAILABLE, None, None, False),
        (None, None, Cause.SIGNED_OUT, True),  # a list that failed for what the provider's list disproves
        (None, None, Cause.PERMISSION_MISSING, False),
    ],
)
async def test_what_a_check_disproves_is_read_at_once(database, house, before, found, failed, is_due):
    """Next door the same organisation was not listed; it is another connection (``next_door``)."""
    await now_is(database, house, cause=before, look_cause=before)
    async with database.transaction() as session:
        session.add(Receipt(connection_id=house.connection_id, list_name=ListName.ITEMS, cause=failed))
        await session.flush()
        looks = [Look(house.connection_id, found)]
        became = await record_looks(session, looks, [house.connection_id], [Cause.SIGNED_OUT], NOON)
    async with database.session() as session:
        connection = await session.get_one(Connection, house.connection_id)
    assert (connection.listed_at, connection.next_refresh_at) == (NOON, NOON if is_due else NOON + HOUR)
    lasts = found or (failed if failed is not Cause.SIGNED_OUT else None)
    assert [(one.cause_before, one.cause) for one in became] == [(before, lasts)]


@pytest.mark.parametrize("values", [{}, *NOT_IN_USE])
async def test_trouble_is_of_the_client_that_uses_the_connection_now(database, house, values):
    """A night hands a client over under the code that it has by then."""
    await now_is(database, house, **values)
    async with database.transaction() as session:
        (await session.get_one(Client, house.client_id)).code = "NEW1"
        await session.flush()
        found = await checks.client_of(session, house.connection_id)
    assert found == (None if values else (house.client_id, "Smith Ltd", "NEW1", "Ada"))
