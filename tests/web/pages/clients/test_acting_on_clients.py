"""The client list acts: buttons in rows, many clients at once, views, finding and looking, by mouse and keyboard."""

import re
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from sqlmodel import select

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.practices import Plan
from models.clients.tables import Client
from models.connections.tables import Connection
from models.events.tables import Event
from models.practices.tables import Practice
from tests.web.house import NARROW, Browsers, House, arrived
from tests.web.looking import looked_at
from tests.web.practices.crowd import Crowd, crowded

COUNT = 120
BROKEN = ConnectionStatus.NEEDS_RECONNECT, ConnectionStatus.NEEDS_CLIENT


@pytest_asyncio.fixture(scope="module")
async def crowd(house: House) -> Crowd:
    """The first practice, full of clients."""
    made = await crowded(house.scene.database, house.admin.actor, COUNT)
    async with house.scene.database.transaction() as session:
        practice = await session.get_one(Practice, house.admin.actor.practice_id)
        practice.plan = Plan.ADVANCED
    return made


@pytest_asyncio.fixture(scope="module")
async def http(house: House) -> httpx2.AsyncClient:
    """The admin, without a screen."""
    return await arrived(house.admin)


async def csrf(http: httpx2.AsyncClient) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', (await http.get("/clients")).text)
    assert found
    return found[1]


async def sent(http: httpx2.AsyncClient, path: str, **fields: object) -> httpx2.Response:
    return await http.post(path, data={"csrf": await csrf(http)} | fields)


def broken(crowd: Crowd) -> set[UUID]:
    return {one.client_id for one in crowd.connections if one.status in BROKEN and one.client_id is not None}


async def test_what_needs_a_person_comes_first_and_has_its_button(crowd: Crowd, http: httpx2.AsyncClient):
    page = (await http.get("/clients?limit=500")).text
    rows = re.findall(r"<tr>\n<td class=\"of-tick\">.*?</tr>", page, re.DOTALL)
    ids = [UUID(found[1]) for row in rows if (found := re.search(r'name="client" value="([^"]+)"', row))]
    assert len(ids) == COUNT
    assert set(ids[: len(broken(crowd))]) == broken(crowd)
    for client_id, row in zip(ids, rows, strict=True):
        if client_id in broken(crowd):
            assert any(step in row for step in ("Reconnect", "Ask the client", "Try again", "Leave the list out")), row
    mail = next(found[1] for row in rows if (found := re.search(r'href="(mailto:[^"]+)"', row)))
    body = parse_qs(urlsplit(mail.replace("&amp;", "&")).query)["body"][0]
    assert "has ended, so we can no longer read your books" in body


@pytest.mark.parametrize(("label", "expected"), [("Needs somebody", True), ("Not connected", False)])
async def test_views_are_filters(crowd: Crowd, http: httpx2.AsyncClient, label: str, expected: bool):
    page = (await http.get("/clients")).text
    found = re.search(rf'<a href="([^"]+)"><bdi>{label}', page)
    assert found
    shown = (await http.get(found[1].replace("&amp;", "&"))).text
    assert f'aria-current="page"><bdi>{label}' in shown
    assert ("Reconnect" in shown) is True or not expected


