"""Saved views in the database: whose they are, what is shared, and what becomes of one when somebody or a team goes."""

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select

from contracts.words.causes import Cause
from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from models.clients.reads import ClientFilter, ClientOrder, ClientSort, ClientStatus
from models.clients.tables import SavedView
from models.events.tables import Event
from models.kit.database import Database
from models.practices.tables import Team
from models.practices.writes import create_colleague, create_practice, create_team
from starter.actor import Actor
from starter.clients.saved_views import SavedViews, ViewQuery
from starter.people.colleagues import Colleagues

EVERYTHING = ViewQuery(ClientFilter(), ClientOrder(ClientSort.ATTENTION))


@dataclass(frozen=True)
class Firm:
    """Ada is an admin; Bea and Cy are members. Mo is the admin next door."""

    views: SavedViews
    ada: Actor
    bea: Actor
    cy: Actor
    mo: Actor
    team: UUID
    their_team: UUID


@pytest_asyncio.fixture
async def firm(database: Database) -> Firm:
    async with database.transaction() as session:
        ours = await create_practice(session, "Harbour Lane")
        theirs = await create_practice(session, "Mill Street")
        people = ((ours, "Ada", Role.ADMIN), (ours, "Bea", Role.MEMBER), (ours, "Cy", Role.MEMBER))
        for practice, name, role in (*people, (theirs, "Mo", Role.ADMIN)):
            await create_colleague(session, practice.id, email=f"{name}@x.test", name=name, role=role)
        team, their_team = await create_team(session, ours.id, "Tax"), await create_team(session, theirs.id, "Tax")
    by_email = Colleagues(database).by_email
    ada, bea, cy, mo = [await by_email(f"{name}@x.test") for name in ("ada", "bea", "cy", "mo")]
    return Firm(SavedViews(database), ada, bea, cy, mo, team.id, their_team.id)


async def names(firm: Firm, actor: Actor) -> list[str]:
    return [view.name for view in await firm.views.seen_by(actor)]


@pytest.mark.thorough
async def test_a_view_comes_back_as_it_was_kept(firm):
    wanted = ClientFilter("bakery", firm.cy.colleague_id, firm.team, ClientStatus.NEEDS_PERSON, Cause.SIGNED_OUT)
    query = ViewQuery(wanted, ClientOrder(ClientSort.LAST_SYNCED, is_descending=True))
    view_id = await firm.views.save(firm.bea, " Payroll ", query)
    view = await firm.views.one(firm.bea, view_id)
    assert (view.name, view.query, view.left_out) == ("Payroll", query, ())
    assert (view.is_own, view.is_shared, view.may_change, view.owner_name) == (True, False, True, "Bea")


async def test_own_ones_are_one_s_own_and_shared_ones_the_practice_s(firm):
    own = await firm.views.save(firm.bea, "Payroll", EVERYTHING)
    shared = await firm.views.save(firm.bea, "Quarter", EVERYTHING, is_shared=True)
    await firm.views.save(firm.cy, "Zebra", EVERYTHING)
    assert await names(firm, firm.bea) == ["Payroll", "Quarter"]
    assert await names(firm, firm.cy) == ["Zebra", "Quarter"], "one's own come first"
    assert await names(firm, firm.ada) == ["Quarter"]
    assert await names(firm, firm.mo) == []
    for stranger in (firm.cy, firm.ada, firm.mo):
        for attempt in (firm.views.change(stranger, own, name="Mine now"), firm.views.delete(stranger, own)):
            with pytest.raises(Refused) as refused:
                await attempt
            assert refused.value.refusal.code is RefusalCode.NOT_FOUND
    with pytest.raises(Refused, match="Bea shares this view"):
        await firm.views.change(firm.cy, shared, name="Quarter 2")
    await firm.views.change(firm.ada, shared, name="Quarter 2")
    assert await names(firm, firm.bea) == ["Payroll", "Quarter 2"]
    view = await firm.views.change(firm.ada, shared, is_shared=False)
    assert (view.is_shared, view.may_change) == (False, False), "it is Bea's alone again"
    assert await names(firm, firm.ada) == []
    await firm.views.delete(firm.bea, shared)
    assert await names(firm, firm.bea) == ["Payroll"]


@pytest.mark.thorough
async def test_only_what_is_shared_is_told(database, firm):
    own = await firm.views.save(firm.bea, "Payroll", EVERYTHING)
    await firm.views.change(firm.bea, own, name="Pay")
    await firm.views.change(firm.bea, own, is_shared=True)
    await firm.views.change(firm.ada, own, query=ViewQuery(ClientFilter("a"), ClientOrder()))
    await firm.views.change(firm.ada, own, query=ViewQuery(ClientFilter("a"), ClientOrder()))
    await firm.views.delete(firm.ada, own)
    async with database.session() as session:
        found = (await session.exec(select(Event).order_by(col(Event.id)))).all()
    assert [(event.kind, event.before, event.after) for event in found] == [
        ("view.shared", "Pay", "Pay"),
        ("view.changed", "Pay", "Pay"),
        ("view.deleted", "Pay", None),
    ]


