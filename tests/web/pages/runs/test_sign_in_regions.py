"""The country is asked before a sign-in leaves, by pages, API and links, and remembered once it was right.

The software is the second one, in this process; the first one has no countries to choose from.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlalchemy import text

from models.grants import regions
from providers.port.capabilities import Region
from providers.port.credential import Credential
from providers.port.errors import OtherRegion
from providers.port.provider import FinishedSignIn
from tests.journeys.people import change
from tests.journeys.promises import OPEN_RUN
from tests.second_provider import A_PERSONS, Second
from tests.web.house import Browsers, House, Person, arrived, visitor
from tests.web.looking import assert_accessible, assert_fits
from tests.web.pages.signing_in.test_signing_in import csrf_of

pytestmark = pytest.mark.leaves(OPEN_RUN, because="runs wait for sign-ins at software that has no workers")

COUNTRIES = replace(
    A_PERSONS, regions=(Region("GB", "United Kingdom"), Region("IE", "Ireland")), may_return_at_once=True
)
START = "/client-sync/second/add-clients"


class Regional(Second):
    """Knows every login in Ireland alone."""

    async def finish_sign_in(self, params: Any, kept: bytes, *, redirect_uri: str) -> FinishedSignIn:
        finished = await super().finish_sign_in(params, kept, redirect_uri=redirect_uri)
        if self.regions[-1] != "IE":
            raise OtherRegion("not in this country")
        credential: Credential = replace(finished.credential, region="IE")
        return replace(finished, credential=credential)


@pytest_asyncio.fixture
async def second(house: House) -> AsyncIterator[Second]:
    made = Regional(COUNTRIES)
    house.scene.providers[made.name] = made
    await change(house.scene, "DELETE FROM practice_regions")
    yield made
    del house.scene.providers[made.name]


@pytest_asyncio.fixture
async def browser(house: House, second: Second) -> httpx2.AsyncClient:
    return await arrived(house.admin)


async def pressed(http: httpx2.AsyncClient, **fields: str) -> httpx2.Response:
    return await http.post(START, data={"csrf": await csrf_of(http), "key": "one", **fields})


def state_in(page: str) -> str:
    """The state of the sign-in that a page leads to."""
    [address] = set(re.findall(r'href="(https://second\.test/[^"]+)"', page))
    return parse_qs(urlsplit(unescape(address)).query)["state"][0]


def selected(page: str) -> list[str]:
    return re.findall(r'<option value="([A-Z]*)" selected', page)


async def back(http: httpx2.AsyncClient, state: str) -> httpx2.Response:
    return await http.get(f"/connect/second/callback?state={state}&code=x", follow_redirects=True)


async def runs_of(person: Person) -> int:
    return int((await person.scene.http.get("/api/v1/runs")).json()["total"])


async def remembered(person: Person) -> str | None:
    async with person.scene.database.session() as session:
        return await regions.remembered(session, person.actor.practice_id, "second")


async def test_a_page_asks_first_and_remembers_it(house: House, second: Second, browser: httpx2.AsyncClient):
    before = await runs_of(house.admin)
    asked = await pressed(browser, all="true")
    assert "Before you go to Second Books" in asked.text
    assert "may bring you straight back" in asked.text
    assert asked.text.count("An organisation is what Second Books calls a ledger.") == 1
    assert 'name="all" value="true"' in asked.text
    assert (await runs_of(house.admin), second.regions) == (before, [])
    assert '<option value="" selected>Choose a country' in asked.text

    wrong = await back(browser, state_in((await pressed(browser, region="GB")).text))
    assert "has nothing for this login in the country that you chose" in wrong.text
    assert "choose another country, or use another login" in wrong.text
    assert await remembered(house.admin) is None

    stateless = await browser.get("/connect/second/callback", params={"error": "Invalid request"})
    assert stateless.status_code == 404
    assert "choose another country, or use another login" in stateless.text

    right = await back(browser, state_in((await pressed(browser, region="IE")).text))
    assert right.status_code == 200
    assert (second.regions, await runs_of(house.admin)) == (["GB", "IE"], before + 1)
    assert await remembered(house.admin) == "IE"
    assert await remembered(house.neighbour) is None
    assert selected((await pressed(browser)).text) == ["IE"]


async def column(house: House, statement: str) -> list[str]:
    async with house.scene.database.transaction() as session:
        own = {"own": house.admin.actor.practice_id}
        return list((await (await session.connection()).execute(text(statement), own)).scalars())


@pytest.mark.thorough
async def test_a_further_sign_in_of_a_run_asks_again_and_what_is_chosen_stays(
    house: House, second: Second, browser: httpx2.AsyncClient
):
    await back(browser, state_in((await pressed(browser, region="IE")).text))
    [run_id] = await column(house, "SELECT id FROM runs WHERE provider = 'second' AND practice_id = :own")
    await house.admin.scene.until_stage(run_id, "listing")  # where its workflow waits for ever
    await change(house.scene, "UPDATE runs SET stage = 'awaiting_selection' WHERE id = :run_id", run_id=run_id)
    add = """
        INSERT INTO run_organisations (run_id, organisation_id, position, name, grant_id, verdict, updated_at)
        SELECT :run_id, 'ash', 0, 'Ash Ltd', id, 'new', now() FROM grants WHERE provider = 'second' LIMIT 1
    """
    await change(house.scene, add, run_id=run_id)
    form = {"csrf": await csrf_of(browser), "choose": "ash", "settings": "on", "contacts": "both"}
    asked = await browser.post(f"/activity/{run_id}/sign-in", data=form)
    assert "Before you go to Second Books" in asked.text
    assert selected(asked.text) == ["IE"]
    listed = (await browser.get(f"/activity/{run_id}")).text
    assert 'value="ash" checked' in listed
    assert listed.count("An organisation is what Second Books calls a ledger.") == 1
    state_in((await browser.post(f"/activity/{run_id}/sign-in", data={"csrf": form["csrf"], "region": "GB"})).text)
    assert second.regions[-1] == "GB"


@pytest.mark.thorough
async def test_a_country_that_there_is_not_starts_nothing(house: House, second: Second, browser: httpx2.AsyncClient):
    before = await runs_of(house.admin)
    refused = await pressed(browser, region="FR")
    assert refused.status_code == 422
    assert "United Kingdom" in refused.text
    assert (await runs_of(house.admin), second.regions) == (before, [])


@pytest.mark.thorough
async def test_the_api_names_the_choices_until_one_is_known(house: House, second: Second):
    http, address, before = house.admin.scene.http, "/api/v1" + START, await runs_of(house.admin)
    refused = await http.post(address)
    assert (refused.status_code, await runs_of(house.admin)) == (422, before)
    error = refused.json()["error"]
    assert (error["code"], error["field"]) == ("invalid", "region")
    assert error["choices"] == [{"value": "GB", "label": "United Kingdom"}, {"value": "IE", "label": "Ireland"}]
    assert (await http.post(address, json={"region": "FR"})).json()["error"]["choices"] == error["choices"]
    started = await http.post(address, json={"region": "gb"})
    assert started.status_code == 201
    link = await visitor(house.scene).get(started.json()["authorize_url"])
    assert selected(link.text) == ["GB"]

    async with house.admin.scene.database.transaction() as session:
        await regions.remember(session, house.admin.actor.practice_id, "second", "IE")
    again = await http.post(f"/api/v1/runs/{started.json()['run_id']}/consent")
    assert selected((await visitor(house.scene).get(again.json()["authorize_url"])).text) == ["IE"]
    nowhere = await http.post("/api/v1/client-sync/xero/add-clients", json={"region": "GB"})
    assert (nowhere.status_code, nowhere.json()["error"]["field"]) == (422, "region")


@pytest.mark.thorough
async def test_whoever_follows_a_link_chooses(house: House, second: Second):
    started = await house.admin.scene.http.post("/api/v1" + START, json={"region": "GB"})
    link, stranger = started.json()["authorize_url"], visitor(house.scene)
    await change(house.scene, "UPDATE sign_in_links SET region = NULL")  # as a colleague's *Somebody else* makes it
    asked = (await stranger.get(link)).text
    assert '<option value="" selected>Choose a country' in asked
    assert asked.count("An organisation is what Second Books calls a ledger.") == 1
    unsaid = await stranger.post(link)
    assert (unsaid.status_code, second.regions) == (422, [])
    assert "Choose the country first." in unsaid.text
    came_back = await back(stranger, state_in((await stranger.post(link, data={"region": "IE"})).text))
    assert "Signed in" in came_back.text
    assert second.regions == ["IE"]


@pytest.mark.thorough
async def test_the_country_is_chosen_in_a_browser(house: House, second: Second, browsers: Browsers):
    """The page of a link, and the page before leaving, to which a form leads that was sent without a country."""
    started = await house.admin.scene.http.post("/api/v1" + START, json={"region": "IE"})
    page = await browsers.page(house.scene)
    await page.goto(started.json()["authorize_url"])
    await expect(page.get_by_label("Country of the organisations")).to_have_value("IE")
    await assert_accessible(page)
    await assert_fits(page)
    own = await browsers.signed_in(house.admin)
    await own.goto("/client-sync")
    form = own.locator("form[action$='/reconnect-all']").first
    await form.evaluate("form => { form.action = '/client-sync/second/reconnect-all' }")
    await form.get_by_role("button").click()
    await expect(own.get_by_role("heading", name="Before you go to Second Books")).to_be_visible()
    await assert_accessible(own)
    await assert_fits(own)
    await own.get_by_label("Country of the organisations").select_option("Ireland")
    async with own.expect_request("https://second.test/**"):
        await own.get_by_role("button", name="Continue to Second Books").click()
    assert second.regions == ["IE"]
