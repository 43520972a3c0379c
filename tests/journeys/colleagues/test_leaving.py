"""A colleague leaves: an admin sees what depends on them, ends what they can do here, and nothing else breaks."""

import asyncio
from uuid import uuid4

import httpx2
import pytest

from contracts.words.practices import Role
from emulators.kit.control.words import PersonWords
from tests.journeys.browser import agreed
from tests.journeys.people import change, check, joined, logins, person
from tests.journeys.scene import Json, Scene


async def leaving(scene: Scene, colleague_id: object) -> httpx2.Response:
    return await scene.http.post(f"/api/v1/colleagues/{colleague_id}/deactivate")


async def preview(scene: Scene, colleague_id: object) -> httpx2.Response:
    return await scene.http.get(f"/api/v1/colleagues/{colleague_id}/deactivation")


async def colleague(scene: Scene, name: str) -> Json:
    answer = await scene.http.get("/api/v1/colleagues")
    assert answer.status_code == 200, answer.text
    found: Json = next(one for one in answer.json()["colleagues"] if one["name"] == name)
    return found


@pytest.mark.thorough
async def test_what_depends_on_a_leaver_and_what_their_leaving_ends(make_scene):
    admin = await make_scene(organisations=4)
    lee, ben = await joined(admin, "Lee"), await joined(admin, "Ben")
    async with admin.worker():
        await lee.added()
        run_id, link = await lee.start()
        browser = await admin.browser()
        authorize_url = await agreed(browser, link)
        mine = (await admin.clients())[0]["client_id"]
        await change(
            admin, "UPDATE clients SET owner_id = :ben WHERE id = :mine", ben=ben.actor.colleague_id, mine=mine
        )
        before = await admin.everything()
        shown = (await preview(admin, lee.actor.colleague_id)).json()
        assert await admin.everything() == before
        numbers = ("clients", "connections", "connections_for_others", "runs_under_way")
        assert [shown["colleague"][name] for name in numbers] == [3, 4, 1, 1]
        for sentence in (
            "Lee could not sign in here any more, and their tokens would end. Nothing is disconnected.",
            "4 connections work through the login of Lee, 1 of them for clients of colleagues;",
            "1 run under way goes on.",
            "Lee looks after 3 clients: hand them over to a colleague next.",
        ):
            assert sentence in shown["message"]
        answer = await leaving(admin, lee.actor.colleague_id)
        assert answer.status_code == 200, answer.text
        assert "Lee cannot sign in here any more" in answer.json()["message"]
        assert (await lee.http.get("/api/v1/runs")).status_code == 401
        page = await admin.sign_in(authorize_url, action="continue", browser=browser)
        assert (page.status_code, "took too long" in page.text) == (409, True)
        assert (await browser.get(link)).status_code == 404
        assert (await admin.show(run_id))["stage"] == "awaiting_consent"
        await check(admin)
        health = (await admin.http.get("/api/v1/connections")).json()
        assert health["by_status"] == {"connected": 4}
        again = await leaving(admin, lee.actor.colleague_id)
    assert again.json() == answer.json()
    assert (await colleague(admin, "Lee"))["deactivated_at"] is not None
    told = await admin.rows("SELECT kind, client_id IS NULL, colleague_id, before FROM events WHERE before = 'Lee'")
    assert sorted(told) == sorted(
        [("colleague.deactivated", True, admin.actor.colleague_id, "Lee")]
        + [("client.owner_left", False, admin.actor.colleague_id, "Lee")] * 3
    )


async def test_who_may_and_the_last_admin(make_scene):
    admin = await make_scene(organisations=1)
    lee, ben = await joined(admin, "Lee"), await joined(admin, "Ben")
    neighbour = await admin.neighbour()
    own, theirs = admin.actor.colleague_id, neighbour.actor.colleague_id
    before = await admin.everything()
    for scene, colleague_id, expected in (
        (lee, ben.actor.colleague_id, (403, "forbidden")),
        (lee, lee.actor.colleague_id, (403, "forbidden")),
        (admin, own, (403, "forbidden")),
        (admin, theirs, (404, "not_found")),
        (admin, uuid4(), (404, "not_found")),
    ):
        answer = await leaving(scene, colleague_id)
        assert (answer.status_code, answer.json()["error"]["code"]) == expected
    assert (await preview(lee, own)).status_code == 403
    assert (await preview(admin, theirs)).status_code == 404
    assert await admin.everything() == before
    names = [one["name"] for one in (await admin.http.get("/api/v1/colleagues")).json()["colleagues"]]
    assert names == ["Admin of Harbour Lane", "Ben", "Lee"]


async def test_two_admins_who_end_each_other_leave_one(make_scene):
    admin = await make_scene(organisations=1)
    ben = await joined(admin, "Ben", Role.ADMIN)
    answers = await asyncio.gather(leaving(admin, ben.actor.colleague_id), leaving(ben, admin.actor.colleague_id))
    assert min(answer.status_code for answer in answers) == 200
    here = await admin.rows("SELECT count(*) FROM colleagues WHERE role = 'admin' AND deactivated_at IS NULL")
    assert here == [(1,)]


@pytest.mark.thorough
async def test_a_leavers_login_that_ends_is_told_to_the_admins(make_scene):
    """What the preview warns of: the login ends in the accounting software, and somebody who is here hears of it."""
    admin = await make_scene(organisations=2)
    lee = await joined(admin, "Lee")
    async with admin.worker():
        await lee.added()
        await leaving(admin, lee.actor.colleague_id)
        admin.control.change_person(person(admin, 0), PersonWords(organisation_ids=[]))
        await check(admin)
    assert set(await logins(admin)) == set(admin.world.library.organisations)
    assert await admin.rows("SELECT DISTINCT colleague_id FROM notices") == [(admin.actor.colleague_id,)]