@pytest.mark.thorough
async def test_a_name_is_taken_once_by_a_colleague_and_once_by_the_practice(database, firm):
    await firm.views.save(firm.bea, "Payroll", EVERYTHING)
    other = await firm.views.save(firm.bea, "Quarter", EVERYTHING)
    with pytest.raises(Refused, match="There is a view called PAYROLL already"):
        await firm.views.save(firm.bea, "PAYROLL", EVERYTHING)
    with pytest.raises(Refused, match="There is a view called payroll already"):
        await firm.views.change(firm.bea, other, name="payroll")
    await firm.views.save(firm.cy, "Quarter", EVERYTHING, is_shared=True)
    with pytest.raises(Refused, match="The practice shares a view called Quarter already"):
        await firm.views.change(firm.bea, other, is_shared=True)
    both = [firm.views.save(firm.ada, "Twice", EVERYTHING) for _ in range(2)]
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(end, Refused) for end in ended) == [False, True]
    row = SavedView(practice_id=firm.bea.practice_id, owner_id=firm.bea.colleague_id, name="PayRoll", query={})
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            session.add(row)


@pytest.mark.thorough
async def test_thirty_are_kept(database, firm):
    owned = {"practice_id": firm.bea.practice_id, "owner_id": firm.bea.colleague_id, "query": {}}
    async with database.transaction() as session:
        session.add_all([SavedView(**owned, name=f"View {number}") for number in range(30)])
    with pytest.raises(Refused, match="You can keep 30 views at most"):
        await firm.views.save(firm.bea, "One more", EVERYTHING)
    await firm.views.save(firm.cy, "One of another", EVERYTHING)
    (first, *_) = await firm.views.seen_by(firm.bea)
    await firm.views.change(firm.bea, first.view_id, name="Renamed")


async def test_what_is_another_practice_s_is_refused(firm):
    for wanted, field in (
        (ClientFilter(team_id=firm.their_team), "query.team_id"),
        (ClientFilter(owner_id=firm.mo.colleague_id), "query.owner_id"),
        (ClientFilter(team_id=uuid4()), "query.team_id"),
        (ClientFilter(search="x" * 101), "search"),
        (ClientFilter(search="a\x00"), "search"),
    ):
        with pytest.raises(Refused) as refused:
            await firm.views.save(firm.bea, "Theirs", ViewQuery(wanted, ClientOrder()))
        assert refused.value.refusal.field == field
    assert await names(firm, firm.bea) == []


@pytest.mark.thorough
async def test_what_is_gone_is_left_out_and_the_rest_stays(database, firm):
    wanted = ClientFilter("bakery", team_id=firm.team, status=ClientStatus.CONNECTED)
    view_id = await firm.views.save(firm.bea, "Payroll", ViewQuery(wanted, ClientOrder(ClientSort.CODE)))
    async with database.transaction() as session:
        await session.exec(delete(Team).where(col(Team.id) == firm.team))
        view = await session.get_one(SavedView, view_id)
        view.query = view.query | {"status": "paused", "moon": "full"}
    view = await firm.views.one(firm.bea, view_id)
    assert view.left_out == ("moon", "status", "team_id")
    assert view.query == ViewQuery(ClientFilter("bakery"), ClientOrder(ClientSort.CODE))
    await firm.views.change(firm.bea, view_id, name="Bakeries")
    assert (await firm.views.one(firm.bea, view_id)).left_out == ("moon", "status", "team_id"), "nothing is thrown away"


@pytest.mark.thorough
async def test_a_leaver_s_own_views_go_and_shared_ones_stay(database, firm):
    await firm.views.save(firm.bea, "Payroll", EVERYTHING)
    shared = await firm.views.save(
        firm.bea, "Hers", ViewQuery(ClientFilter(owner_id=firm.bea.colleague_id), ClientOrder()), is_shared=True
    )
    await Colleagues(database).deactivate(firm.ada, firm.bea.colleague_id)
    async with database.session() as session:
        assert [view.name for view in (await session.exec(select(SavedView))).all()] == ["Hers"]
    view = await firm.views.one(firm.cy, shared)
    assert (view.has_owner_left, view.may_change, view.left_out) == (True, False, ())
    assert view.query.wanted.owner_id == firm.cy.colleague_id, "a view of one's own clients is of whoever looks"
    with pytest.raises(Refused, match="Bea has left, so nobody would have this view"):
        await firm.views.change(firm.ada, shared, is_shared=False)
    await firm.views.delete(firm.ada, shared)
    assert await names(firm, firm.cy) == []
