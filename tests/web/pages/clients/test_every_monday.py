"""Monday in a practice of 2,000 clients: a manager finds all 60 that are broken and repairs them without help.

By mouse in a wide window by day, and by keyboard in a narrow one by night. What is pressed is what the rows themselves
offer; every page on the way is looked at.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from contracts.words.causes import Cause
from tests.conftest import administer, migrated_database
from tests.journeys.stage import hasty, staged, temporal_server
from tests.web.house import NARROW, WIDE, Browsers, made_house
from tests.web.looking import assert_accessible, assert_fits
from tests.web.practices.broken_practice import BROKEN, OKAFOR, BrokenPractice, broken_practice

CLIENTS = int(os.environ.get("MONDAY_CLIENTS", "2000"))


@pytest_asyncio.fixture
async def monday(tmp_path_factory: pytest.TempPathFactory, migrated_server: str) -> AsyncIterator[BrokenPractice]:
    """The practice, in a product of its own."""
    await administer(migrated_server, "DROP DATABASE IF EXISTS mondays WITH (FORCE)")
    url = await migrated_database(migrated_server, "mondays")
    async with (
        temporal_server(tmp_path_factory.mktemp("temporal")) as settings,
        staged(settings, await hasty(settings), url, organisations=BROKEN + 4, small_books=True) as scene,
        scene.worker(),
    ):
        yield await broken_practice((await made_house(scene)).admin, clients=CLIENTS)


@dataclass
class Manager:
    """Somebody at a browser.

    Attributes:
        page: What they look at.
        by_keyboard: Whether they press keys only.
        seen: Pages that were looked at, by what is the same in their addresses.
    """

    page: Page
    by_keyboard: bool
    seen: set[str] = field(default_factory=set)

    async def press(self, what: Locator) -> None:
        """Press a button or follow a link."""
        if self.by_keyboard:
            await what.focus()
            await self.page.keyboard.press("Enter")
        else:
            await what.click()

    async def tick(self, box: Locator) -> None:
        """Turn a tick box or a radio button on or off."""
        if self.by_keyboard:
            await box.focus()
            await self.page.keyboard.press("Space")
        else:
            await box.click()

    async def looks(self) -> None:
        """Look at a page that is of a new kind: usable by everybody, and it fits."""
        kind = re.sub(r"[0-9a-f-]{30,}|[a-z-]+-\w+-\w{6,}", "…", self.page.url.partition("?")[0])
        if kind not in self.seen and "/identity/" not in kind:
            self.seen.add(kind)
            await assert_accessible(self.page)
            await assert_fits(self.page)

    async def opens(self, address: str) -> None:
        """Open a page, and look at it."""
        await self.page.goto(address)
        await self.looks()

    async def allows_all_there(self) -> None:
        """Sign in at the accounting software, allow all that can be allowed, and come back."""
        page = self.page
        await page.get_by_role("heading", name="Sign in to the Xero sandbox").wait_for()
        await self.tick(page.locator('input[name="person"]').nth(OKAFOR))
        await self.press(page.get_by_role("button", name="Sign in", exact=True))
        await page.get_by_role("heading", name="Clientsync wants access").wait_for()
        if await page.locator('input[name="organisation"]').count():
            await self.press(page.get_by_role("button", name="Select all"))
            await self.press(page.get_by_role("button", name="Allow access"))
        else:
            await self.press(page.get_by_role("button", name="Continue with"))


@pytest.mark.long
@pytest.mark.timeout(1_500)
@pytest.mark.parametrize("by", ["mouse", "keyboard"])
async def test_all_that_is_broken_is_found_and_repaired_without_help(
    monday: BrokenPractice, browsers: Browsers, by: str
):
    by_keyboard = by == "keyboard"
    size = NARROW if by_keyboard else WIDE
    page = await browsers.signed_in(monday.manager, size=size, dark=by_keyboard)
    manager = Manager(page, by_keyboard)
    await _finds_them_first(manager)
    await _reconnects_all(manager)
    await _asks_clients(manager, monday)
    await _leaves_lists_out(manager, monday)
    await _changes_books(manager, monday)
    await _connects(manager, monday)
    await _nothing_is_left(manager)


def rows(page: Page) -> Locator:
    return page.locator("table.clients tbody tr")


async def _finds_them_first(manager: Manager) -> None:
    page = manager.page
    await manager.opens("/clients")
    for place in (0, 25, 49):  # those that need somebody, on the first page
        await expect(rows(page).nth(place).locator(".row-steps")).not_to_be_empty()
    await manager.press(page.get_by_role("link", name=re.compile("^Needs somebody")))
    await expect(page).to_have_url(re.compile("status=needs_person"))
    await manager.looks()


async def leaves(manager: Manager) -> None:
    """Go on to the accounting software, and come back with all that can be allowed there."""
    page = manager.page
    await page.wait_for_url(lambda url: "/clients" not in url or "/reconnect" in url or "/change" in url)
    go_on = page.get_by_role("link", name=re.compile("^Continue to"))
    signing_in = page.get_by_role("heading", name="Sign in to the Xero sandbox")
    await go_on.or_(signing_in).first.wait_for()
    if await go_on.count():  # what has to be ticked there is named first
        await manager.looks()
        await manager.press(go_on)
    await manager.allows_all_there()


async def _reconnects_all(manager: Manager) -> None:
    page = manager.page
    await manager.press(page.locator("summary").filter(has_text="Actions").first)
    await manager.press(page.get_by_role("link", name="Client sync"))
    panel = page.get_by_role("dialog")
    await panel.get_by_role("button", name=re.compile(r"^Reconnect all \(\d+\)")).wait_for()
    await assert_accessible(page)
    await manager.press(panel.get_by_role("button", name=re.compile("^Reconnect all")))
    await leaves(manager)
    await page.locator("#run-summary").wait_for(timeout=300_000)
    await manager.looks()


async def _asks_clients(manager: Manager, monday: BrokenPractice) -> None:
    """Ask the clients, and when they have renewed, try one again by its row and the others together."""
    page, ended = manager.page, f"/clients?status=needs_person&cause={Cause.SUBSCRIPTION_ENDED}"
    await manager.opens(ended)
    asked = page.get_by_role("link", name=re.compile("^Ask the client"))
    assert await asked.count() == len(monday.ways[Cause.SUBSCRIPTION_ENDED])
    assert (await asked.first.get_attribute("href") or "").startswith("mailto:")
    monday.renew()
    await manager.press(page.get_by_role("button", name=re.compile("^Try again")).first)
    await page.wait_for_url(re.compile("/connection"))
    await expect(page.get_by_text("The lists are refreshed.")).to_be_visible()
    await manager.looks()
    await page.goto(ended)
    await manager.tick(page.get_by_label("Choose all on this page"))
    bar = page.get_by_role("form", name="With the chosen clients")
    await manager.press(bar.get_by_role("button", name="Refresh"))
    await page.wait_for_url(re.compile("/clients/many$"))
    await manager.looks()
    await manager.press(page.get_by_role("button", name=re.compile("^Refresh [0-9]+ clients")))
    await page.wait_for_url(re.compile("/clients/many/done"))
    await manager.looks()
    await until_none(page, ended)


async def until_none(page: Page, address: str) -> None:
    """Look at a list until there is no client in it any more."""
    async with asyncio.timeout(120):
        while True:
            await page.goto(address)
            if not await rows(page).count():
                return


async def _leaves_lists_out(manager: Manager, monday: BrokenPractice) -> None:
    page, long = manager.page, f"/clients?cause={Cause.TOO_MANY_RECORDS}"
    for _ in monday.ways[Cause.TOO_MANY_RECORDS]:
        await manager.opens(long)
        await manager.press(page.get_by_role("link", name=re.compile("^Leave the list out")).first)
        await page.wait_for_url(re.compile("/connection"))
        await manager.looks()
        items = page.get_by_role("checkbox", name="Items")
        await expect(items).to_have_accessible_description(re.compile("^Has too many records"))
        await manager.tick(items)
        await manager.press(page.get_by_role("button", name="Save settings"))
        await page.wait_for_url(re.compile("said=settings-saved"))
    await until_none(page, long)


async def _changes_books(manager: Manager, monday: BrokenPractice) -> None:
    """The one that is left: its row says *Reconnect*, and what comes of that says what helps."""
    page, left = manager.page, "/clients?status=needs_person"
    await manager.opens(left)
    await expect(rows(page)).to_have_count(1)
    await manager.press(rows(page).first.get_by_role("button", name=re.compile("^Reconnect")))
    await leaves(manager)
    told = "It does reach another one of that name: if these are its new books, change the client's connection."
    await expect(page.get_by_text(told)).to_be_visible()
    await manager.press(page.get_by_role("button", name="Change the connection"))
    await leaves(manager)
    await page.wait_for_url(re.compile("/connection/change/"))
    await page.get_by_role("button", name="Continue").wait_for()
    await manager.looks()
    await manager.tick(page.locator(f'input[value="{monday.new_books}"]'))
    await manager.press(page.get_by_role("button", name="Continue"))
    await page.get_by_role("columnheader", name="Not found").wait_for()
    await manager.press(page.get_by_role("button", name="Change the connection"))
    await expect(page.get_by_text("The connection is changed.")).to_be_visible()
    await manager.looks()
    await until_none(page, left)


async def _connects(manager: Manager, monday: BrokenPractice) -> None:
    page, apart = manager.page, "/clients?status=not_connected"
    for _ in monday.ways["disconnected"]:
        await manager.opens(apart)
        await manager.press(rows(page).get_by_role("button", name=re.compile("^Reconnect")).first)
        await leaves(manager)
        await expect(page.get_by_text(re.compile("^Reconnected"))).to_be_visible()
        await manager.looks()
    await page.goto(apart)
    await expect(rows(page)).to_have_count(len(monday.ways["unconnected"]))
    await manager.press(rows(page).get_by_role("link", name=re.compile("^Connect")).first)
    await page.wait_for_url("**/client-sync?client=*")  # it is ticked and linked in the list that comes
    await manager.looks()
    await manager.press(page.get_by_role("button", name="Sign in", exact=True))
    await leaves(manager)
    await page.locator("#selection").wait_for()
    await manager.looks()
    alike = page.locator('#selection tr[data-group="looks_like_client"] input[name="choose"]')
    await expect(alike).to_have_count(len(monday.ways["unconnected"]))
    await expect(page.locator('#selection input[name="choose"]:checked')).to_have_count(1)
    for box in await alike.all():
        if not await box.is_checked():
            await manager.tick(box)
    await manager.press(page.get_by_role("button", name=re.compile("^Create accounts")))
    await page.locator("#run-summary").wait_for()
    await manager.looks()
    await until_none(page, apart)


async def _nothing_is_left(manager: Manager) -> None:
    page = manager.page
    await manager.opens("/clients")
    await expect(page.locator(".row-steps")).to_have_count(0)
    await expect(page.get_by_role("link", name=re.compile("^Needs somebody"))).to_contain_text("0")
