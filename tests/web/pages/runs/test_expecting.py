"""Where each sign-in brings one organisation and ends another's: what the pages ask for before somebody leaves."""

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from tests.journeys.promises import OPEN_RUN
from tests.second_provider import ONE_AT_A_TIME, Second, signed_in_for
from tests.web.house import House, arrived
from tests.web.pages.signing_in.test_signing_in import csrf_of

pytestmark = pytest.mark.leaves(OPEN_RUN, because="runs wait for sign-ins at software that has no workers")

START = "/client-sync/second/add-clients"


@pytest_asyncio.fixture
async def browser(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    made = Second(ONE_AT_A_TIME)
    house.scene.providers[made.name] = made
    yield await arrived(house.admin)
    del house.scene.providers[made.name]


async def test_a_pasted_list_is_asked_for_and_led_through(house: House, browser: httpx2.AsyncClient):
    form = {"csrf": await csrf_of(browser), "key": "listed"}
    asked = await browser.post(START, data=form)
    assert "Each sign-in to Second Books brings one organisation" in asked.text
    left = await browser.post(START, data={**form, "listed": "on", "names": "Alder & Finch\nBeech Ltd\n"})
    assert "https://second.test/allow" in left.text
    [(run_id,)] = await house.scene.rows("SELECT run_id FROM expected_organisations WHERE position = 1")
    page = f"/activity/{run_id}"
    shown = (await browser.get(page)).text
    assert "0 of 2 organisations signed in for" in shown
    assert "Sign in for Alder &amp; Finch" in shown

    csrf = {"csrf": form["csrf"]}
    answer = await browser.post(f"{page}/expected/drop", data={**csrf, "position": "0"}, follow_redirects=True)
    assert "Sign in for Beech Ltd" in answer.text
    assert "0 of 1 organisation signed in for" in answer.text
    answer = await browser.post(f"{page}/expected", data={**csrf, "names": "Cedar\nBeech Ltd"}, follow_redirects=True)
    assert "0 of 2 organisations signed in for" in answer.text


async def test_taking_over_is_said_and_agreed_to_before_leaving(house: House, browser: httpx2.AsyncClient):
    reassign = "/client-sync/second/reassign-clients"
    form = {"csrf": await csrf_of(browser), "key": "taking"}
    assert "so there is nothing to take over" in (await browser.post(reassign, data=form)).text
    ben, scene = house.member.actor, house.scene
    sealer = scene.settings.key_ring().for_purpose("database")
    companies = {"31": "Alder & Finch", "32": "Beech Ltd"}
    clients = await signed_in_for(scene.database, sealer, ben.practice_id, ben.colleague_id, companies)

    asked = await browser.post(reassign, data=form)
    assert "Second Books keeps one sign-in for each organisation" in asked.text
    assert f"{ben.colleague_name}&#39;s sign-in for Beech Ltd ends when yours begins." in asked.text
    beech = str(clients["Beech Ltd"])
    for sent, problem in (
        ({"client_ids": beech}, "Tick that you agree"),
        ({"takes_over": "true"}, "Choose the clients that you are going to sign in for"),
    ):
        refused = await browser.post(reassign, data={**form, "listed": "on", **sent})
        assert (refused.status_code, problem in refused.text) == (422, True)
    assert f'value="{beech}" checked' not in refused.text
    by_api = await house.admin.scene.http.post("/api/v1/client-sync/second/reassign-clients")
    assert (by_api.status_code, by_api.json()["error"]["field"]) == (422, "takes_over")
    assert await house.scene.rows("SELECT 1 FROM runs WHERE provider = 'second' AND kind = 'reassign-clients'") == []

    agreed = {**form, "listed": "on", "takes_over": "true"}
    left = await browser.post(reassign, data={**agreed, "client_ids": [beech, str(clients["Alder & Finch"])]})
    assert "https://second.test/allow" in left.text
    [(run_id,)] = await house.scene.rows("SELECT id FROM runs WHERE provider = 'second' AND kind = 'reassign-clients'")
    page = f"/activity/{run_id}"
    shown = (await browser.get(page)).text
    assert "0 of 2 sign-ins done" in shown
    assert "Sign in for Alder &amp; Finch" in shown
    dropping = {"csrf": form["csrf"], "organisation_id": "31"}
    refused = await browser.post(f"{page}/sign-ins/drop", data=dropping, follow_redirects=True)
    assert "Sign in for Beech Ltd" in refused.text
    assert "Repair those" not in refused.text
