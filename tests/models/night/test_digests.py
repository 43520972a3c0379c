"""Of whom a night tells and whom it tells: each condition of its queries is tried alone."""

from datetime import timedelta

import pytest
from sqlmodel import select

from contracts.words.causes import Cause
from contracts.words.practices import Role
from models.connections.tables import Connection, SignInEndWarning
from models.kit.database import Database
from models.night import digests
from models.practices.tables import Colleague, Team, TeamMember
from rules.night.digesting import ClientToTellOf, Recipient, Staff
from rules.night.sign_in_ends import EndingSignIn, EndWarning
from tests.models.conftest import NOON, House
from tests.models.one_thing import after_each, run, setting

pytestmark = pytest.mark.usefixtures("next_door")

DAY = timedelta(days=1)
NOT_IN_USE = ("status = 'disconnecting'", "status = 'disconnected'", "is_current = false")


async def test_a_night_tells_of_trouble_and_of_what_works_again(database, house):
    async def asked(session):
        theirs = await digests.to_tell_of(session, house.practice.id)
        assert not await digests.to_tell_of(session, house.other_practice.id)
        return [(one.connection_id, one.name, one.cause, one.told_at) for one in theirs]

    tells = [
        f"{values} WHERE id = :id"
        for values in setting(
            "connections",
            "cause = NULL",
            "cause = 'access_lost'",
            "told_at = :at",
            "cause = 'access_lost', told_at = :at",
            *(f"cause = 'access_lost', {gone}" for gone in NOT_IN_USE),
        )
    ]
    found = await after_each(database, asked, tells, id=house.connection_id, at=NOON)
    it = (house.connection_id, "Smith Ltd")
    assert list(found.values()) == [
        [],
        [(*it, Cause.ACCESS_LOST, None)],
        [(*it, None, NOON)],
        [(*it, Cause.ACCESS_LOST, NOON)],
        [],
        [],
        [],
    ]


async def test_only_what_is_connected_is_told_of_before_its_sign_in_ends(database, house):
    async def asked(session):
        assert not await digests.ending_sign_ins(session, house.other_practice.id, NOON)
        found = await digests.ending_sign_ins(session, house.practice.id, NOON)
        assert {(one.client.connection_id, one.client.cause, one.ends_at) for one in found} <= {told}
        return len(found)

    told = (house.connection_id, None, NOON)
    async with database.transaction() as session:
        await run(session, "UPDATE grants SET ends_at = :at WHERE id = :id", at=NOON, id=house.grant_id)
    ends = setting(
        "grants",
        "label = ''",
        "ends_at = ends_at + interval '1 s'",
        "ends_at = CASE WHEN ends_at IS NULL THEN timestamptz 'epoch' END",
        "status = 'signed_out'",
    )
    stays = setting("connections", "cause = 'unknown'")
    not_connected = setting("connections", "status = 'needs_reconnect'", *NOT_IN_USE)
    found = await after_each(database, asked, [*ends, *stays, *not_connected], at=NOON)
    assert list(found.values()) == [1, 0, 0, 0, 1, 0, 0, 0, 0]


async def test_of_each_end_somebody_is_warned_once_a_month_and_once_a_week_before(database, house):
    client = ClientToTellOf(
        house.connection_id, house.client_id, "Smith Ltd", "SMIT0001", house.colleague.id, None, None, None, None, None
    )
    ends, later = EndingSignIn(client, NOON + DAY), EndingSignIn(client, NOON + 2 * DAY)
    month, week = EndWarning.MONTH, EndWarning.WEEK
    async with database.transaction() as session:
        assert await digests.first_warned(session, [(ends, month)], NOON) == [ends]
        assert await digests.first_warned(session, [(ends, month), (ends, week), (later, month)], NOON) == [ends, later]
        assert {one.warned_at for one in await session.exec(select(SignInEndWarning))} == {NOON}


async def test_active_people_of_the_practice_and_its_teams_may_be_told(database, house):
    async with database.transaction() as session:
        (await session.get_one(Colleague, house.colleague.id)).role = Role.MEMBER
        admin = Colleague(practice_id=house.practice.id, email="bea@harbour.test", name="Bea", role=Role.ADMIN)
        left = Colleague(practice_id=house.practice.id, email="dee@harbour.test", name="Dee", deactivated_at=NOON)
        team, empty = (Team(practice_id=house.practice.id, name=name) for name in ("Payroll", "Nobody"))
        theirs = Team(practice_id=house.other_practice.id, name="Payroll")
        session.add_all([admin, left, team, empty, theirs])
        await session.flush()
        members = [(team, house.colleague), (team, admin), (theirs, house.other_colleague)]
        session.add_all(TeamMember(team_id=of.id, colleague_id=one.id) for of, one in members)
        await session.flush()
        found = await digests.staff_of(session, house.practice.id)
    ada, bea = house.colleague.id, admin.id
    assert found == Staff({ada: Recipient("Ada", False), bea: Recipient("Bea", True)}, {team.id: {ada, bea}})


async def test_whose_clients_have_books_at_a_software(database, house):
    async def asked(session):
        whose = [(house.practice, "xero"), (house.practice, "sage"), (house.other_practice, "xero")]
        return [await digests.has_clients_at(session, one.id, provider) for one, provider in whose]

    left = "UPDATE connections SET is_current = false WHERE id = :id"
    assert await after_each(database, asked, ["SELECT 1", left], id=house.connection_id) == {
        "SELECT 1": [True, False, False],
        left: [False, False, False],
    }


@pytest.mark.parametrize(
    ("before", "told", "closed", "after"),
    [(None, True, False, NOON), (NOON - DAY, True, False, NOON), (NOON - DAY, False, True, None)],
)
async def test_what_was_told_is_known_until_it_works_again(database, house, before, told, closed, after):
    """Of what is next door nobody was told (``next_door``)."""
    these = [house.connection_id]
    async with database.transaction() as session:
        (await session.get_one(Connection, house.connection_id)).told_at = before
        await session.flush()
        await digests.mark_told(session, these if told else [], these if closed else [], NOON)
    assert await told_at(database, house) == after


async def told_at(database: Database, house: House) -> object:
    async with database.session() as session:
        return (await session.get_one(Connection, house.connection_id)).told_at