async def test_an_owner_and_a_team_for_many_in_one_go(house: House, crowd: Crowd, http: httpx2.AsyncClient):
    chosen = crowd.clients[:5]
    ids = [str(one.id) for one in chosen]
    asked = await sent(http, "/clients/many", what="owner", client=ids)
    assert "Change the owner: 5 clients" in asked.text
    refused = await sent(http, "/clients/many/done", what="owner", client=ids, chosen="")
    assert (refused.status_code, "Choose who looks after them" in refused.text) == (422, True)
    new_owner = str(house.admin.actor.colleague_id)
    view = "/clients?status=connected&offset=0"
    done = await sent(http, "/clients/many/done", what="owner", client=ids, chosen=new_owner, back=view)
    assert 'href="/clients?status=connected&amp;offset=0"' in done.text
    assert re.search(r"<h1>The owner is changed for \d clients?<", done.text), done.text
    assert done.text.partition("<main")[2].count("The owner is changed") == 1
    team = crowd.teams[0]
    elsewhere = "https://elsewhere.example/clients?"
    first = await sent(http, "/clients/many/done", what="team", client=ids, chosen=str(team), back=elsewhere)
    assert "elsewhere.example" not in first.text
    again = await sent(http, "/clients/many/done", what="team", client=ids, chosen=str(team))
    assert "The team is changed for 0 clients" in again.text
    assert "5 clients had it already" in again.text
    async with house.scene.database.session() as session:
        found = (await session.exec(select(Client).where(Client.id.in_([one.id for one in chosen])))).all()  # type: ignore[attr-defined]
        assert {(one.owner_id, one.team_id) for one in found} == {(house.admin.actor.colleague_id, team)}
        told = (await session.exec(select(Event).where(Event.kind == "client.team_changed"))).all()
    assert len(told) == len({event.client_id for event in told})


@pytest.mark.thorough
async def test_archiving_and_restoring_many_asks_first_and_tells_who_was_left_out(
    house: House, crowd: Crowd, http: httpx2.AsyncClient
):
    plain = [one for one in crowd.clients if one.id not in {line.client_id for line in crowd.connections}][:3]
    ids = [str(one.id) for one in plain]
    assert "Archive: 3 clients" in (await sent(http, "/clients/many", what="archive", client=ids)).text
    first = await sent(http, "/clients/many/done", what="archive", client=ids[:1])
    assert "1 client archived" in first.text
    rest = await sent(http, "/clients/many/done", what="archive", client=ids)
    assert "2 clients archived" in rest.text
    assert "It is archived already." in rest.text
    saved = await sent(http, "/clients/many", what="export", client=[*ids, str(crowd.clients[10].id)])
    assert crowd.clients[10].code in saved.text
    assert plain[0].code in saved.text, "archived ones too: they are chosen"
    shown = (await http.get("/clients?status=archived")).text
    assert re.findall(r'name="what" value="(\w+)"', shown) == ["restore", "export"]
    assert "Restore: 3 clients" in (await sent(http, "/clients/many", what="restore", client=ids)).text
    assert "3 clients restored" in (await sent(http, "/clients/many/done", what="restore", client=ids)).text
    assert "It is not archived." in (await sent(http, "/clients/many", what="restore", client=ids)).text


async def test_disconnecting_many_wants_a_word(crowd: Crowd, http: httpx2.AsyncClient):
    living = [one.client_id for one in crowd.connections if one.status is ConnectionStatus.CONNECTED][:2]
    ids = [str(one) for one in living]
    refused = await sent(http, "/clients/many/done", what="disconnect", client=ids, typed="yes")
    assert (refused.status_code, "Type disconnect to go on" in refused.text) == (422, True)


@pytest.mark.parametrize("count", [0, 501])
async def test_none_and_too_many_are_refused(http: httpx2.AsyncClient, count: int):
    ids = [str(UUID(int=number)) for number in range(count)]
    refused = await sent(http, "/clients/many", what="refresh", client=ids)
    assert refused.status_code == 422
    assert ("Choose at least one client first." if not count else "Choose 500 clients at most") in refused.text


async def test_another_practice_s_clients_do_not_exist(house: House, crowd: Crowd):
    neighbour = await arrived(house.neighbour)
    ids = [str(one.id) for one in crowd.clients[20:22]]
    asked = await sent(neighbour, "/clients/many", what="archive", client=ids)
    assert "There is nothing to do" in asked.text
    await sent(neighbour, "/clients/many/done", what="archive", client=ids)
    assert (await neighbour.get(f"/clients/{ids[0]}/glance")).status_code == 404
    async with house.scene.database.session() as session:
        assert (await session.get_one(Client, UUID(ids[0]))).archived_at is None


async def ticked(page: Page, count: int) -> None:
    for place in range(count):
        await page.locator("table.clients tbody input[type=checkbox]").nth(place).check()


