"""What holds on every page, as the application has them: usable by everybody, in every window, and it stands still.

A new page is tried without a word here. What a page shows at its several stages is looked at where it is tested.
"""

import pytest
from playwright.async_api import Page, expect

from tests.web.house import NARROW, WIDE, Browsers, arrived
from tests.web.looking import assert_accessible, assert_fits
from tests.web.run_steps import pressed
from tests.web.street import Street, ask
from tests.web.walking import Walk

MOVED = """
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) {
      window.moved += shift.hadRecentInput ? 0 : shift.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
"""
"""Adds up how far what is on the page moves without anybody having done anything."""

SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(window.moved))))"


BARS = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const style = getComputedStyle(one);
  const sideways = /auto|scroll/.test(style.overflowX) && one.scrollWidth > one.clientWidth;
  const downwards = /auto|scroll/.test(style.overflowY) && one.scrollHeight > one.clientHeight;
  return downwards || (sideways && style.scrollbarWidth !== "none");
}).map((one) => `${one.tagName}.${one.className}`)"""
"""What has a bar to scroll by; rows of links that can be swiped have none."""


async def assert_stands_still(page: Page) -> None:
    """Nothing moves under the reader's eyes while the page is loaded."""
    moved = await page.evaluate(SETTLED)
    assert moved < 0.01, f"{page.url} moves by {moved}"


@pytest.mark.long
@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_every_page_is_usable_and_stands_still(
    street: Street, every: list[Walk], browsers: Browsers, size: tuple[int, int]
):
    """In a wide window by day, in a narrow one by night."""
    is_narrow = size == NARROW
    http, page = (
        await arrived(street.house.admin),
        await browsers.signed_in(street.house.admin, size=size, dark=is_narrow),
    )
    await page.add_init_script(MOVED)
    looked_at = 0
    for walk in every:
        if walk.method != "GET" or walk.route.startswith("/connect/"):
            continue
        answer = await ask(http, walk, street.own)
        is_html = answer.headers.get("content-type", "").startswith("text/html")
        is_page = is_html and answer.text.startswith("<!doctype html>")  # not a piece that a script puts into one
        if not is_page or 300 <= answer.status_code < 400 or "content-disposition" in answer.headers:
            continue
        await page.goto(walk.address(street.own), wait_until="load")
        await assert_stands_still(page)
        await assert_accessible(page)
        await assert_fits(page)
        if is_narrow:
            assert await page.evaluate(BARS) == [], page.url
        looked_at += 1
    assert looked_at > 20


@pytest.mark.thorough
async def test_a_page_asks_to_be_painted_when_all_of_it_has_arrived(street: Street):
    """What comes of that is the browser's; ``make test-long`` looks at it on a slow line."""
    http = await arrived(street.house.admin)
    for path in ("/connections", "/account/tokens"):
        head, _, body = (await http.get(path)).text.partition("</head>")
        assert '<link rel="expect" href="#whole" blocking="render">' in head
        assert body.partition('<div id="whole" hidden></div>')[2].split() == ["</body>", "</html>"]


@pytest.mark.long  # on a machine that has much to do besides, Chromium now and then paints before
async def test_a_page_that_comes_slowly_stands_still_too(street: Street, browsers: Browsers):
    page = await browsers.signed_in(street.house.admin)
    network = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 200, "downloadThroughput": 12_000, "uploadThroughput": 12_000}
    await network.send("Network.enable")
    await network.send("Network.emulateNetworkConditions", slow)
    await page.add_init_script(MOVED)
    for path in ("/connections", "/account/tokens"):
        await page.goto(path, wait_until="load")
        assert await page.evaluate(SETTLED) == 0, path


@pytest.mark.thorough
async def test_the_stand_in_s_pages_are_usable_and_cannot_be_taken_for_the_real_ones(
    street: Street, browsers: Browsers
):
    page = await browsers.signed_in(street.house.admin)
    sandbox = street.house.scene.sandbox

    async def looked_at() -> None:
        await expect(page.get_by_text("This is a stand-in for Xero")).to_be_visible()
        await expect(page.get_by_text("never type a real password here")).to_be_visible()
        assert "Xero sandbox" in await page.title()
        await assert_accessible(page)
        await page.set_viewport_size({"width": 380, "height": 780})
        await assert_fits(page)
        await page.set_viewport_size({"width": 1280, "height": 800})

    await pressed(page, "Add clients")
    await looked_at()
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("heading", name="Clientsync wants access").wait_for()
    await looked_at()
    await page.goto(f"{sandbox}/identity/connect/authorize?client_id=nobody")
    await page.get_by_role("heading", name="Sorry, something went wrong").wait_for()
    await looked_at()
