"""*May add clients*: who may not is refused on every way in, told who can allow it, and offered no button."""

from uuid import UUID

import pytest
from playwright.async_api import expect
from sqlalchemy.exc import IntegrityError

from contracts.words.practices import Role
from contracts.words.runs import RunKind
from models.runs.reads import would_add_clients
from tests.journeys.people import change
from tests.web.house import Browsers, House, arrived
from tests.web.looking import looked_at
from tests.web.pages.runs.adding import many_listed
from tests.web.practices.crowd import crowded

NO = "You may not add clients. Ada Harbour can allow it, on your page under Team."


async def test_who_may_not_add_clients_is_refused_whichever_way_they_come(own: House):
    admin, member = own.admin.scene, own.member.scene
    old = (await member.http.post("/api/v1/clients", json={"name": "Ash Ltd", "code": "A1"})).json()["client_id"]
    assert (await member.http.post(f"/api/v1/clients/{old}/archive")).status_code == 200
    run_id, _ = await admin.start()
    theirs = f"/api/v1/colleagues/{own.member.actor.colleague_id}"
    changed = await admin.http.patch(theirs, json={"may_add_clients": False})
    assert (changed.status_code, changed.json()["may_add_clients"]) == (200, False)

    async with admin.nothing_new_in("clients"), admin.nothing_new_in("runs"):
        for path, sent in (
            ("/api/v1/clients", {"name": "Elm Ltd"}),
            (f"/api/v1/clients/{old}/restore", None),
            ("/api/v1/client-sync/xero/add-clients", None),
            (f"/api/v1/runs/{run_id}/selection", {"organisations": [{"organisation_id": "x"}]}),
        ):
            answer = await member.http.post(path, json=sent)
            assert (answer.status_code, answer.json()["error"]["message"]) == (403, NO), path
        shown = (await member.http.post("/api/v1/clients/import", json={"rows": [{"name": "Elm Ltd"}]})).json()
        assert [(row["verdict"], row["message"]) for row in shown["rows"]] == [("refused", NO)]
        browser = await arrived(own.member)
        csrf = (await own.member.scene.operations.sessions.by_token(browser.cookies["clientsync"])).csrf
        for address in ("/clients/new", "/client-sync/xero/add-clients", f"/clients/{old}/restore"):
            form = await browser.post(address, data={"csrf": csrf, "name": "Elm Ltd"})
            assert form.status_code == 403, address
            assert NO in form.text, address

    assert (await admin.http.patch(theirs, json={"may_add_clients": True})).json()["may_add_clients"]
    assert (await member.http.post(f"/api/v1/clients/{old}/restore")).status_code == 200
    kinds = await admin.rows(
        "SELECT kind FROM events WHERE practice_id = :id AND kind LIKE 'colleague.adding%' ORDER BY id",
        id=own.admin.actor.practice_id,
    )
    assert kinds == [("colleague.adding_ended",), ("colleague.adding_allowed",)]
    await admin.cancel(run_id)


@pytest.mark.thorough
async def test_a_retry_adds_nothing_for_who_may_not(own: House):
    run_id, _ = await own.admin.scene.start()
    await own.admin.scene.cancel(run_id)
    await own.admin.scene.until_stage(run_id, "finished")
    await crowded(own.scene.database, own.admin.actor, 1)
    failed = """
        INSERT INTO run_organisations (run_id, organisation_id, position, name, grant_id, outcome, cause, updated_at)
        SELECT :run, 'o', 1, 'O', grant_id, 'failed', 'unknown', now() FROM connections WHERE practice_id = :id LIMIT 1
    """
    await change(own.scene, failed, run=run_id, id=own.admin.actor.practice_id)
    await may(own, allowed=False)
    answer = await own.member.scene.http.post(f"/api/v1/runs/{run_id}/retry")
    assert (answer.status_code, answer.json()["error"]["message"]) == (403, NO)
    made = "UPDATE run_organisations SET client_id = (SELECT client_id FROM connections LIMIT 1) WHERE run_id = :run"
    linked = "UPDATE run_organisations SET client_id = NULL, action = 'link' WHERE run_id = :run"
    for was_it in (made, linked):
        await change(own.scene, was_it, run=run_id)
        async with own.scene.database.session() as session:
            assert not await would_add_clients(session, run_id)
    await change(own.scene, "DELETE FROM run_organisations WHERE run_id = :run", run=run_id)


@pytest.mark.thorough
async def test_admins_may_always_and_only_they_say_who_else(own: House):
    admin, member = own.admin, own.member
    ways = [
        (member, admin.actor.colleague_id, 403, "Only an admin can change teams and roles. Ask one of yours."),
        (own.neighbour, member.actor.colleague_id, 404, "There is no such colleague in your practice."),
        (
            admin,
            admin.actor.colleague_id,
            422,
            "Ada Harbour is an admin, and admins may always add clients. Change the role first.",
        ),
    ]
    for who, whom, status, message in ways:
        answer = await who.scene.http.patch(f"/api/v1/colleagues/{whom}", json={"may_add_clients": False})
        assert (answer.status_code, answer.json()["error"]["message"]) == (status, message)
    await may(own, allowed=False)
    await own.scene.operations.people.change_role(admin.actor, member.actor.colleague_id, Role.ADMIN)
    assert (await own.scene.operations.colleagues.by_email(member.email)).may_add_clients
    with pytest.raises(IntegrityError, match="ck_colleagues_admins_add_clients"):
        await change(
            own.scene, "UPDATE colleagues SET may_add_clients = false WHERE id = :id", id=admin.actor.colleague_id
        )


@pytest.mark.thorough
async def test_an_admin_takes_the_right_and_the_buttons_go(own: House, browsers: Browsers):
    page = await browsers.signed_in(own.admin)
    await page.goto(f"/team/colleagues/{own.member.actor.colleague_id}")
    await page.get_by_role("button", name="Do not let them add clients").click()
    await page.get_by_text("They may not add clients any more.").wait_for()
    await looked_at(page, "colleague-may-not-add")
    theirs = await browsers.signed_in(own.member)
    await theirs.goto("/clients")
    await theirs.get_by_text("You may not add clients. An admin can allow it").wait_for()
    await expect(theirs.get_by_role("button", name="Add clients")).to_have_count(0)
    await expect(theirs.get_by_role("link", name="Add one by hand")).to_have_count(0)


async def may(house: House, *, allowed: bool) -> None:
    whom: UUID = house.member.actor.colleague_id
    await house.scene.operations.people.allow_adding(house.admin.actor, whom, allowed=allowed)


@pytest.mark.thorough
async def test_the_list_to_choose_from_says_so_and_offers_no_button_where_nothing_can_be_linked(own: House):
    await crowded(own.scene.database, own.admin.actor, 1)
    page = f"/activity/{await many_listed(own.admin, RunKind.ADD_CLIENTS, 2)}"
    browser = await arrived(own.member)
    assert 'id="do">' in (await browser.get(page)).text
    its = {"id": own.member.actor.colleague_id}
    await change(own.scene, "UPDATE colleagues SET may_add_clients = false WHERE id = :id", **its)
    shown = (await browser.get(page)).text
    assert 'id="do" disabled>' in shown
    assert "You may not add clients. An admin can allow it, on your page under Team." in shown
    assert "can be linked" not in shown
    assert (await own.admin.scene.http.post("/api/v1/clients", json={"name": "Ash Ltd"})).status_code == 201
    shown = (await browser.get(page)).text
    assert 'id="do">' in shown
    assert "Organisations can be linked to clients that are here already." in shown
