"""Activity and Connections: what was started and what became of it; what is broken, why, and who can repair it."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import expect

from contracts.naming.software import named
from contracts.words.causes import Cause
from contracts.words.runs import RunKind
from tests.web.house import Browsers, House, arrived, made_house
from tests.web.looking import looked_at
from tests.web.practices.crowd import HTML, Crowd, crowded
from web.kit.wording import words

RUNS = 14


@pytest_asyncio.fixture(scope="module")
async def crowd(house: House) -> Crowd:
    """The first practice with clients and runs."""
    return await crowded(house.scene.database, house.admin.actor, 200, runs=RUNS)


@pytest.mark.thorough
async def test_activity_can_be_narrowed(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.member)
    await page.goto("/activity")
    rows = page.locator("table.runs tbody tr")
    await expect(rows).to_have_count(RUNS)
    await looked_at(page, "activity")
    await page.get_by_label("Everything").select_option(RunKind.ADD_CLIENTS.value)
    added = [run for run in crowd.runs if run.kind is RunKind.ADD_CLIENTS]
    await expect(rows).to_have_count(len(added))
    await page.get_by_label("Any state").select_option("active")
    active = [run for run in added if run.result is None]
    await expect(rows).to_have_count(len(active))
    words = urlsplit(page.url).query
    assert words == "kind=add-clients&state=active"
    first = rows.first
    assert await first.get_by_role("link").get_attribute("href") == f"/activity/{active[0].id}"
    assert re.findall(r"\d+ [a-z ]+", (await first.locator(".tallies").inner_text()).replace("\n", " "))[0].startswith(
        "24 created"
    )
    await page.get_by_label("All colleagues").select_option(str(crowd.colleagues[-1]))
    await page.get_by_role("heading", name="No run matches").wait_for()


@pytest.mark.thorough
async def test_what_a_run_says_is_text(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/activity?kind=reconnect-all&state=finished")
    assert HTML in await page.locator("table.runs .under").first.inner_text()
    assert await page.title() == "Activity · Clientsync"


async def test_another_practices_activity_is_not_ours(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.neighbour)
    await page.goto("/activity")
    await page.get_by_role("heading", name="Nothing has happened yet").wait_for()
    http = await arrived(house.neighbour)
    assert (await http.get(f"/activity/{crowd.runs[0].id}")).status_code == 404


@pytest.mark.thorough
async def test_connections_by_cause(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/connections")
    counted = Counter(connection.cause for connection in crowd.connections if connection.cause)
    groups = page.locator("section.cause")
    await expect(groups).to_have_count(len(counted))
    for cause, count in counted.items():
        group = page.get_by_role("region", name=named(words(cause), "Xero"))
        text = await group.inner_text()
        assert named(cause.sentence, "Xero") in text
        assert named(cause.next_step, "Xero") in text
        assert f"{count} client" in text
    able = Counter(colleague for colleague, one in crowd.reach if one.cause is Cause.SIGNED_OUT)
    mine, beyond = able[house.admin.actor.colleague_id], counted[Cause.SIGNED_OUT] - able.total()
    repairers = page.get_by_role("region", name="Signed out").locator(".repairers li")
    assert f"Ada Harbour (you) {mine}" in [" ".join(text.split()[:4]) for text in await repairers.all_inner_texts()]
    assert mine
    if beyond:
        await expect(repairers.last).to_have_text(f"No known login reaches {beyond}")
    assert not await page.get_by_role("region", name="Waiting for Xero's limit").get_by_text("by signing in").count()
    await looked_at(page, "connections")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.get_by_role("region", name="Access lost").get_by_role("link").click()
    await expect(page.locator("table.clients td code")).to_have_count(counted[Cause.ACCESS_LOST])


@pytest.mark.thorough
async def test_check_now_says_how_it_goes(house: House, browsers: Browsers):
    """Real clients with a real login, looked at by a real check."""
    own = await made_house(house.scene)
    await own.admin.scene.added(person=0)
    page = await browsers.signed_in(own.member)
    await page.goto("/connections")
    await page.get_by_role("heading", name="No connection is in trouble").wait_for()
    await page.get_by_role("button", name="Check now").click()
    await page.get_by_text("Last check: just now.").wait_for(timeout=60_000)  # the page looks again by itself
    await expect(page.locator("#said")).to_have_text("The check has ended. What it found stands below.")
    await looked_at(page, "connections-well")


@pytest.mark.thorough
async def test_nothing_is_connected_yet(house: House, browsers: Browsers):
    page = await browsers.signed_in(house.neighbour)
    await page.goto("/connections")
    await page.get_by_role("heading", name="Nothing is connected yet").wait_for()
    assert await page.get_by_role("button", name="Check now").count() == 0
