"""The client list: what its address asks for, changing it in place, Client sync, and what it says when it is empty."""

import csv
import io
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from models.clients.tables import Client
from models.connections.tables import Connection
from tests.web.house import NARROW, WIDE, Browsers, House, arrived
from tests.web.looking import looked_at
from tests.web.practices.crowd import HTML, LONG, Crowd, crowded

COUNT = 260
Standing = Callable[[Client, Connection | None], bool]


@pytest_asyncio.fixture(scope="module")
async def crowd(house: House) -> Crowd:
    """The first practice, full of clients."""
    return await crowded(house.scene.database, house.admin.actor, COUNT)


@pytest_asyncio.fixture(scope="module")
async def http(house: House) -> httpx2.AsyncClient:
    """The admin, without a screen."""
    return await arrived(house.admin)


def fitting(crowd: Crowd, fits: Standing) -> set[str]:
    """The codes of the clients that fit, found without the database."""
    connections = {connection.client_id: connection for connection in crowd.connections}
    return {client.code for client in crowd.clients if fits(client, connections.get(client.id))}


def codes(page: str) -> list[str]:
    """The codes on a page, in its order."""
    return re.findall(r"<code>(C\d+)</code>", page)


async def listed(page: Page) -> list[str]:
    """The same in a browser."""
    return await page.locator("table.clients td code").all_inner_texts()


def has_cause(cause: Cause) -> Standing:
    return lambda _, connection: connection is not None and connection.cause is cause


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("", lambda *_: True),
        ("search=&owner=&team=&status=&cause=&sort=&limit=", lambda *_: True),
        ("search=%20BAKERY%20", lambda client, _: "bakery" in client.name.lower()),
        ("search=c0003", lambda client, _: "C0003" in client.code),
        ("search=100%25", lambda *_: False),
        ("cause=access_lost", has_cause(Cause.ACCESS_LOST)),
        ("status=needs_reconnect&cause=signed_out", has_cause(Cause.SIGNED_OUT)),
        (
            "status=not_connected",
            lambda _, connection: connection is None or connection.status is ConnectionStatus.DISCONNECTED,
        ),
    ],
)
async def test_the_address_says_what_the_list_shows(crowd: Crowd, http: httpx2.AsyncClient, query: str, fits: Standing):
    expected = fitting(crowd, fits)
    page = await http.get(f"/clients?{query.removesuffix('limit=')}&limit=500")
    assert page.status_code == 200
    assert set(codes(page.text)) == expected
    assert f"{len(expected):,} client{'s' * (len(expected) != 1)}" in page.text
    saved = await http.get(f"/clients.csv?{query}")
    rows = list(csv.DictReader(io.StringIO(saved.text.removeprefix("\ufeff"))))
    assert {row["code"] for row in rows} == expected


async def test_owner_and_team_filter_too(crowd: Crowd, http: httpx2.AsyncClient):
    owner, team = crowd.colleagues[0], crowd.teams[0]
    page = await http.get("/clients", params={"owner": str(owner), "team": str(team), "limit": 500})
    expected = fitting(crowd, lambda client, _: client.owner_id == owner and client.team_id == team)
    assert expected
    assert set(codes(page.text)) == expected


@pytest.mark.thorough
async def test_where_something_needs_somebody_a_button_repairs_it(crowd: Crowd, http: httpx2.AsyncClient):
    page = (await http.get("/clients?status=needs_person")).text
    assert f"{broken_ones(crowd)} clients need a new sign-in" in page
    assert "/client-sync/xero/reconnect-all" in page
    broken = next(one for one in crowd.connections if one.cause is Cause.SIGNED_OUT)
    for part in ("", "/glance"):
        page = (await http.get(f"/clients/{broken.client_id}{part}")).text
        assert f'action="/clients/{broken.client_id}/connection/reconnect"' in page


