"""Practices, colleagues, teams and tokens; and the uniqueness that the database keeps."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from contracts.words.practices import Plan, Role
from contracts.words.refusals import RefusalCode, Refused
from models.practices import writes as practices
from tests.models.conftest import a_connection


async def test_practices_of_one_name_get_slugs_of_their_own(database, house):
    async with database.transaction() as session:
        second = await practices.create_practice(session, "Harbour  Lane!", plan=Plan.ADVANCED, client_allowance=2000)
        third = await practices.create_practice(session, "harbour lane")
        long = await practices.create_practice(session, "x" * 200)
    assert [house.practice.slug, second.slug, third.slug] == ["harbour-lane", "harbour-lane-2", "harbour-lane-3"]
    assert (second.plan, second.client_allowance) == (Plan.ADVANCED, 2000)
    assert len(long.slug) <= 40


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "A", "client_allowance": -1}, "client_allowance"),
        ({"name": "A", "time_zone": "Mars/Base"}, "time_zone"),
    ],
)
async def test_bad_practices_are_refused_by_field(database, asked, field):
    with pytest.raises(Refused) as refused:
        async with database.transaction() as session:
            await practices.create_practice(session, **asked)
    assert (refused.value.refusal.code, refused.value.refusal.field) == (RefusalCode.INVALID, field)


async def test_an_email_address_is_taken_in_any_case_within_its_practice(database, house):
    async with database.transaction() as session:
        with pytest.raises(Refused) as refused:
            await practices.create_colleague(session, house.practice.id, email="ADA@harbour.test", name="A")
        elsewhere = await practices.create_colleague(
            session, house.other_practice.id, email="ADA@harbour.test", name="A"
        )
    assert elsewhere.practice_id == house.other_practice.id
    assert refused.value.refusal.code is RefusalCode.DUPLICATE
    assert refused.value.refusal.field == "email"


@pytest.mark.parametrize("email", ["", "ada", "a b@c", "@"])
async def test_what_is_no_email_address_is_refused(database, house, email):
    async with database.transaction() as session:
        with pytest.raises(Refused):
            await practices.create_colleague(session, house.practice.id, email=email, name="A")


async def test_finding_practices_and_colleagues(database, house):
    async with database.session() as session:
        assert (await practices.find_practice(session, "mill-street")).id == house.other_practice.id
        assert (await practices.find_practice(session, "Mill Street")).id == house.other_practice.id
        assert (await practices.find_colleague(session, "Ada@Harbour.test ")).id == house.colleague.id
        with pytest.raises(Refused, match="more than one practice"):
            await practices.find_practice(session)
        with pytest.raises(Refused, match="no practice 'nobody'"):
            await practices.find_practice(session, "nobody")
        with pytest.raises(Refused, match="No active colleague"):
            await practices.find_colleague(session, "nobody@harbour.test")


async def test_teams_take_colleagues_of_their_own_practice(database, house):
    async with database.transaction() as session:
        team = await practices.create_team(session, house.practice.id, "Tax", [house.colleague.id])
        with pytest.raises(Refused, match="exists already"):
            await practices.create_team(session, house.practice.id, "Tax")
        with pytest.raises(Refused, match="not a colleague"):
            await practices.create_team(session, house.practice.id, "VAT", [house.other_colleague.id])
        elsewhere = await practices.create_team(session, house.other_practice.id, "Tax")
    assert team.practice_id == house.practice.id
    assert elsewhere.id != team.id


async def test_colleagues_are_members_unless_said(database, house):
    assert house.colleague.role is Role.MEMBER


async def test_an_organisation_is_connected_once_in_a_practice(database, second_database, house):
    async def connect(pool) -> bool:
        try:
            async with pool.transaction() as session:
                connection = a_connection(house.practice.id, house.client_id, house.grant_id, "org-7")
                connection.is_current = False  # the client has another one
                session.add(connection)
        except IntegrityError:
            return False
        return True

    assert sorted(await asyncio.gather(connect(database), connect(second_database))) == [False, True]
