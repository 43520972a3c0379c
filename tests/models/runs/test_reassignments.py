"""Whose clients *Reassign clients* and a hand-over list, by which login each is read, and who is told of the move."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.runs import Action, Outcome, RunKind, Verdict
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import Grant, GrantReach
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.notices.tables import Notice
from models.practices.tables import Colleague
from models.practices.writes import create_colleague
from models.runs import reassignments, surveys
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON, House, credential, sign_in

pytestmark = pytest.mark.usefixtures("next_door")


@pytest.fixture
async def bea(database: Database, house: House) -> Colleague:
    """She gets the clients."""
    async with database.transaction() as session:
        return await create_colleague(session, house.practice.id, email="bea@harbour.test", name="Bea")


async def now_is(database: Database, house: House, **values: Any) -> None:
    """The client and its connection are as always, but for what is told."""
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        client = await session.get_one(Client, house.client_id)
        for name, value in values.items():
            setattr(client if name == "archived_at" else connection, name, value)


NOT_TAKEN: list[dict[str, object]] = [{"is_current": False}, {"provider": "another"}]
LEAVING: list[dict[str, object]] = [
    {"status": ConnectionStatus.DISCONNECTING},
    {"status": ConnectionStatus.DISCONNECTED},
]
ARCHIVED: list[dict[str, object]] = [{"archived_at": NOON}]


@pytest.mark.parametrize("values", [{}, *NOT_TAKEN, *LEAVING, *ARCHIVED])
async def test_others_clients_are_listed_that_the_login_reaches(database, house, bea, values):
    await now_is(database, house, **values)

    async def reached(practice_id: UUID, colleague_id: UUID, *organisations: str) -> list[UUID]:
        async with database.session() as session:
            asked = (practice_id, "xero", house.grant_id, organisations, colleague_id)
            return [one.client_id for one in await reassignments.reached_clients(session, *asked)]

    assert await reached(house.practice.id, bea.id, "org-1", "org-2") == ([] if values else [house.client_id])
    assert await reached(house.practice.id, bea.id, "org-2") == []
    assert await reached(house.practice.id, house.colleague.id, "org-1") == []
    assert await reached(house.other_practice.id, bea.id, "org-1") == []


async def handed_over(database: Database, practice_id: UUID, from_id: UUID, to_id: UUID) -> list[tuple[UUID, UUID]]:
    async with database.session() as session:
        found = await reassignments.clients_of(session, practice_id, "xero", from_id, to_id)
    return [(one.client_id, one.grant_id) for one in found]


@pytest.mark.parametrize("values", [{}, *NOT_TAKEN, *LEAVING, *ARCHIVED])
async def test_all_clients_of_whoever_hands_over_are_listed(database, house, bea, values):
    await now_is(database, house, **values)
    is_listed = not values or values in LEAVING
    expected = [(house.client_id, house.grant_id)] if is_listed else []
    assert await handed_over(database, house.practice.id, house.colleague.id, bea.id) == expected
    assert await handed_over(database, house.practice.id, bea.id, house.colleague.id) == []
    assert await handed_over(database, house.other_practice.id, house.colleague.id, bea.id) == []


@pytest.mark.parametrize(
    ("reached", "status", "is_hers", "expected"),
    [
        ("org-1", GrantStatus.ACTIVE, True, True),
        ("org-2", GrantStatus.ACTIVE, True, False),
        ("org-1", GrantStatus.SIGNED_OUT, True, False),
        ("org-1", GrantStatus.ACTIVE, False, False),
    ],
)
async def test_a_client_is_read_with_a_login_of_the_new_owner_that_reaches_it(
    database: Database,
    sealer: Sealer,
    house: House,
    bea: Colleague,
    reached: str,
    status: GrantStatus,
    is_hers: bool,
    expected: bool,
):
    whose = bea if is_hers else house.other_colleague
    async with database.transaction() as session:
        grant = await upsert_grant(
            session,
            sealer,
            provider="xero",
            credential=credential(2, account_key="user-2"),
            practice_id=whose.practice_id,
            colleague_id=whose.id,
            at=NOON,
        )
        grant.status = status
        session.add(GrantReach(grant_id=grant.id, organisation_id=reached, name="Smith Ltd"))
        session.add(GrantReach(grant_id=house.grant_id, organisation_id="org-1", name="Smith Ltd"))
    login = grant.id if expected else house.grant_id
    found = await handed_over(database, house.practice.id, house.colleague.id, bea.id)
    assert found == [(house.client_id, login)]


@pytest.mark.parametrize(
    ("outcome", "new_owner", "left_at", "is_told"),
    [
        (Outcome.REASSIGNED, "bea", None, True),
        (Outcome.REASSIGNED, "bea", NOON, False),  # the old owner has left
        (Outcome.REASSIGNED, "ada", None, False),
        (Outcome.SKIPPED, "bea", None, False),
    ],
)
async def test_the_old_owner_is_told_once(
    database: Database,
    house: House,
    bea: Colleague,
    outcome: Outcome,
    new_owner: str,
    left_at: datetime | None,
    is_told: bool,
):
    async with database.transaction() as session:
        (await session.get_one(Colleague, house.colleague.id)).deactivated_at = left_at
        for name in ("a-run", "another"):
            of: dict[str, Any] = {
                "practice_id": house.practice.id,
                "colleague_id": house.colleague.id,
                "provider": "xero",
            }
            session.add(Run(id=name, kind=RunKind.REASSIGN_CLIENTS, **of))
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
                    verdict=Verdict.ALREADY_CLIENT,
                    action=Action.REASSIGN,
                    shown_owner_id=house.colleague.id,
                    owner_id=bea.id if new_owner == "bea" else house.colleague.id,
                    outcome=outcome,
                )
            )
    for expected in (int(is_told), 0):
        async with database.transaction() as session:
            assert await reassignments.tell_old_owners(session, "a-run", NOON) == expected
    async with database.session() as session:
        subjects = (await session.exec(select(Notice.subject).where(Notice.practice_id == house.practice.id))).all()
    assert list(subjects) == (["One of your clients has a new owner"] if is_told else [])


# Reconnect all


@pytest.mark.parametrize("values", [{}, *NOT_TAKEN, *LEAVING])
async def test_connections_that_are_in_use_are_surveyed_and_one_that_somebody_means_when_it_has_ended(
    database, house, values
):
    await now_is(database, house, **values)

    async def surveyed(practice_id: UUID, connection_id: UUID | None = None) -> list[UUID]:
        async with database.session() as session:
            found = await surveys.living_connections(session, practice_id, "xero", NOON, connection_id)
        return [one.connection_id for one in found]

    mine, is_ended = [house.connection_id], values == {"status": ConnectionStatus.DISCONNECTED}
    assert await surveyed(house.practice.id) == ([] if values else mine)
    assert await surveyed(house.practice.id, house.connection_id) == (mine if is_ended or not values else [])
    assert await surveyed(house.practice.id, house.client_id) == []
    assert await surveyed(house.other_practice.id) == []
    assert await surveyed(house.other_practice.id, house.connection_id) == []


@pytest.mark.parametrize(("ends_at", "has_ended"), [(None, False), (NOON, True), (NOON + timedelta(days=1), False)])
async def test_a_login_is_over_by_the_time_of_whoever_looks(database, house, ends_at, has_ended):
    async with database.transaction() as session:
        await session.exec(update(Grant).where(col(Grant.id) == house.grant_id).values(ends_at=ends_at))
        [found] = await surveys.living_connections(session, house.practice.id, "xero", NOON)
    assert found.has_ended is has_ended


@pytest.mark.parametrize(("provider", "reaches"), [("xero", True), ("another", False)])
async def test_who_reaches_an_organisation_of_the_same_id_at_another_provider_does_not_reach_this_one(
    database: Database, sealer: Sealer, house: House, bea: Colleague, provider: str, reaches: bool
):
    async with database.transaction() as session:
        grant = await upsert_grant(
            session,
            sealer,
            provider=provider,
            credential=credential(2, account_key="user-2"),
            practice_id=bea.practice_id,
            colleague_id=bea.id,
            at=NOON,
        )
        session.add(GrantReach(grant_id=grant.id, organisation_id="org-1", name="Smith Ltd"))
    async with database.session() as session:
        [found] = await surveys.living_connections(session, house.practice.id, "xero", NOON)
    assert found.reached_by == (("Bea",) if reaches else ())
    login = grant.id if reaches else house.grant_id
    assert await handed_over(database, house.practice.id, house.colleague.id, bea.id) == [(house.client_id, login)]


# Taking over


@pytest.mark.parametrize("values", [{}, *NOT_TAKEN, *LEAVING, *ARCHIVED])
async def test_sign_ins_that_a_takeover_would_end_are_told_with_whoever_gave_them_last(
    database: Database, sealer: Sealer, house: House, bea: Colleague, values: dict[str, object]
):
    async def held(practice_id: UUID, colleague_id: UUID) -> list[tuple[str, str]]:
        async with database.session() as session:
            found = await reassignments.held_sign_ins(session, practice_id, "xero", colleague_id)
        return [(one.holder, one.client) for one in found]

    await now_is(database, house, **values)
    assert await held(house.practice.id, bea.id) == ([] if values else [("Ada", "Smith Ltd")])
    assert await held(house.practice.id, house.colleague.id) == []  # her own clients
    assert await held(house.other_practice.id, bea.id) == []
    await sign_in(database, sealer, house, 2, colleague_id=bea.id)
    assert await held(house.practice.id, bea.id) == ([] if values else [("Bea", "Smith Ltd")])
