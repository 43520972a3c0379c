"""Invitations: a link works once, for seven days, for the one colleague, and only admins make it."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePosixPath

import pytest

from contracts.words.refusals import RefusalCode, Refused
from models.practices.tables import Colleague
from starter.access.sessions import INVITATION, NO_INVITATION
from tests.journeys.scene import PATIENCE
from tests.web.house import PASSWORD, House, Person, made_house, session_of, visitor
from tests.web.pages.signing_in.test_signing_in import is_in, sign_in

WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
OURS = ("starter", "web", "models", "sqlalchemy")
NEW = "seven calm boats on a lake"


async def link_for(by: Person, to: Person) -> str:
    return await by.scene.operations.sessions.invite(by.actor, to.actor.colleague_id)


async def accept(house: House, link: str, password: str = NEW) -> tuple[int, str, str]:
    http = visitor(house.scene)
    answer = await http.post(link, data={"password": password, "again": password})
    return answer.status_code, answer.text, http.cookies.get("clientsync") or ""


async def test_a_link_sets_a_password_and_signs_in_once(house: House):
    own = await made_house(house.scene)
    earlier = await session_of(own.member)
    link = await link_for(own.admin, own.member)
    form = await visitor(house.scene).get(link)
    assert own.member.email in form.text
    assert (await accept(house, link, "short"))[0] == 422
    status, _, token = await accept(house, link)
    assert status == 303
    assert await is_in(visitor(house.scene, token))
    assert not await is_in(visitor(house.scene, earlier))
    assert (await sign_in(visitor(house.scene), own.member.email, NEW)).status_code == 303
    assert (await sign_in(visitor(house.scene), own.member.email, PASSWORD)).status_code == 401
    status, text, token = await accept(house, link, PASSWORD)
    assert (status, NO_INVITATION in text, token) == (404, True, "")


@pytest.mark.thorough
async def test_two_browsers_cannot_both_use_a_link(house: House):
    own = await made_house(house.scene)
    link = await link_for(own.admin, own.member)
    async with house.scene.database.transaction() as session:  # holds both up after they have looked at the link
        await session.get(Colleague, own.member.actor.colleague_id, with_for_update=True)
        using = [asyncio.create_task(accept(house, link, f"{NEW} {number}")) for number in range(2)]
        async with asyncio.timeout(PATIENCE):
            while (await house.scene.rows(WAITING))[0][0] < len(using):
                pass
    answers = await asyncio.gather(*using)
    assert sorted(status for status, _, _ in answers) == [303, 404]


async def test_links_end_after_seven_days(house: House, later: Callable[[timedelta], None]):
    own = await made_house(house.scene)
    link = await link_for(own.admin, own.member)
    later(INVITATION - timedelta(minutes=1))
    assert (await visitor(house.scene).get(link)).status_code == 200
    later(INVITATION + timedelta(minutes=1))
    assert (await visitor(house.scene).get(link)).status_code == 404
    assert (await accept(house, link))[0] == 404


async def test_a_new_link_ends_the_one_before_and_leaving_ends_all(house: House):
    own = await made_house(house.scene)
    first, second = await link_for(own.admin, own.member), await link_for(own.admin, own.member)
    assert (await visitor(house.scene).get(first)).status_code == 404
    assert (await visitor(house.scene).get(second)).status_code == 200
    await own.scene.operations.colleagues.deactivate(own.admin.actor, own.member.actor.colleague_id)
    assert (await accept(house, second))[0] == 404


async def test_only_admins_invite_and_only_their_own(house: House):
    for by, to, code in (
        (house.member, house.admin, RefusalCode.FORBIDDEN),
        (house.admin, house.neighbour, RefusalCode.NOT_FOUND),
        (house.neighbour, house.member, RefusalCode.NOT_FOUND),
    ):
        with pytest.raises(Refused) as refused:
            await link_for(by, to)
        assert refused.value.refusal.code is code


async def test_a_links_secret_is_neither_kept_nor_logged(house: House, caplog: pytest.LogCaptureFixture):
    own = await made_house(house.scene)
    link = await link_for(own.admin, own.member)
    secret = PurePosixPath(link).name
    with caplog.at_level(logging.DEBUG):
        await visitor(house.scene).get(link)
        await accept(house, link)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(OURS)]
    assert "GET /invitation/[hidden] 200" in ours  # uvicorn's own lines are off, as in ``web.server``
    assert all(secret not in message for message in ours)
    everything = await house.scene.everything()
    assert all(secret not in row[0] for name in ("invitations", "events") for row in everything[name])
