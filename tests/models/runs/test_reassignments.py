"""Whose clients *Reassign clients* and a hand-over list, by which login each is read, and who is told of the move."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.runs import Action, Outcome, RunKind, Verdict
from models.clients.tables import Client
from models.connections.tables import Connection
from models.events.tables import Event
from models.grants.tables import GrantReach
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.notices.tables import Notice
from models.practices.tables import Colleague, Team
from models.practices.writes import create_colleague
from models.runs import organisations as run_lists
from models.runs import reassignments, surveys
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON, House, a_connection, credential, sign_in
from tests.models.one_thing import after_each

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
    assert list(subjects) == ([f"{house.practice.name}: One of your clients has a new owner"] if is_told else [])


@pytest.mark.parametrize(("is_handed_over", "action"), [(True, Action.REASSIGN), (False, None)])
async def test_what_is_listed_keeps_its_place_and_the_owner_that_was_shown(
    database: Database, house: House, bea: Colleague, is_handed_over: bool, action: Action | None
):
    """Further clients come behind it; whatever another run lists is its own."""
    new_owner = bea.id if is_handed_over else None
    async with database.transaction() as session:
        of: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": bea.id, "provider": "xero"}
        for name in ("a-run", "another"):
            session.add(Run(id=name, kind=RunKind.REASSIGN_CLIENTS, **of))
        await session.flush()
        asked = (house.practice.id, "xero", house.grant_id, ["org-1"], bea.id)
        [one] = await reassignments.reached_clients(session, *asked)
        others = [one._replace(organisation_id=f"org-{number}") for number in (2, 3, 4)]
        again = one._replace(owner_id=bea.id, name="Another")
        lists = [("another", others, 3), ("a-run", [one], 1), ("a-run", [again, *others[:2]], 3), ("a-run", others, 4)]
        for name, found, total in lists:
            listed = await reassignments.write_list(session, name, found, NOON, new_owner_id=new_owner)
            assert listed == total
        rows = await run_lists.organisations_of(session, "a-run")
    assert [row.organisation_id for row in rows] == ["org-1", "org-2", "org-3", "org-4"]
    assert len({row.position for row in rows}) == len(rows)
    assert (rows[0].position, rows[0].name, rows[0].shown_owner_id) == (0, "Smith Ltd", house.colleague.id)
    assert {(row.action, row.owner_id, row.verdict) for row in rows} == {(action, new_owner, Verdict.ALREADY_CLIENT)}
    assert {(row.client_id, row.matched_client_id) for row in rows} == {(house.client_id, house.client_id)}


async def test_of_each_client_is_shown_who_looks_after_it(database: Database, house: House, bea: Colleague):
    async def asked(session: AsyncSession) -> list[str]:
        of = (house.practice.id, "xero", house.grant_id, ["org-1"], bea.id)
        return [reassignments.shown(one) for one in await reassignments.reached_clients(session, *of)]

    cases = {
        "SELECT 1": ["Looked after by Ada."],
        "UPDATE colleagues SET deactivated_at = now() WHERE name = 'Ada'": ["Looked after by Ada, who has left."],
        "UPDATE clients SET team_id = :payroll": ["Looked after by Ada. Team Payroll."],
    }
    async with database.transaction() as session:
        teams = [Team(practice_id=house.practice.id, name=name) for name in ("Payroll", "Tax")]
        session.add_all(teams)
    assert await after_each(database, asked, cases, payroll=teams[0].id) == cases


async def test_leavers_clients_are_listed_first(database: Database, sealer: Sealer, house: House, bea: Colleague):
    async with database.transaction() as session:
        zoe = await create_colleague(session, house.practice.id, email="zoe@harbour.test", name="Zoe")
        zoe.deactivated_at = NOON
        client = Client(practice_id=house.practice.id, name="Young", code="YOUN0001", owner_id=zoe.id)
        session.add(client)
        await session.flush()
        session.add(a_connection(house.practice.id, client.id, house.grant_id, "org-2"))
        await session.flush()
        asked = (house.practice.id, "xero", house.grant_id, ["org-1", "org-2"], bea.id)
        listed = await reassignments.reached_clients(session, *asked)
    assert [one.client_id for one in listed] == [client.id, house.client_id]


async def test_of_several_logins_that_reach_it_the_one_that_did_last_takes_over(database, sealer, house, bea):
    logins = []
    async with database.transaction() as session:
        for number, days in ((2, 1), (3, 3), (4, 2)):
            of: dict[str, Any] = {"practice_id": bea.practice_id, "colleague_id": bea.id, "at": NOON}
            login = credential(number, account_key=f"user-{number}")
            logins.append((await upsert_grant(session, sealer, provider="xero", credential=login, **of)).id)
            seen = NOON + timedelta(days=days)
            session.add(GrantReach(grant_id=logins[-1], organisation_id="org-1", name="Smith Ltd", seen_at=seen))

    async def asked(session: AsyncSession) -> list[UUID]:
        of = (house.practice.id, "xero", house.colleague.id, bea.id)
        return [one.grant_id for one in await reassignments.clients_of(session, *of)]

    elsewhere = "UPDATE grant_holders SET practice_id = :elsewhere WHERE grant_id = :login"
    cases = {"SELECT 1": [logins[1]], elsewhere: [logins[2]]}
    assert await after_each(database, asked, cases, login=logins[1], elsewhere=house.other_practice.id) == cases


async def test_a_moved_client_is_the_new_owners_and_its_event_says_who_moved_it(database, house, bea):
    async with database.transaction() as session:
        of: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": bea.id, "provider": "xero"}
        run = Run(id="a-run", kind=RunKind.REASSIGN_CLIENTS, **of)
        session.add(run)
        client = await session.get_one(Client, house.client_id, with_for_update=True)
        await reassignments.move_owner(session, client, bea, house.colleague, run, NOON)
    async with database.session() as session:
        assert (await session.get_one(Client, house.client_id)).owner_id == bea.id
        event = (await session.exec(select(Event).where(Event.kind == "client.reassigned"))).one()
    assert (event.client_id, event.run_id, event.colleague_id) == (house.client_id, "a-run", bea.id)
    assert (event.before, event.after) == ("Ada", "Bea")


async def test_only_who_signed_in_with_a_login_holds_it(database: Database, house: House, bea: Colleague):
    async with database.session() as session:
        assert await reassignments.holds(session, house.colleague, house.grant_id)
        assert not await reassignments.holds(session, bea, house.grant_id)


# Reconnect all


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


async def test_a_sign_in_is_whose_who_gave_it_in_this_practice(database: Database, house: House, bea: Colleague):
    async def asked(session: AsyncSession) -> list[str]:
        found = await reassignments.held_sign_ins(session, house.practice.id, "xero", bea.id)
        return [one.holder for one in found]

    holder = """
        INSERT INTO grant_holders (grant_id, practice_id, colleague_id, signed_in_at)
        VALUES ({}, :day)
    """
    other_login = "(SELECT id FROM grants WHERE id <> :login)"
    cases = {
        "UPDATE grant_holders SET colleague_id = :bea WHERE grant_id = :login": ["Bea"],
        holder.format(":login, :elsewhere, :bo"): ["Ada"],
        holder.format(f"{other_login}, :practice, :bea"): ["Ada"],
        "DELETE FROM grant_holders WHERE grant_id = :login": ["Ada"],  # nobody's: the client's owner is told
    }
    ids = {"login": house.grant_id, "practice": house.practice.id, "elsewhere": house.other_practice.id}
    ids |= {"bea": bea.id, "bo": house.other_colleague.id}
    assert await after_each(database, asked, cases, **ids, day=NOON + timedelta(days=9)) == cases
