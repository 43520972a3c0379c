"""Managing one connection in a browser: settings, refresh, reconnect, change and undo, disconnect and back again."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect
from temporalio.api.enums.v1 import EventType
from temporalio.service import RPCError

from contracts.words.connections import ConnectionStatus
from emulators.xero.faults import Kind
from tests.journeys.one_client import PATIENCE, until_event
from tests.journeys.people import change
from tests.journeys.scene import Scene
from tests.web.house import Browsers, House, arrived
from tests.web.looking import looked_at
from tests.web.one_client import Few, added, there, world_person
from tests.web.pages.signing_in.test_signing_in import csrf_of
from tests.web.provider_pages import sign_in_there
from tests.web.taking_turns import ends_elsewhere


@pytest_asyncio.fixture(scope="module")
async def few(house: House) -> Few:
    """Four clients; two of them are out of reach of the stand-in's second person."""
    _, reach, _ = world_person(house.scene, 0)
    _, others, _ = world_person(house.scene, 1)
    far = [one for one in reach if one not in others]
    near = [one for one in reach if one in others]
    return await added(house.admin, [*far[:2], *near[:2]])


@pytest.mark.thorough
async def test_settings(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    await page.goto(few.address(0, "/connection"))
    await looked_at(page, "manage")
    await page.get_by_label("Hours between refreshes").fill("0")
    await page.get_by_label("Items").uncheck()
    await page.get_by_label("Status of costs").select_option("Draft")
    await page.get_by_role("button", name="Save settings").click()
    await there(page, "Give a whole number of hours")
    await expect(page.get_by_label("Hours between refreshes")).to_have_value("0")
    await expect(page.get_by_label("Items")).not_to_be_checked()
    await looked_at(page, "manage-wrong")
    await page.get_by_label("Hours between refreshes").fill("24")
    await page.get_by_role("button", name="Save settings").click()
    await there(page, "The settings are saved.")
    settings = (await few.clients[0].shown())["settings"]
    assert (settings["refresh_hours"], settings["costs_status"]) == (24, "draft")
    assert "items" not in settings["list_names"]
    await page.get_by_role("link", name="Timeline").click()
    await there(page, "Ada Harbour changed a setting. Refresh: every 48 hours → every 24 hours.")
    await looked_at(page, "timeline")


@pytest.mark.thorough
async def test_a_refresh_shows_what_it_brought(few: Few, browsers: Browsers):
    client = few.clients[1]
    page = await browsers.signed_in(few.person)
    await page.goto(few.address(1, "/connection"))
    client.record("Contacts", fields={"Name": "Quay Timber", "IsSupplier": True})
    await page.get_by_role("button", name="Refresh all").click()
    await expect(page.locator("#said")).to_have_text("The lists are refreshed.")  # what was begun ends in its result
    suppliers = page.get_by_role("row", name="Suppliers")
    await suppliers.get_by_text("1 added").wait_for()  # without a reload
    client.record("Accounts", fields={"Code": "999", "Name": "Opened meanwhile", "Type": "EXPENSE"})
    await page.get_by_role("button", name="Refresh all").and_(page.locator(":enabled")).wait_for()
    await page.get_by_role("button", name="Refresh Chart of accounts").click()
    await page.get_by_role("row", name="Chart of accounts").get_by_text("1 added").wait_for()
    await expect(page.locator("#said")).to_have_text("The list is refreshed.")
    await expect(suppliers.get_by_text("1 added")).to_be_visible()
    await page.get_by_role("link", name="Timeline").click()
    await there(page, "Ada Harbour refreshed Chart of accounts, Bank accounts: accounts 1 added.")


@pytest.mark.thorough
async def test_reconnecting_with_the_wrong_login_changes_nothing(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    client = few.clients[0]
    before = await client.shown()
    await page.goto(few.address(0, "/connection"))
    await page.get_by_role("button", name="Reconnect").last.click()
    _, _, left = world_person(few.person.scene, 1)
    await sign_in_there(page, person=1, choose=left[:3] or None)
    await page.wait_for_url(f"**{few.address(0, '/connection')}?run=*")
    await there(page, "Not reconnected.")
    note = page.locator(".note.bad")
    await expect(note).to_contain_text(before["organisation_name"])
    await expect(note).to_contain_text("Nothing was changed.")
    await looked_at(page, "reconnect-wrong")
    after = await client.shown()
    assert (after["login"], after["status"]) == (before["login"], "connected")


@pytest.mark.thorough
async def test_reconnecting_repairs_and_comes_back(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    client = few.clients[1]
    few.person.scene.fault(Kind.DISCONNECTED, organisation_id=client.organisation_id)
    await client.refreshed()
    await page.goto(few.address(1, "/connection"))
    await there(page, "Needs reconnect")
    await looked_at(page, "manage-broken")
    await page.get_by_role("button", name="Reconnect").first.click()
    await sign_in_there(page, choose=[])
    await there(page, "Access was not allowed, so nothing was changed.")
    await looked_at(page, "reconnect-declined")
    await page.get_by_role("button", name="Reconnect").first.click()
    await sign_in_there(page, choose=[client.organisation_id])
    await there(page, "Reconnected.")
    await page.locator(".card .pill.good").first.wait_for()
    assert (await client.shown())["status"] == "connected"


@pytest.mark.thorough
async def test_a_sign_in_that_fails_is_told_until_another_one(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    client = few.clients[0]
    for button in ("Reconnect", "Change the connection"):
        few.person.scene.fault(Kind.SERVER_ERROR, path="/connect/token", times=1)
        await page.goto(few.address(0, "/connection"))
        await page.get_by_role("button", name=button).last.click()
        await sign_in_there(page)
        await there(page, "The sign-in was not completed, so nothing was changed. Sign in again.")
        await page.reload()
        await there(page, "Xero gave no usable answer while the sign-in was being finished. Sign in again.")
        await page.get_by_role("button", name="Sign in to Xero").click()
        await sign_in_there(page, choose=[])
        await there(page, "You came back without allowing access. Nothing was changed.")
        await there(page, "Access was not allowed, so nothing was changed.")
    assert (await client.shown())["status"] == "connected"


async def put_at_stage(scene: Scene, run_id: str, stage: str) -> None:
    await change(scene, "UPDATE runs SET stage = :stage WHERE id = :id", stage=stage, id=run_id)


@pytest.mark.thorough
async def test_changing_the_books_and_back(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    scene, client = few.person.scene, few.clients[2]
    before = await client.shown()
    _, reach, _ = world_person(scene, 0)
    new = next(one for one in reach if one not in {client.organisation_id for client in few.clients})
    name = scene.world.library.organisations[new].name
    await page.goto(few.address(2, "/connection"))
    await page.get_by_role("button", name="Change the connection").click()
    await sign_in_there(page)
    await page.wait_for_url("**/connection/change/*")
    await page.get_by_role("button", name="Continue").wait_for()
    await looked_at(page, "change-choose")
    await page.get_by_label("Search organisations").fill(name)
    await page.get_by_role("button", name="Show", exact=True).click()
    await page.locator(f'input[value="{new}"]').check()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("columnheader", name="Not found").wait_for()
    assert (await client.shown())["organisation_id"] == client.organisation_id
    await looked_at(page, "change-preview")
    run_id = page.url.rsplit("/", 1)[1]
    await put_at_stage(scene, run_id, "awaiting_selection")  # chosen, and not told by the workflow yet
    await page.reload()
    await there(page, "The lists of the new organisation are being read")
    await put_at_stage(scene, run_id, "awaiting_confirmation")
    await page.get_by_role("columnheader", name="Not found").wait_for()
    await page.get_by_role("button", name="Change the connection").click()
    await there(page, "The connection is changed.")
    assert (await client.shown())["organisation_id"] == new
    await looked_at(page, "changed")
    await page.get_by_role("button", name="Undo the change").click()
    await there(page, "The change is undone")
    after = await client.shown()
    assert (after["organisation_id"], after["settings"]) == (client.organisation_id, before["settings"])
    await page.goto(few.address(2, "/timeline"))
    await there(page, f"Ada Harbour changed the connection from {before['organisation_name']} to {name}.")
    await there(page, "Ada Harbour undid the change.")


@pytest.mark.thorough
async def test_disconnecting_and_connecting_again(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    scene, client = few.person.scene, few.clients[3]
    name = (await scene.http.get(f"/api/v1/clients/{client.client_id}")).json()["name"]
    await page.goto(few.address(3, "/connection"))
    await page.get_by_role("link", name="Disconnect").click()
    await there(page, f"Only {name} is affected.")
    await looked_at(page, "disconnect")
    await page.get_by_role("textbox").fill("something else")
    await page.get_by_role("button", name="Disconnect").click()
    await there(page, "This is not the client's name.")
    assert (await client.shown())["status"] == "connected"
    await page.get_by_role("textbox").fill(f" {name.upper()}")
    await page.get_by_role("button", name="Disconnect").click()
    await there(page, "This client is disconnected")  # by itself, once the provider has confirmed
    await looked_at(page, "disconnected")
    await page.goto(few.address(3, "/connections"))
    await looked_at(page, "connections-ended")
    await page.get_by_role("button", name="Reconnect").click()
    await sign_in_there(page, choose=[client.organisation_id])
    await page.wait_for_url(f"**{few.address(3, '/connection')}?run=*")
    await there(page, "Reconnected.")
    await page.goto(few.address(3))
    await page.locator(".client-line .pill.good").wait_for()
    assert (await client.shown())["status"] == "connected"


@pytest.mark.thorough
async def test_disconnecting_is_shown_until_it_is_confirmed(few: Few, browsers: Browsers):
    page = await browsers.signed_in(few.person)
    client = few.clients[3]
    scene = few.person.scene
    await ends_elsewhere(few.person, client.organisation_id)
    scene.fault(Kind.SERVER_ERROR, status=503, path="/connections/")
    answer = await client.post("disconnect")
    assert answer.status_code == 202, answer.text
    await page.goto(few.address(3, "/connection"))
    await there(page, "Xero has not confirmed yet.")
    await looked_at(page, "disconnecting")
    scene.world.faults.clear()
    with suppress(RPCError):  # it may have tried again by itself by now
        await scene.handle(answer.json()["workflow_id"]).signal("retry_now")
    await there(page, "This client is disconnected")
    assert (await client.shown())["status"] == ConnectionStatus.DISCONNECTED


async def test_a_form_sent_twice_starts_one_run(few: Few):
    http = await arrived(few.person)
    form = {"csrf": await csrf_of(http), "key": "one-form"}
    sent = [await http.post(few.address(0, "/connection/reconnect"), data=form) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [200, 200]
    found = await few.person.scene.rows(
        "SELECT id FROM runs WHERE client_id = :id AND idempotency_key LIKE '%one-form'", id=few.clients[0].client_id
    )
    assert len(found) == 1
    shown = await http.get(few.address(0, "/connection"))
    assert "Waiting for your sign-in" in shown.text
    stopped = await http.post(few.address(0, f"/runs/{found[0][0]}/stop"), data=form)
    assert stopped.status_code == 303
    await asyncio.wait_for(few.person.scene.until_stage(found[0][0], "finished"), PATIENCE)


async def test_what_is_limited_is_not_said_to_be_tried_at_once(few: Few):
    http, scene, client = await arrived(few.person), few.person.scene, few.clients[0]
    until = datetime.now(UTC) + timedelta(hours=3)
    own = {"id": client.client_id}
    await change(scene, "UPDATE connections SET limited_until = :at WHERE client_id = :id", at=until, **own)
    sent = await http.post(few.address(0, "/connection/refresh"), data={"csrf": await csrf_of(http)})
    shown = await http.get(sent.headers["location"])
    assert "limit is reached for now. The lists" in shown.text
    assert "tried again at once" not in shown.text
    # It waits before the limit is taken away: else it would read the client meanwhile, and the cause would be gone.
    await until_event(scene, await scene.sync_of(client.client_id), EventType.EVENT_TYPE_TIMER_STARTED)
    await change(scene, "UPDATE connections SET limited_until = NULL WHERE client_id = :id", **own)
    limited = "UPDATE connections SET cause = 'rate_limited' WHERE client_id = :id"
    await change(scene, limited, **own)
    await change(scene, "INSERT INTO provider_limits VALUES ('xero', 'month', :at)", at=until)
    for part in ("", "/connection"):
        page = await http.get(few.address(0, part))
        assert (
            "Xero's limit for this month is reached for all of Clientsync; that concerns all clients there."
            in page.text
        )
        assert "No call is made before" in page.text
    sent = await http.post(few.address(0, "/connection/refresh"), data={"csrf": await csrf_of(http)})
    assert "limit is reached for now. The lists" in (await http.get(sent.headers["location"])).text
    await change(scene, "DELETE FROM provider_limits")
    with suppress(RPCError):  # it may have found the limit gone by now
        await scene.handle(await scene.sync_of(client.client_id)).signal("retry_now")
