"""API tokens on their page, and what activity tells of people and access, in Chromium and without."""

import pytest
from playwright.async_api import expect

from tests.journeys.serving import http_of
from tests.web.house import Browsers, House, arrived
from tests.web.looking import assert_accessible, assert_fits
from tests.web.pages.signing_in.test_signing_in import csrf_of


@pytest.mark.thorough
async def test_a_token_is_made_and_withdrawn_on_a_page(house: House, browsers: Browsers):
    page = await browsers.signed_in(house.admin, size=(380, 780))
    await page.goto("/account")
    await page.get_by_role("link", name="API tokens").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("API tokens")
    await assert_accessible(page)
    await assert_fits(page)
    await page.get_by_label("What it is for").fill("Our intranet")
    await page.get_by_label("Add: ").check()
    await page.get_by_label("How long it lasts").select_option(label="30 days")
    await page.get_by_role("button", name="Make the token").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("The token “Our intranet”")
    await assert_accessible(page)
    await assert_fits(page)
    secret = await page.get_by_label("Token", exact=True).input_value()
    async with http_of(house.scene.web, secret) as http:
        assert (await http.get("/api/v1/clients")).status_code == 200
        assert (await http.post("/api/v1/client-sync/xero/reconnect-all")).status_code == 403
        await page.get_by_role("link", name="Done").click()
        row = page.locator("tr", has_text="Our intranet")
        await expect(row).to_contain_text("read, add")
        await row.get_by_role("button", name="Withdraw").click()
        await expect(page.get_by_text("The token is withdrawn")).to_be_visible()
        await expect(row).to_have_count(0)
        assert (await http.get("/api/v1/clients")).status_code == 401
    await page.goto("/activity")
    events = page.get_by_role("region", name="People and access")
    await expect(events).to_contain_text("withdrew an API token of Ada Harbour: Our intranet (read, add")
    await events.get_by_role("link", name="All of it").click()
    await expect(page.get_by_text("made an API token for Ada Harbour: Our intranet")).to_be_visible()
    await assert_accessible(page)
    await assert_fits(page)


async def test_a_form_that_chooses_nothing_comes_back_with_what_is_wrong(house: House):
    http = await arrived(house.member)
    answer = await http.post("/account/tokens", data={"csrf": await csrf_of(http), "name": "Bot", "days": "30"})
    assert (answer.status_code, "Choose at least one thing" in answer.text) == (422, True)
    assert 'value="Bot"' in answer.text


async def test_nobody_sees_another_practice_s_people_and_access(house: House):
    http = await arrived(house.admin)
    await http.post("/account/tokens", data={"csrf": await csrf_of(http), "name": "Ours alone", "scope": "read"})
    assert "Ours alone" in (await http.get("/activity/access")).text
    assert "Ours alone" not in (await (await arrived(house.neighbour)).get("/activity/access")).text
    member = (await (await arrived(house.member)).get("/account/tokens")).text
    assert "Ours alone" not in member
