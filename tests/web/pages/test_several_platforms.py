"""A practice whose clients keep their books in several accounting programs, in a browser: none of them is forgotten."""

import pytest
from playwright.async_api import Page, expect

from emulators.quickbooks.control.words import OrganisationWords
from emulators.sage.control.words import SettingWords
from tests.journeys.fixtures import MakeScene
from tests.journeys.nights import a_night_later, check
from tests.journeys.people import change
from tests.journeys.platforms import PLATFORMS
from tests.journeys.practice import address
from tests.journeys.scene import Scene
from tests.web.house import KEPT, NARROW, WIDE, Browsers, Person
from tests.web.looking import looked_at

OWN_WORDS = {"xero": None, "sage": "a business", "quickbooks": "a company"}
"""What each calls an organisation, where it is another word."""

LONG = "Admin of Harbour Lane and of its branch in Whitby"
"""A colleague whose name is longer than a phone is wide."""

EACH = 2
"""Clients at each of them."""

APART = """() => [...document.querySelectorAll("#selection tbody tr")].every((row) => {
  const words = document.createRange();
  words.selectNodeContents(row.querySelector(".becomes"));
  const change = row.querySelector("[data-change]").getBoundingClientRect(), one = words.getBoundingClientRect();
  return one.right <= change.left || one.bottom <= change.top;
})"""
"""In the list of *Add clients*: whether what an organisation becomes stands beside *Change*, and not under it."""


CUT_OFF = """() => [...document.querySelectorAll("table.runs .clip")].filter((one) =>
  one.getBoundingClientRect().right > one.closest("tr").getBoundingClientRect().right).length"""
"""How many names in the list of runs go on where the list has ended."""


async def says_its_word(page: Page, scene: Scene) -> None:
    """The page says once what an organisation is called there, where that is another word, and nothing else."""
    word = OWN_WORDS[scene.platform.name]
    said = [f"An organisation is what {scene.platform.title} calls {word}."] if word else []
    await expect(page.get_by_text("An organisation is what")).to_have_count(len(said))
    for text in said:
        await expect(page.get_by_text(text)).to_be_visible()


async def leaves(page: Page, scene: Scene, heading: str) -> None:
    """Go to the page that stands before the sign-in, and look at it."""
    await page.goto("/client-sync")
    await page.get_by_role("region", name=scene.platform.title).get_by_role("button", name="Add clients").click()
    await expect(page.get_by_role("heading", name=heading)).to_be_visible()
    await says_its_word(page, scene)
    await looked_at(page, f"several-before-{scene.platform.name}")


async def added(page: Page, scene: Scene) -> None:
    """Sign in, look at the list, and add all of it."""
    run = await scene.listed()
    await page.goto(f"/activity/{run['run_id']}")
    await says_its_word(page, scene)
    await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert await page.evaluate(APART)
    await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    await looked_at(page, f"several-list-{scene.platform.name}")
    await scene.select_all(run)
    await scene.until_stage(run["run_id"], "finished")


async def is_moved(page: Page, scene: Scene) -> None:
    """Look at the page on which a client's other books are chosen, where one sign-in brings all, and stop there."""
    client = next(one for one in await scene.clients() if one["connection"]["provider"] == scene.platform.name)
    here = f"clients/{client['client_id']}/connection/change"
    answer = await scene.http.post(f"/api/v1/{here}", json=scene.platform.asked)
    run_id = answer.json()["run_id"]
    await scene.sign_in(answer.json()["authorize_url"])
    await scene.until_stage(run_id, "awaiting_selection")
    await page.goto(f"/{here}/{run_id}")
    await expect(page.get_by_role("button", name="Sign in with another login")).to_be_visible()
    await looked_at(page, "several-change")
    await scene.cancel(run_id)
    await scene.until_stage(run_id, "finished")


@pytest.mark.thorough
async def test_panel_and_lists_have_each_of_them(make_scene: MakeScene, browsers: Browsers):
    here = await make_scene(platforms=tuple(PLATFORMS), organisations=EACH, people=1, small_books=True)
    scenes = [here.at(name) for name in PLATFORMS]
    sage, quickbooks = here.at("sage"), here.at("quickbooks")
    sage.control.change_settings(SettingWords(has_lead=True))  # which gives a long mark
    for identity in quickbooks.world.library.organisations:
        quickbooks.control.change_organisation(identity, OrganisationWords(name=f"Barlow {identity[-4:]} Inc."))
    await change(here, "UPDATE colleagues SET password_hash = :kept, name = :name", kept=KEPT, name=LONG)
    page = await browsers.signed_in(Person(address("admin"), here.actor, here))
    async with here.worker():
        await leaves(page, sage, "Before you go to Sage")
        await leaves(page, quickbooks, "Which organisations?")
        for scene in scenes:
            await added(page, scene)

        await page.goto("/clients")
        rows = page.locator("#list tbody tr")
        await expect(rows).to_have_count(EACH * len(scenes))
        await looked_at(page, "several-clients")
        await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        for scene in scenes:
            await expect(rows.get_by_text(scene.platform.title, exact=True).locator("visible=true")).to_have_count(EACH)
        await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        for scene in scenes:
            await expect(rows.filter(has_text=scene.platform.title)).to_have_count(EACH)
            await page.goto(f"/clients?provider={scene.platform.name}")
            await expect(rows).to_have_count(EACH)
            await page.goto("/clients")
        await page.get_by_text("Actions", exact=True).click()
        await page.get_by_role("link", name="Client sync").click()
        for scene in scenes:
            offers = page.get_by_role("dialog").get_by_role("region", name=scene.platform.title)
            await expect(offers.get_by_role("button", name="Add clients")).to_have_count(1)
            await expect(offers.get_by_role("button", name="Reassign clients")).to_have_count(1)
        await looked_at(page, "several-panel")

        await change(here, "UPDATE runs SET result = 'completed_with_failures'")  # whose mark is the longest
        await page.goto("/activity")
        await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert await page.evaluate(CUT_OFF) == 0
        await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        await looked_at(page, "several-activity")

        [client, *_] = [one for one in await here.clients() if one["connection"]["provider"] == "quickbooks"]
        await page.goto(f"/clients/{client['client_id']}/connection/disconnect")
        await expect(
            page.get_by_text(f"and the connection to {client['name']} with it. The lists stay")
        ).to_be_visible()

        await is_moved(page, sage)

        sage.signed_out()
        await a_night_later(here, are_lists_due=False)
        await check(here)
        await page.goto("/clients")
        offered = page.locator("#nudge").get_by_role("button")
        assert await offered.all_inner_texts() == ["Reconnect all: Sage"]
        await looked_at(page, "several-nudge")
        await page.goto("/connections")
        offered = page.get_by_role("region", name="Signed out").get_by_role("button")
        assert await offered.all_inner_texts() == ["Reconnect: Sage"]
        await looked_at(page, "several-connections")
