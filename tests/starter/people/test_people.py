"""Teams, roles and the outbox: for admins of the practice alone, and a practice never loses its last admin."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlmodel import col, select

from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from models.clients.tables import Client
from models.events.tables import Event
from models.kit.database import Database
from models.notices import writes as notices
from models.practices.tables import Colleague
from models.practices.writes import create_colleague, create_practice, create_team
from starter.actor import Actor
from starter.people.colleagues import Colleagues
from starter.people.outbox import Outbox
from starter.people.people import People
from tests.models.conftest import NOON


@dataclass(frozen=True)
class Firm:
    """Ada is its admin; Bea is a member, and Cy has left. Mo is the admin next door."""

    people: People
    ada: Actor
    bea: Actor
    cy: UUID
    mo: Actor
    their_team: UUID


@pytest_asyncio.fixture
async def firm(database: Database) -> Firm:
    async with database.transaction() as session:
        ours = await create_practice(session, "Harbour Lane")
        theirs = await create_practice(session, "Mill Street")
        for practice, name, role in ((ours, "Ada", Role.ADMIN), (ours, "Bea", Role.MEMBER), (theirs, "Mo", Role.ADMIN)):
            await create_colleague(session, practice.id, email=f"{name}@x.test", name=name, role=role)
        cy = await create_colleague(session, ours.id, email="cy@x.test", name="Cy")
        cy.deactivated_at = NOON
        await session.merge(cy)
        their_team = await create_team(session, theirs.id, "Tax")
    by_email = Colleagues(database).by_email
    return Firm(
        People(database),
        await by_email("ada@x.test"),
        await by_email("bea@x.test"),
        cy.id,
        await by_email("mo@x.test"),
        their_team.id,
    )


async def told(database: Database) -> list[tuple[str, str | None, str | None]]:
    async with database.session() as session:
        found = (await session.exec(select(Event).order_by(col(Event.id)))).all()
    return [(event.kind, event.before, event.after) for event in found]


async def test_a_team_with_its_members_and_clients(database, firm):
    people, ada, bea = firm.people, firm.ada, firm.bea
    team_id = await people.create_team(ada, " Payroll ", [ada.colleague_id])
    async with database.transaction() as session:
        session.add(
            Client(practice_id=ada.practice_id, name="A", code="A1", owner_id=ada.colleague_id, team_id=team_id)
        )
    assert await people.add_members(ada, team_id, [ada.colleague_id, bea.colleague_id]) == 1
    await people.rename_team(ada, team_id, "payroll")
    (view,) = await people.teams(bea)
    assert (view.team.name, [member.name for member in view.members], view.clients) == ("payroll", ["Ada", "Bea"], 1)
    assert await people.remove_member(ada, team_id, bea.colleague_id)
    assert not await people.remove_member(ada, team_id, bea.colleague_id)
    (view,) = await people.teams(bea)
    assert [member.name for member in view.members] == ["Ada"]
    assert await told(database) == [
        ("team.created", None, "Payroll"),
        ("team.joined", "Payroll", "Ada"),
        ("team.joined", "Payroll", "Ada, Bea"),
        ("team.renamed", "Payroll", "payroll"),
        ("team.left", "payroll", "Bea"),
    ]


async def test_a_role_changes_both_ways(database, firm):
    await firm.people.change_role(firm.ada, firm.bea.colleague_id, Role.ADMIN)
    await firm.people.change_role(firm.bea, firm.ada.colleague_id, Role.MEMBER)
    assert await told(database) == [
        ("colleague.role_changed", "Bea: member", "Bea: admin"),
        ("colleague.role_changed", "Ada: admin", "Ada: member"),
    ]
    with pytest.raises(Refused) as refused:  # she was one when she signed in, and is none now
        await firm.people.change_role(firm.ada, firm.ada.colleague_id, Role.ADMIN)
    assert refused.value.refusal.code is RefusalCode.FORBIDDEN


async def test_the_last_admin_stays_one(database, firm):
    with pytest.raises(Refused, match="Ada is the only admin") as refused:
        await firm.people.change_role(firm.ada, firm.ada.colleague_id, Role.MEMBER)
    assert refused.value.refusal.field == "role"
    assert (await Colleagues(database).by_email("ada@x.test")).role is Role.ADMIN


async def test_two_admins_who_end_each_other_leave_one(database, firm):
    people, ada, bea = firm.people, firm.ada, firm.bea
    await people.change_role(ada, bea.colleague_id, Role.ADMIN)
    ended = await asyncio.gather(
        people.change_role(ada, bea.colleague_id, Role.MEMBER),
        people.change_role(bea, ada.colleague_id, Role.MEMBER),
        return_exceptions=True,
    )
    assert [type(one) for one in ended if one is not None] == [Refused]
    async with database.session() as session:
        admins = select(Colleague.name).where(Colleague.practice_id == ada.practice_id, Colleague.role == Role.ADMIN)
        assert len((await session.exec(admins)).all()) == 1


@pytest.mark.parametrize("who", ["bea", "mo"])
async def test_members_and_neighbours_change_nothing(database, firm, who):
    people, actor, ada = firm.people, getattr(firm, who), firm.ada
    team_id = await people.create_team(ada, "Payroll")
    tries = [
        lambda: people.rename_team(actor, team_id, "Mine"),
        lambda: people.add_members(actor, team_id, [actor.colleague_id]),
        lambda: people.remove_member(actor, team_id, ada.colleague_id),
        lambda: people.change_role(actor, ada.colleague_id, Role.MEMBER),
    ]
    if who == "bea":
        tries.append(lambda: people.create_team(actor, "Mine"))
    before = await told(database)
    expected = RefusalCode.FORBIDDEN if who == "bea" else RefusalCode.NOT_FOUND
    for attempt in tries:
        with pytest.raises(Refused) as refused:
            await attempt()
        assert refused.value.refusal.code is expected
    assert await told(database) == before


async def test_what_cannot_be(firm):
    people, ada = firm.people, firm.ada
    team_id = await people.create_team(ada, "Payroll")
    other_id = await people.create_team(ada, "VAT")
    tries = [
        (lambda: people.create_team(ada, "PAYROLL"), RefusalCode.DUPLICATE),
        (lambda: people.rename_team(ada, other_id, "payroll"), RefusalCode.DUPLICATE),
        (lambda: people.create_team(ada, " "), RefusalCode.INVALID),
        (lambda: people.rename_team(ada, team_id, "x" * 101), RefusalCode.INVALID),
        (lambda: people.add_members(ada, team_id, [firm.cy]), RefusalCode.UNKNOWN_COLLEAGUE),
        (lambda: people.add_members(ada, team_id, [firm.mo.colleague_id]), RefusalCode.NOT_FOUND),
        (lambda: people.add_members(ada, firm.their_team, [ada.colleague_id]), RefusalCode.NOT_FOUND),
        (lambda: people.change_role(ada, firm.cy, Role.ADMIN), RefusalCode.INVALID),
    ]
    for attempt, code in tries:
        with pytest.raises(Refused) as refused:
            await attempt()
        assert refused.value.refusal.code is code
    assert [(view.team.name, view.members) for view in await people.teams(ada)] == [("Payroll", ()), ("VAT", ())]


async def test_the_outbox_is_for_admins_newest_first(database, firm):
    outbox = Outbox(database)
    async with database.transaction() as session:
        for number, actor in enumerate((firm.bea, firm.ada, firm.mo)):
            letter = {"kind": "digest", "subject": f"Letter {number}", "body": "Hello", "dedupe_key": str(number)}
            of = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id}
            await notices.write(session, [letter | of | {"created_at": NOON + timedelta(minutes=number)}])
        await (await session.connection()).execute(text("UPDATE notices SET sent_at = created_at WHERE body = 'Hello'"))
    found, total = await outbox.find(firm.ada)
    assert [(view.notice.subject, view.name, view.address) for view in found] == [
        ("Letter 1", "Ada", "Ada@x.test"),
        ("Letter 0", "Bea", "Bea@x.test"),
    ]
    assert total == 2
    (second,), total = await outbox.find(firm.ada, limit=1, offset=1)
    assert (second.notice.subject, total) == ("Letter 0", 2)
    with pytest.raises(Refused) as refused:
        await outbox.find(firm.bea)
    assert refused.value.refusal.code is RefusalCode.FORBIDDEN
