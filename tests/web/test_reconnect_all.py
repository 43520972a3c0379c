"""*Reconnect all* in a browser: two colleagues, one practice's connections, and reports that add up."""

import pytest_asyncio
from playwright.async_api import expect

from tests.journeys.people import logins
from tests.web.house import Browsers, House, arrived, made_house
from tests.web.looking import looked_at
from tests.web.one_client import added
from tests.web.taking_turns import breaks, pressed, reported, signed_in_there

OKAFOR, SILVA = 0, 1
"""Of the provider's people: the first reaches everything, the second not the third organisation."""


@pytest_asyncio.fixture
async def broken(house: House) -> tuple[House, list[str]]:
    """A practice with four clients on Ada's login; three need a sign-in, and Ben's login does not reach the third."""
    own = await made_house(house.scene)
    organisations = list(own.scene.world.library.organisations)[:4]
    await added(own.admin, organisations, login=OKAFOR)
    await breaks(own.admin, organisations[:3])
    return own, organisations


async def test_two_sign_ins_repair_everything(broken: tuple[House, list[str]], browsers: Browsers):
    own, organisations = broken
    ben = await browsers.signed_in(own.member)
    await pressed(ben, "Reconnect all (3)")
    await signed_in_there(ben, own.member, SILVA)
    await reported(ben)
    summary = ben.locator("#run-summary")
    await expect(summary.get_by_role("heading")).to_have_text(
        "4 connections: 1 not reachable, 2 repaired and 1 healthy", ignore_case=True
    )
    left = ben.locator("#run-unreached")
    await expect(left.get_by_role("heading")).to_have_text("1 connection needs another login")
    await expect(left.get_by_role("listitem")).to_have_text("Ada Harbour 1")
    row = ben.get_by_role("row", name="Not reachable")
    await expect(row).to_contain_text("Ask Ada Harbour to reconnect: that login could reach it.")
    await looked_at(ben, "reconnect-report")

    ada = await browsers.signed_in(own.admin)
    await ada.goto("/connections")
    await ada.get_by_role("button", name="Reconnect all (1)").click()
    await signed_in_there(ada, own.admin, OKAFOR)
    await reported(ada)
    await expect(ada.locator("#run-summary").get_by_role("heading")).to_have_text(
        "4 connections: 3 healthy and 1 repaired"
    )
    await expect(ada.locator("#run-unreached")).to_have_count(0)
    await ben.reload()  # what somebody repaired since is nobody's to repair
    await expect(ben.locator("#run-unreached")).to_have_count(0)
    on_login = await logins(own.scene)
    assert on_login[organisations[0]] == on_login[organisations[1]] != on_login[organisations[2]]


async def test_what_nobody_added_is_offered_and_not_added(broken: tuple[House, list[str]], browsers: Browsers):
    own, _ = broken
    page = await browsers.signed_in(own.member)
    await pressed(page, "Reconnect all")
    await signed_in_there(page, own.member, SILVA)
    await reported(page)
    offers = page.locator("#run-offers")
    await expect(offers.get_by_role("heading")).to_have_text("25 organisations that nobody added yet")
    await expect(offers).to_contain_text("and 13 more")
    assert len(await own.member.scene.clients()) == 4
    await offers.get_by_role("button", name="Add clients").click()
    await page.get_by_role("heading", name="Sign in to the Xero sandbox").wait_for()


async def test_healthy_ones_move_when_that_is_asked_for(broken: tuple[House, list[str]], browsers: Browsers):
    own, organisations = broken
    page = await browsers.signed_in(own.member)
    await page.goto("/client-sync")
    await looked_at(page, "client-sync")
    await page.get_by_label("Also move healthy ones to my login").check()
    await page.get_by_role("button", name="Reconnect all (3)").click()
    await signed_in_there(page, own.member, SILVA)
    await reported(page)
    heading = page.locator("#run-summary").get_by_role("heading")
    await expect(heading).to_have_text("4 connections: 1 not reachable and 3 repaired")
    on_login = await logins(own.scene)
    assert len({on_login[one] for one in (organisations[0], organisations[1], organisations[3])}) == 1


async def test_a_denied_sign_in_comes_back_with_a_plain_sentence(broken: tuple[House, list[str]], browsers: Browsers):
    own, _ = broken
    page = await browsers.signed_in(own.member, scripts=False)
    await page.goto("/client-sync")
    await page.get_by_role("button", name="Reconnect all (3)").click()
    await page.get_by_role("heading", name="Sign in to the Xero sandbox").wait_for()
    await page.locator('input[name="person"]').nth(SILVA).check()
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Reconnect all")
    await expect(page.locator("main")).to_contain_text("Access was not allowed, so nothing was changed")


async def test_another_practice_sees_nothing_of_it(broken: tuple[House, list[str]]):
    own, _ = broken
    answer = await own.member.scene.http.post("/api/v1/client-sync/xero/reconnect-all")
    run_id = answer.json()["run_id"]
    stranger = await arrived(own.neighbour)
    for part in ("", "/events", "/report.csv"):
        assert (await stranger.get(f"/activity/{run_id}{part}")).status_code == 404
    await own.member.scene.cancel(run_id)
