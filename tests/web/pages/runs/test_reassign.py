"""*Reassign clients* in a browser: whose clients a login reaches, choosing, and what moved and what did not."""

from typing import NamedTuple
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from emulators.xero.faults import Kind
from tests.journeys.people import owners
from tests.web.house import Browsers, House, arrived, made_house
from tests.web.looking import looked_at
from tests.web.one_client import added, world_person
from tests.web.pages.signing_in.test_signing_in import csrf_of
from tests.web.provider_pages import allow_all_there
from tests.web.run_steps import pressed, reported
from tests.web.taking_turns import belongs_to, colleague_of

OKAFOR, SILVA = 0, 1
"""Of the provider's people: the first reaches everything, the second not the third organisation."""

HOSTILE = "<img src=x onerror=\"alert('gone')\"> O'Neill"


class Five(NamedTuple):
    """Five clients on Ada's login; Ben's reaches all but the third. Lee, who looks after the fifth, has left.

    Attributes:
        house: The practice and its neighbour.
        organisations: The five.
        dora: A further colleague.
    """

    house: House
    organisations: list[str]
    dora: UUID


@pytest_asyncio.fixture
async def five(house: House) -> Five:
    own = await made_house(house.scene)
    organisations = list(own.scene.world.library.organisations)[:5]
    await added(own.admin, organisations, login=OKAFOR)
    lee, dora = await colleague_of(own.admin, f"Lee {HOSTILE}", has_left=True), await colleague_of(own.admin, "Dora")
    await belongs_to(own.admin, organisations[4], lee)
    return Five(own, organisations, dora)


@pytest_asyncio.fixture
async def at_the_list(five: Five, browsers: Browsers) -> Page:
    """Ben's browser, with the list of what his login reaches."""
    page = await browsers.signed_in(five.house.member)
    await pressed(page, "Reassign clients")
    await allow_all_there(page, person=SILVA)
    await expect(page.locator("#selection")).to_be_visible(timeout=60_000)
    return page


@pytest.mark.thorough
async def test_owner_and_login_move_and_what_did_not_says_why(five: Five, at_the_list: Page):
    page, organisations, scene = at_the_list, five.organisations, five.house.member.scene
    rows = page.locator("#selection tbody tr")
    await expect(rows).to_have_count(4)
    await expect(rows.first).to_contain_text("Has left")
    await expect(rows.first).to_contain_text(HOSTILE)
    await looked_at(page, "reassign-list")
    await page.get_by_label("Search clients").fill("ada harbour")
    await expect(page.locator("#selection tbody tr:visible")).to_have_count(3)
    await page.get_by_label("Choose all that are shown").check()
    await expect(page.locator("#chosen-words")).to_have_text("3 chosen.")
    await page.get_by_role("button", name="Choose all (4)").click()
    await page.reload()  # nothing of it is lost
    await expect(page.locator("#chosen-words")).to_have_text("4 chosen.")

    await belongs_to(five.house.admin, organisations[1], five.dora)
    person_id, _, _ = world_person(scene, SILVA)
    scene.fault(Kind.ACCESS_REMOVED, organisations[3], person_id=person_id)
    await page.get_by_role("button", name="Continue (4)").click()
    await reported(page)
    scene.world.faults.clear()
    heading = page.locator("#run-summary").get_by_role("heading")
    await expect(heading).to_have_text("2 of 4 clients are yours now; 2 stay where they were.")
    await expect(page.locator("#run-list")).to_contain_text("Looked after by Dora by now. Nothing was changed.")
    await expect(page.locator("#run-list")).to_contain_text("Your login cannot open it now, so nothing was changed.")
    assert await page.locator("img").count() == 0
    await looked_at(page, "reassign-report")
    owned, ben = await owners(scene), five.house.member.actor.colleague_id
    assert {one for one in organisations if owned[one] == ben} == {organisations[0], organisations[4]}
    await page.get_by_role("link", name="See the 2 that are not done").click()
    await expect(page.locator("#run-list")).to_contain_text("Looked after by Dora by now.")
    await page.goto(f"/clients?owner={ben}")
    await expect(page.locator("table.clients tbody tr")).to_have_count(2)


@pytest.mark.thorough
async def test_it_works_without_scripts(five: Five, browsers: Browsers):
    page = await browsers.signed_in(five.house.member, scripts=False)
    await page.goto("/client-sync")
    await page.get_by_role("button", name="Reassign clients").click()
    await allow_all_there(page, person=SILVA)
    await expect(page.locator("#selection")).to_be_visible(timeout=60_000)
    await page.get_by_role("button", name="Continue", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose at least one")
    await page.locator("#selection tbody input").first.check()
    await page.get_by_role("button", name="Continue", exact=True).click()
    await reported(page)
    assert (await owners(five.house.member.scene))[five.organisations[4]] == five.house.member.actor.colleague_id


@pytest.mark.thorough
async def test_pressed_twice_in_two_tabs_it_is_done_once(five: Five, at_the_list: Page):
    page, other = at_the_list, await at_the_list.context.new_page()
    await other.goto(page.url)
    await other.get_by_role("button", name="Choose all (4)").click()
    await page.locator("#selection tbody input").first.check()
    await page.get_by_role("button", name="Continue (1)").click()
    await reported(page)
    await reported(other)  # the other tab sees it happen
    heading = other.locator("#run-summary").get_by_role("heading")
    await expect(heading).to_have_text("1 client is yours now.")
    http = await arrived(five.house.member)
    late = await http.post(
        f"{page.url.partition('?')[0]}/selection",
        data={"csrf": await csrf_of(http), "choose": five.organisations[0]},
    )
    assert late.headers["location"].endswith("?said=run-moved-on")