async def test_ticking_in_a_browser(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients")
    bar = page.get_by_role("form", name="With the chosen clients")
    await expect(bar).to_be_hidden()
    await ticked(page, 2)
    await expect(bar.get_by_role("status")).to_have_text("2 chosen")
    await page.get_by_label("Choose all on this page").check()
    await expect(bar.get_by_role("status")).to_have_text("50 chosen")
    await page.get_by_role("searchbox").fill("bakery")
    await expect(bar).to_be_hidden()
    await ticked(page, 1)
    async with page.expect_download():
        await bar.get_by_role("button", name="Export").click()
    await bar.get_by_role("button", name="Change team").click()  # a file that is saved ends nothing
    await expect(page.get_by_role("heading", level=1)).to_have_text("Change the team: 1 client")
    await page.get_by_label("Their team").select_option(index=1)
    await page.get_by_role("button", name="Change the team of 1 client").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^The team is changed for [01] client"))


@pytest.mark.thorough
async def test_finding_and_looking_by_keyboard(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients")
    await page.keyboard.press("/")
    await expect(page.get_by_label("Search by name or code")).to_be_focused()
    await page.goto("/activity")
    await page.keyboard.press("Control+k")
    box = page.get_by_label("Name or code", exact=True)
    await expect(box).to_be_focused()
    await box.press_sequentially("C00031")
    await expect(page.locator("#found a")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/clients/[0-9a-f-]+$"))

    await page.goto("/clients?sort=code")
    look = page.locator("[data-glance]").first
    await look.focus()
    await page.keyboard.press("Enter")
    drawer = page.locator("#glance")
    await expect(drawer.get_by_role("link", name="Open the client")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(look).to_be_focused()
    await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    await look.click()  # there too
    await expect(drawer.get_by_role("link", name="Open the client")).to_be_visible()


@pytest.mark.thorough
async def test_a_list_that_is_left_open_is_read_again_and_says_when_it_cannot_be(
    house: House, browsers: Browsers, crowd: Crowd
):
    page = await browsers.signed_in(house.admin)
    await page.clock.install()
    await page.goto("/clients?sort=code")
    await page.locator("table.clients tbody input[type=checkbox]").nth(1).check()
    ticked_row = page.locator("table.clients tbody tr").nth(1)
    connection = next(one for one in crowd.connections if one.client_id == crowd.clients[41].id)
    changing = page.locator(f'table.clients tbody tr:has(input[value="{connection.client_id}"])')
    await expect(changing.locator(".pill.good")).to_have_count(1)
    lost = page.get_by_text("This page may be out of date.")
    try:
        await changing.locator("[data-glance]").click()
        drawer = page.locator("#glance")
        await expect(drawer.locator(".pill.good")).to_have_count(1)
        await _stands(house, connection.id, ConnectionStatus.NEEDS_RECONNECT, Cause.SIGNED_OUT)
        await page.clock.fast_forward(61_000)
        await expect(drawer.locator(".pill.good")).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(changing.locator("[data-glance]")).to_be_focused()
        await expect(changing.locator(".pill.good")).to_have_count(0)
        await expect(ticked_row.locator("input[type=checkbox]")).to_be_checked()
        await page.context.set_offline(True)
        await page.clock.fast_forward(61_000)
        await expect(lost).to_be_visible()
        assert await page.locator("#list").evaluate("list => getComputedStyle(list).filter") == "grayscale(1)"
        await page.context.set_offline(False)
        await page.clock.fast_forward(6_000)
        await expect(lost).to_have_count(0)
    finally:
        await _stands(house, connection.id, ConnectionStatus.CONNECTED, None)


async def _stands(house: House, connection_id: UUID, status: ConnectionStatus, cause: Cause | None) -> None:
    async with house.scene.database.transaction() as session:
        connection = await session.get_one(Connection, connection_id)
        connection.status, connection.cause = status, cause


@pytest.mark.thorough
async def test_it_looks_right(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients")
    await ticked(page, 2)
    await looked_at(page, "clients-ticked")
    await page.get_by_role("button", name="Change owner").click()
    await looked_at(page, "clients-many")
