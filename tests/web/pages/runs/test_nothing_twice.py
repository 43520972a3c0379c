"""Double clicks, two tabs and a session that ends in the middle: nothing is done twice, nothing is lost."""

import asyncio
import re
from contextlib import suppress

import pytest
from playwright.async_api import TimeoutError as WaitedTooLongError
from playwright.async_api import expect

from tests.journeys.scene import Scene
from tests.web.house import PASSWORD, Browsers, House, arrived, made_house
from tests.web.pages.runs.adding import CALLUM, all_within_reach, listed
from tests.web.provider_pages import allow_all_there
from tests.web.run_steps import pressed, row, runs_of


@pytest.fixture(scope="module", autouse=True)
def organisations(product: Scene) -> list[str]:
    return all_within_reach(product)


async def test_a_form_that_is_sent_twice_at_once_starts_one_run(house: House):
    browser = await arrived(house.neighbour)
    csrf = re.search(r'name="csrf-token" content="([^"]+)"', (await browser.get("/clients")).text)
    assert csrf is not None
    form = {"csrf": csrf[1], "key": "the-same"}
    pages = await asyncio.gather(*(browser.post("/client-sync/xero/add-clients", data=form) for _ in range(2)))
    assert [page.status_code for page in pages] == [200, 200]
    assert len(await runs_of(house.neighbour)) == 1


@pytest.mark.thorough
async def test_two_tabs_do_nothing_twice(product: Scene, browsers: Browsers, organisations: list[str]):
    own = await made_house(product)
    first = await browsers.signed_in(own.admin)
    second = await first.context.new_page()
    await pressed(second, "Add clients")
    run_id = await listed(first)
    assert [run.id for run in await runs_of(own.admin)] == [run_id]

    await first.route("**/events", lambda route: route.abort())  # this tab hears nothing of what the other one does
    await first.reload()
    await row(first, organisations[2]).get_by_role("checkbox").check()
    await second.goto(f"/activity/{run_id}")
    for organisation_id in organisations[:2]:
        await row(second, organisation_id).get_by_role("checkbox").check()
    await second.get_by_role("button", name="Create accounts (2)").click()
    await expect(second.get_by_text("40 organisations: 2 created and 38 not chosen")).to_be_visible()
    await first.get_by_role("button", name="Create accounts (1)").click()
    await expect(first.get_by_text(re.compile("the run has moved on meanwhile"))).to_be_visible()
    await expect(first.get_by_text("40 organisations: 2 created and 38 not chosen")).to_be_visible()
    assert len(await own.scene.clients()) == 2


@pytest.mark.thorough
async def test_back_does_nothing_twice(product: Scene, browsers: Browsers, organisations: list[str]):
    own = await made_house(product)
    page = await browsers.signed_in(own.admin)
    await pressed(page, "Add clients")
    await page.go_back()
    await page.wait_for_url("**/clients")
    run_id = await listed(page)  # pressed again: the same run goes on
    await row(page, organisations[4]).get_by_role("checkbox").check()
    await page.get_by_role("button", name="Create accounts (1)").click()
    report = page.get_by_text("40 organisations: 1 created and 39 not chosen")
    await expect(report).to_be_visible()
    await page.goto("/clients")
    await page.go_back()  # to the report, and not to what could be chosen before
    await expect(report).to_be_visible()
    await expect(page.locator("#selection")).to_have_count(0)
    assert [run.id for run in await runs_of(own.admin)] == [run_id]
    assert len(await own.scene.clients()) == 1


@pytest.mark.thorough
async def test_neither_a_further_sign_in_nor_a_session_that_ends_loses_what_was_chosen(
    product: Scene, browsers: Browsers, organisations: list[str]
):
    own = await made_house(product)
    page = await browsers.signed_in(own.admin)
    run_id = await listed(page)
    await row(page, organisations[3]).get_by_role("checkbox").check()
    await page.get_by_role("button", name="Sign in with another login").click()
    await allow_all_there(page, person=CALLUM)
    await expect(page.get_by_role("button", name="Create accounts (1)")).to_be_visible()
    other = await page.context.new_page()
    await other.goto(f"/activity/{run_id}")
    await row(other, organisations[3]).get_by_role("checkbox").check()
    await page.context.clear_cookies()
    with suppress(WaitedTooLongError):  # the page may notice first, and be at the sign-in by now
        await page.get_by_role("button", name="Create accounts (1)").click(timeout=5_000)
    await page.wait_for_url("**/sign-in*")
    await page.get_by_label("E-mail address").fill(own.admin.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"**/activity/{run_id}*")
    await expect(page.get_by_role("button", name="Create accounts (1)")).to_be_visible()

    await other.get_by_role("button", name="Create accounts (1)").click()
    await expect(other.get_by_text("You signed in again meanwhile")).to_be_visible()
    await other.get_by_role("button", name="Create accounts (1)").click()
    for tab in (page, other):
        await expect(tab.get_by_text("40 organisations: 1 created and 39 not chosen")).to_be_visible()
