"""Saved views above the client list: kept, opened, changed and shared, by page and API."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlmodel import col, delete

from models.practices.tables import Team
from models.practices.writes import create_team
from tests.web.house import NARROW, Browsers, House, Person, arrived
from tests.web.looking import looked_at
from tests.web.pages.signing_in.test_signing_in import csrf_of
from tests.web.practices.crowd import Crowd, crowded

API = "/api/v1/saved-views"


@pytest_asyncio.fixture(scope="module", autouse=True)
async def crowd(house: House) -> Crowd:
    """The first practice, with clients."""
    return await crowded(house.scene.database, house.admin.actor, 30)


def tabs(page: str) -> dict[str, tuple[str, bool]]:
    """The views above the list: what each is called, its address, and whether it is the one shown."""
    nav = page[page.index('<nav class="tabs views"') :].partition("</nav>")[0]
    found = re.findall(r'<a href="([^"]+)"( aria-current="page")?[^>]*><bdi>([^<]+)</bdi>', nav)
    return {unescape(name): (unescape(address), bool(shown)) for address, shown, name in found}


async def sent(http: httpx2.AsyncClient, address: str, **fields: str) -> httpx2.Response:
    return await http.post(address, data=fields | {"csrf": await csrf_of(http)})


async def test_what_the_list_shows_is_kept_renamed_shared_replaced_and_deleted(house: House):
    http, member = await arrived(house.admin), await arrived(house.member)
    words = "search=bakery&status=needs_person&sort=code&direction=descending"
    page = (await http.get(f"/clients?{words}")).text
    assert f'href="/clients/views/new?{words.replace("&", "&amp;")}"' in page, "what is shown can be kept"
    assert "Save this view" not in (await http.get("/clients")).text, "all clients are a view already"
    asked = (await http.get(f"/clients/views/new?{words}")).text
    assert "“bakery” in name or code" in asked
    assert "Sorted by code, in reverse" in asked

    refused = await sent(http, f"/clients/views?{words}", name="mine")
    assert refused.status_code == 409
    assert "Everybody has a view called mine already" in refused.text
    saved = await sent(http, f"/clients/views?{words}", name="Bakeries & <b>")
    assert (saved.status_code, saved.headers["location"]) == (303, f"/clients?{words}&said=view-saved")
    page = (await http.get(f"/clients?{words}")).text
    assert tabs(page)["Bakeries & <b>"] == (f"/clients?{words}", True)
    assert "Save this view" not in page
    assert not any(shown for name, (_, shown) in tabs(page).items() if name != "Bakeries & <b>")

    everything = (await http.get("/clients/views")).text
    (view_id,) = re.findall(r'href="/clients/views/([0-9a-f-]{36})"', everything)
    assert (await member.get(f"/clients/views/{view_id}")).status_code == 404
    changed = await sent(http, f"/clients/views/{view_id}", name="Bakeries", shared="true")
    assert changed.headers["location"] == "/clients/views?said=view-changed"
    assert "Bakeries" in tabs((await member.get("/clients")).text)
    theirs = await member.get(f"/clients/views/{view_id}")
    assert "shares this view. Only they or an admin can change it" in theirs.text
    assert "<form" not in theirs.text.partition('class="stack"')[2]
    assert (await sent(member, f"/clients/views/{view_id}/delete")).status_code == 403

    assert (await sent(http, "/clients/views/replace?search=law", view=view_id)).status_code == 303
    assert tabs((await member.get("/clients")).text)["Bakeries"] == ("/clients?search=law", False)
    deleted = await sent(http, f"/clients/views/{view_id}/delete")
    assert deleted.headers["location"] == "/clients/views?said=view-deleted"
    assert "Bakeries" not in tabs((await member.get("/clients")).text)
    assert "No saved views yet" in (await http.get("/clients/views")).text


@pytest.mark.thorough
async def test_a_shared_view_of_mine_shows_everybody_their_own(house: House):
    http, member = await arrived(house.admin), await arrived(house.member)
    mine, ben = house.admin.actor.colleague_id, house.member.actor.colleague_id
    asked = f"/clients/views/new?owner={mine}&status=needs_person&provider=xero"
    page = (await http.get(asked)).text
    assert "Owner: whoever opens it" in page
    assert "At Xero" in page
    words = asked.partition("?")[2]
    assert (await sent(http, f"/clients/views?{words}", name="Mine, broken", shared="true")).status_code == 303
    tail = "&status=needs_person&provider=xero"
    assert tabs((await member.get("/clients")).text)["Mine, broken"][0] == f"/clients?owner={ben}{tail}"
    address, _ = tabs((await http.get("/clients")).text)["Mine, broken"]
    assert address == f"/clients?owner={mine}{tail}"
    assert tabs((await http.get(address)).text)["Mine, broken"][1]
    (view,) = (await house.member.scene.http.get(API)).json()["views"]
    assert (view["query"]["owner_id"], view["query"]["provider"], view["left_out"]) == (str(ben), "xero", [])
    assert (await house.admin.scene.http.delete(f"{API}/{view['view_id']}")).status_code == 204

    of_ben = await sent(http, f"/clients/views?owner={ben}", name="Ben's", shared="true")
    assert of_ben.status_code == 303
    assert tabs((await member.get("/clients")).text)["Ben's"][0] == f"/clients?owner={ben}"
    assert tabs((await http.get("/clients")).text)["Ben's"][0] == f"/clients?owner={ben}"
    leaving = (await http.get(f"/team/colleagues/{ben}/deactivate")).text
    assert "saved view" not in leaving
    assert (await sent(member, "/clients/views?search=law", name="Only Ben's")).status_code == 303
    leaving = " ".join(re.sub("<[^>]+>", "", (await http.get(f"/team/colleagues/{ben}/deactivate")).text).split())
    assert "1 saved view of the client list is theirs. 1 that only they have is deleted." in leaving


@pytest.mark.thorough
async def test_a_view_of_a_team_that_is_gone_opens_with_a_plain_word(house: House):
    async with house.scene.database.transaction() as session:
        team = await create_team(session, house.admin.actor.practice_id, "Soon gone")
    http = await arrived(house.member)
    await sent(http, f"/clients/views?search=a&team={team.id}", name="Of a team")
    async with house.scene.database.transaction() as session:
        await session.exec(delete(Team).where(col(Team.id) == team.id))
    address, _ = tabs((await http.get("/clients")).text)["Of a team"]
    assert parse_qs(urlsplit(address).query) == {"search": ["a"], "said": ["view-partly-gone"]}
    page = (await http.get(address)).text
    assert "Part of this view is left out: it asked for something that is no longer there" in page
    assert tabs(page)["Of a team"][1], "it is the one shown"
    assert "The team is no longer there, so the view shows more." in (await http.get("/clients/views")).text


@pytest.mark.thorough
async def test_more_than_six_are_a_click_away_and_the_one_shown_stands_there(house: House):
    http = await arrived(house.neighbour)
    scene = house.neighbour.scene
    await crowded(scene.database, house.neighbour.actor, 5)
    for number in range(8):
        made = await scene.http.post(API, json={"name": f"View {number}", "query": {"search": f"a{number}"}})
        assert made.status_code == 201, made.text
    page = (await http.get("/clients")).text
    assert [name for name in tabs(page) if name.startswith("View")] == [f"View {number}" for number in range(6)]
    assert "Saved views (8)" in page
    page = (await http.get("/clients?search=a7&sort=name")).text
    assert tabs(page)["View 7"][1]


@pytest.mark.thorough
@pytest.mark.parametrize("who", ["admin", "member"])
async def test_the_api_keeps_views(house: House, who: str):
    person: Person = getattr(house, who)
    http, owner = person.scene.http, str(person.actor.colleague_id)
    query = {"search": "law", "owner_id": owner, "status": "connected", "sort": "last_synced", "descending": True}
    made = (await http.post(API, json={"name": "Law", "query": query})).json()
    whole = query | {"team_id": None, "cause": None, "provider": None}
    assert made | {"view_id": "…"} == {
        "view_id": "…",
        "name": "Law",
        "owner_id": owner,
        "owner": person.actor.colleague_name,
        "shared": False,
        "may_change": True,
        "query": whole,
        "left_out": [],
    }
    at = f"{API}/{made['view_id']}"
    again = await http.post(API, json={"name": "law", "query": {}})
    assert (again.status_code, again.json()["error"]["field"]) == (409, "name")
    strange = await http.post(API, json={"name": "Strange", "query": {"status": "paused"}})
    assert strange.status_code == 422
    changed = (await http.patch(at, json={"shared": True, "query": {"search": "bakery"}})).json()
    assert (changed["name"], changed["shared"], changed["query"]["search"]) == ("Law", True, "bakery")
    assert changed["query"]["status"] is None, "the query is replaced whole"
    assert changed in (await http.get(API)).json()["views"]
    assert (await house.neighbour.scene.http.patch(at, json={"name": "Ours"})).status_code == 404
    assert (await http.delete(at)).status_code == 204
    assert (await http.delete(at)).status_code == 404
    UUID(made["view_id"])


@pytest.mark.thorough
async def test_a_view_is_saved_by_the_keyboard_in_a_narrow_window(house: House, browsers: Browsers):
    page = await browsers.signed_in(house.member, size=NARROW)
    await page.goto("/clients")
    await page.get_by_role("searchbox").press_sequentially("bakery")
    save = page.get_by_role("link", name="Save this view")
    await expect(save).to_have_attribute("href", "/clients/views/new?search=bakery")
    await save.press("Enter")
    await expect(page.get_by_label("Name of the view")).to_be_focused()
    await looked_at(page, "saved-views-new")
    await page.keyboard.type("Bakeries")
    await page.keyboard.press("Enter")
    shown = page.get_by_role("navigation", name="Views of the list").get_by_role("link", name="Bakeries")
    await expect(shown).to_have_attribute("aria-current", "page")
    await expect(page.get_by_text("The view is saved.")).to_be_visible()