async def test_pages_follow_each_other_in_the_order_of_a_column(crowd: Crowd, http: httpx2.AsyncClient):
    seen: list[str] = []
    address: str | None = "/clients?sort=code&direction=descending&limit=100"
    while address:
        page = (await http.get(address)).text
        seen += codes(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert seen == sorted((client.code for client in crowd.clients), reverse=True)


async def test_past_the_end_is_the_last_page(http: httpx2.AsyncClient, crowd: Crowd):
    answer = await http.get("/clients?search=C0&limit=100&offset=5000")
    assert (answer.status_code, answer.headers["location"]) == (303, "/clients?search=C0&limit=100&offset=200")


@pytest.mark.thorough
async def test_names_are_text(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients?search=O'Neill")
    row = page.get_by_role("rowheader")
    assert await row.inner_text() == HTML
    assert await row.get_by_role("link").get_attribute("title") == HTML
    await row.hover()
    assert await page.title() == "Clients · Clientsync"
    await page.goto("/clients?search=very+long")
    link = page.get_by_role("rowheader").get_by_role("link")
    assert await link.get_attribute("title") == LONG[:255]
    assert await link.evaluate("link => link.scrollHeight > link.clientHeight")  # cut after two lines, with an ellipsis


@pytest.mark.thorough
async def test_the_list_changes_in_place(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients")
    await page.evaluate("window.stayed = true")
    search = page.get_by_role("searchbox")
    await search.press_sequentially("bakery")
    bakeries = fitting(crowd, lambda client, _: "Bakery" in client.name)
    await expect(page.locator("#list-counted")).to_have_text(f"{len(bakeries)} clients found")
    assert set(await listed(page)) <= bakeries
    assert urlsplit(page.url).query == "search=bakery"
    await expect(search).to_be_focused()

    await page.get_by_label("All statuses").select_option("needs_reconnect")
    broken = fitting(
        crowd,
        lambda client, connection: (
            "Bakery" in client.name and connection is not None and connection.status is ConnectionStatus.NEEDS_RECONNECT
        ),
    )
    await expect(page.locator("table.clients td code")).to_have_count(len(broken))
    assert set(await listed(page)) == broken
    assert parse_qs(urlsplit(page.url).query) == {"search": ["bakery"], "status": ["needs_reconnect"]}

    await page.get_by_role("link", name="Code").click()
    await expect(page.get_by_role("columnheader", name="Code")).to_have_attribute("aria-sort", "ascending")
    assert await listed(page) == sorted(broken)
    await expect(page.get_by_label("All statuses")).to_have_value("needs_reconnect")
    await expect(page.get_by_role("link", name="Code")).to_be_focused()
    saved = await page.locator("[data-follows=csv]").get_attribute("href")
    assert saved == "/clients.csv?search=bakery&status=needs_reconnect&sort=code"

    await page.go_back()
    await expect(page.locator("[aria-sort]")).to_have_count(0)  # what needs a person first, which is no column
    await page.go_back()
    await expect(page.locator("#list-counted")).to_have_text(f"{len(bakeries)} clients found")
    await expect(page.get_by_label("All statuses")).to_have_value("")
    await page.get_by_role("link", name="Clear filters").click()
    await expect(page.locator("#list-counted")).to_have_text(f"{COUNT} clients")
    await expect(search).to_have_value("")
    await page.get_by_role("link", name="Next").click()
    await expect(page.get_by_text(re.compile(r"^51.100 of 260 clients$"))).to_be_visible()
    assert await page.evaluate("window.stayed")


@pytest.mark.thorough
async def test_nothing_matches(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.member)
    await page.goto("/clients?search=no+such+client")
    await page.get_by_role("heading", name="No client matches").wait_for()
    await page.locator("#list .empty").get_by_role("link", name="Clear filters").click()
    await expect(page.locator("table.clients td code")).to_have_count(50)


@pytest.mark.thorough
async def test_without_scripts(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin, scripts=False)
    await page.goto("/clients")
    await page.get_by_label("All causes").select_option("access_lost")
    await page.get_by_role("button", name="Show").click()
    expected = fitting(crowd, has_cause(Cause.ACCESS_LOST))
    assert set(await listed(page)) == expected
    await page.locator("main summary").click()
    await page.get_by_role("link", name="Client sync").click()
    await expect(page.get_by_role("button")).to_have_text(
        ["Add clients", f"Reconnect all ({broken_ones(crowd)})", "Reassign clients"]
    )


def broken_ones(crowd: Crowd) -> int:
    """How many a sign-in may repair."""
    return sum(one.status is ConnectionStatus.NEEDS_RECONNECT for one in crowd.connections)


@pytest.mark.thorough
async def test_what_no_sign_in_repairs_is_told_apart(house: House, browsers: Browsers, crowd: Crowd):
    ended = len(fitting(crowd, has_cause(Cause.SUBSCRIPTION_ENDED)))
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients")
    told = f"{broken_ones(crowd)} clients need a new sign-in; {ended} need another step."
    await expect(page.locator(".nudge strong")).to_have_text(told)
    await page.get_by_role("link", name="See why").click()
    await expect(page.get_by_role("button", name=f"Reconnect all ({broken_ones(crowd)})")).to_be_visible()
    card = page.get_by_role("region", name=f"Subscription ended {ended} clients")
    await expect(card.get_by_text("Signing in again does not repair these.")).to_be_visible()
    await expect(page.get_by_text("Signing in again does not repair")).to_have_count(1)
    await looked_at(page, "connections-told-apart")


@pytest.mark.thorough
async def test_actions_client_sync_leads_to_the_provider(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients")
    await page.locator("main summary").press("Enter")
    await page.get_by_role("link", name="Client sync").press("Enter")
    panel = page.get_by_role("dialog", name="Client sync")
    await panel.wait_for()
    await looked_at(page, "client-sync")
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(page.locator("summary", has_text="Actions")).to_be_focused()
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.locator("main summary").click()
    await page.get_by_role("link", name="Client sync").click()
    await panel.get_by_role("button", name=f"Reconnect all ({broken_ones(crowd)})").click()
    await expect(page.get_by_role("heading", name="Before you go to Xero")).to_be_visible()  # some were removed there
    await page.get_by_role("link", name="Continue to Xero").click()
    await page.wait_for_url(f"{house.scene.sandbox}/**")


@pytest.mark.thorough
async def test_looks(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/clients?sort=status")
    await looked_at(page, "clients")


async def test_another_practice_sees_none_of_it(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.neighbour)
    await page.goto("/clients")
    await page.get_by_role("heading", name="No clients yet").wait_for()
    assert await page.get_by_role("button", name="Add clients").is_visible()
    await looked_at(page, "clients-empty")
    await page.goto(f"/clients?owner={crowd.colleagues[0]}&team={crowd.teams[0]}")
    assert await page.locator("table.clients").count() == 0
    assert "Ada Harbour" not in await page.content()


@pytest.mark.thorough
@pytest.mark.parametrize("scripts", [True, False])
async def test_in_a_narrow_window_filters_are_folded(house: House, crowd: Crowd, browsers: Browsers, scripts: bool):
    page = await browsers.signed_in(house.admin, size=NARROW, scripts=scripts)
    await page.goto("/clients")
    chosen = page.locator("#filter-owner")
    await expect(chosen).to_be_hidden()
    await page.locator("[data-folds]").focus()
    await page.keyboard.press("Space")
    await expect(chosen).to_be_visible()
    await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    await expect(page.get_by_text("Filters", exact=True)).to_be_hidden()
    await expect(chosen).to_be_visible()
