"""Where each sign-in brings one organisation and ends another's: what the pages ask for before somebody leaves."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from tests.journeys.promises import OPEN_RUN
from tests.second_provider import ONE_AT_A_TIME, Second, signed_in_for
from tests.web.house import House, arrived, visitor
from tests.web.pages.signing_in.test_signing_in import csrf_of

pytestmark = pytest.mark.leaves(OPEN_RUN, because="runs wait for sign-ins at software that has no workers")

START = "/client-sync/second/add-clients"


@pytest_asyncio.fixture
async def browser(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    made = Second(ONE_AT_A_TIME)
    house.scene.providers[made.name] = made
    yield await arrived(house.admin)
    del house.scene.providers[made.name]


async def runs_of(house: House, kind: str, which: str = "true") -> list[tuple[object, ...]]:
    """The practice's runs of a kind at this software; other tests have practices of their own beside it."""
    statement = f"SELECT id FROM runs r WHERE provider = 'second' AND kind = :kind AND practice_id = :id AND {which}"  # noqa: S608  # ours
    return await house.scene.rows(statement, kind=kind, id=house.admin.actor.practice_id)


async def test_a_pasted_list_is_asked_for_and_led_through(house: House, browser: httpx2.AsyncClient):
    form = {"csrf": await csrf_of(browser), "key": "listed"}
    asked = await browser.post(START, data=form)
    assert "Each sign-in to Second Books brings one organisation" in asked.text
    assert asked.text.count("An organisation is what Second Books calls a ledger.") == 1
    left = await browser.post(START, data={**form, "listed": "on", "names": "Alder & Finch\nBeech Ltd\n"})
    assert "https://second.test/allow" in left.text
    [(run_id,)] = await runs_of(house, "add-clients", "EXISTS (SELECT FROM expected_organisations WHERE run_id = r.id)")
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
    assert asked.text.count(f"Ends {ben.colleague_name}&#39;s sign-in") == 2
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
    assert await runs_of(house, "reassign-clients") == []

    agreed = {**form, "listed": "on", "takes_over": "true"}
    left = await browser.post(reassign, data={**agreed, "client_ids": [beech, str(clients["Alder & Finch"])]})
    assert "https://second.test/allow" in left.text
    [(run_id,)] = await runs_of(house, "reassign-clients")
    page = f"/activity/{run_id}"
    shown = (await browser.get(page)).text
    assert "0 of 2 sign-ins done" in shown
    assert "Sign in for Alder &amp; Finch" in shown
    dropping = {"csrf": form["csrf"], "organisation_id": "31"}
    refused = await browser.post(f"{page}/sign-ins/drop", data=dropping, follow_redirects=True)
    assert "Sign in for Beech Ltd" in refused.text
    assert "Repair those" not in refused.text


async def test_a_client_that_was_never_connected_is_asked_by_a_link(house: House, browser: httpx2.AsyncClient):
    scene, http = house.scene, house.admin.scene.http
    made = await http.post("/api/v1/clients", json={"name": "Fern & Co", "code": "F1"})
    client_id = made.json()["client_id"]
    assert "Or ask the client" in (await browser.get(f"/client-sync?client={client_id}")).text
    form = {"csrf": await csrf_of(browser), "key": "asking"}
    page = (await browser.post(f"/clients/{client_id}/sign-in-link/second", data=form)).text
    [link] = re.findall(r'value="http[^"]*(/sign-in-link/[^"]+)"', page)

    stranger = visitor(scene)
    opened = (await stranger.get(link)).text
    assert "Connect <bdi>Fern &amp; Co</bdi> to" in opened
    assert house.admin.actor.colleague_name not in opened
    left = await stranger.post(link)
    state = re.findall(r"allow\?state=([\w-]+)", left.text)[0]
    back = await stranger.get(f"/connect/second/callback?state={state}&code=c&realmId=41")
    assert ("Signed in" in back.text, "/activity/" in back.text) == (True, False)
    assert "need not do anything more" in back.text
    assert "This link cannot be used" in (await stranger.get(link)).text  # once

    told = await scene.rows(
        "SELECT colleague_id, subject, body FROM notices WHERE kind = 'client_signed_in' AND practice_id = :id",
        id=house.admin.actor.practice_id,
    )
    [(who, subject, body)] = told
    assert (who, "Fern & Co has signed in" in subject) == (house.admin.actor.colleague_id, True)
    timeline = (await browser.get(f"/clients/{client_id}/timeline")).text
    assert "own people signed in by a link from" in timeline

    [(run_id, name)] = await scene.rows(
        "SELECT run_id, name FROM expected_organisations WHERE client_id = :id", id=client_id
    )
    assert (name, f"{scene.web}/activity/{run_id}" in body) == ("Fern & Co", True)
    again = await http.post(f"/api/v1/clients/{client_id}/sign-in-link/second", json={"days": 61})
    assert again.status_code == 422
    other = await http.post(f"/api/v1/clients/{client_id}/sign-in-link/xero", json={"days": 3})
    assert (other.status_code, "/sign-in-link/" in other.json()["address"]) == (201, True)
    assert other.json()["run_id"] != run_id
    await http.post(f"/api/v1/clients/{client_id}/archive")
    gone = await http.post(f"/api/v1/clients/{client_id}/sign-in-link/second")
    assert (gone.status_code, gone.json()["error"]["code"]) == (422, "unknown_client")
