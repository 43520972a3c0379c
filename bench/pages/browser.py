"""Choosing among 1,000 organisations and the client list at 2,000, measured by the browser.

First organisations in *Add clients*; then, when they are a colleague's clients, those in *Reassign clients*; then the
list of all clients, with as many more. The pages are the product's own, with everything embedded and Chromium in front
of it. What counts is what a person feels: how long after loading a list can be used, how long a press on *Select all*
or a letter in the search keeps the page from showing what it did, and how long the server lets people wait.
"""

from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.async_api import Page, async_playwright
from sqlalchemy import text

from bench.pages.chromium import ARGUMENTS, chromium_path
from models.kit.database import Database
from starter.embedded import Product
from starter.first_look import FirstLook, first_look

BEN = "Ben Quay"
"""Of the demo practice: a colleague of who signs in."""

_LOADED = """() => {
  const { responseStart, responseEnd, loadEventStart, transferSize } = performance.getEntriesByType("navigation")[0];
  const usable = performance.getEntriesByName("choosing")[0].startTime;
  return [responseStart, responseEnd - responseStart, Math.max(0, usable - loadEventStart), transferSize / 1024];
}"""

_TIMED = """async ([kind, selector, value]) => {
  const part = document.querySelector(selector);
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await painted();
  const begun = performance.now();
  if (kind === "click") {
    part.click();
  } else {
    part.value = value;
    part.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  document.body.getBoundingClientRect(); // what was changed is laid out at once, and not in a frame that is not timed
  const worked = performance.now() - begun;
  await painted();
  return [worked, performance.now() - begun];
}"""


class Budget(NamedTuple):
    """Measured times and their limit.

    Attributes:
        what: What was measured.
        milliseconds: Each measured time.
        most: The greatest allowed median in milliseconds; None when there is no limit.
    """

    what: str
    milliseconds: list[float]
    most: float | None

    @property
    def is_kept(self) -> bool:
        """Whether the median is within the limit."""
        return self.most is None or median(self.milliseconds) <= self.most


async def measure_in_browser(product: Product, organisations: int, times: int) -> dict[str, list[Budget]]:
    """Open each list as a colleague does, and measure in the page.

    Args:
        product: The running product; nobody has signed in yet.
        organisations: How many the stand-in has.
        times: How many measurements of each.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = await browser.new_page(base_url=product.web_url, viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        await _signed_in(page, await _looked(product))
        await _to_organisations(page)
        adding = await _measured(page, times, ["demo_or_trial", "new"])
        await _become_clients_of(page, BEN)
        await _to_clients(page)
        reassigning = await _measured(page, times, ["chosen", await _owner(page)])
        clients = await _doubled(product)
        listing = await _listed(page, times)
        await browser.close()
        among = f"choosing among {organisations:,}"
        return {
            f"Add clients: {among}": adding,
            f"Reassign clients: {among}": reassigning,
            f"Client list: {clients:,} clients": listing,
        }


async def _looked(product: Product) -> FirstLook:
    database = Database(product.settings.required("database_url"), pool_size=1)
    try:
        return await first_look(database, product.settings.required("public_url"), Path(product.settings.data_dir))
    finally:
        await database.close()


async def _signed_in(page: Page, look: FirstLook) -> None:
    await page.goto("/sign-in?next=/client-sync")
    await page.get_by_label("E-mail address").fill(look.email)
    await page.get_by_label("Password").fill(look.password or "")
    await page.get_by_role("button", name="Sign in").click()


async def _to_organisations(page: Page) -> None:
    await page.get_by_role("button", name="Add clients").click()
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Select all").click()
    await page.get_by_role("button", name="Allow access").click()
    await page.locator("#selection").wait_for()


async def _become_clients_of(page: Page, owner: str) -> None:
    """Add all organisations as a colleague's clients, without waiting for their lists."""
    await page.get_by_label("Owner", exact=True).first.select_option(owner)
    await page.get_by_label("Team", exact=True).first.select_option(index=1)
    await page.get_by_label("Select all that are shown").check()
    await page.get_by_role("button", name="Create accounts").click()
    await page.locator('#run[data-view^="pulling"]').wait_for()
    await page.get_by_text("Stop", exact=True).click()
    await page.get_by_role("button", name="Stop this run").click()
    await page.locator("#run-summary").wait_for()


async def _to_clients(page: Page) -> None:
    await page.goto("/client-sync")
    await page.get_by_role("button", name="Reassign clients").click()
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Continue with").click()
    await page.locator("#selection").wait_for()


async def _owner(page: Page) -> str:
    """The value of the first owner in the filter."""
    return await page.locator("#group option").nth(1).get_attribute("value") or ""


async def _measured(page: Page, times: int, kinds: list[str]) -> list[Budget]:
    """Measure in a list from which people choose.

    Args:
        page: The page with the list.
        times: Measurements of each.
        kinds: Values to filter by, in turn.
    """
    loads, selects, clears, searches, filters = [], [], [], [], []
    for _ in range(times):
        await page.reload(wait_until="load")
        await page.locator("#chosen-words").wait_for()
        loads.append(await page.evaluate(_LOADED))
        selects.append(await page.evaluate(_TIMED, ["click", "[data-choose]", ""]))
        clears.append(await page.evaluate(_TIMED, ["click", "#choose-none", ""]))
        searches += [await page.evaluate(_TIMED, ["input", "#find", typed]) for typed in ("e", "ba", "", "zzz", "")]
        filters += [await page.evaluate(_TIMED, ["change", "#group", kind]) for kind in (*kinds, "")]
    return [
        Budget("server, to the first byte", [load[0] for load in loads], None),
        Budget("receiving the page", [load[1] for load in loads], None),
        Budget("size in KiB", [load[3] for load in loads], None),
        Budget("usable after loading", [load[2] for load in loads], 1_000),
        *_both("select all", selects),
        *_both("clear", clears),
        *_both("search", searches),
        *_both("filter", filters),
    ]


async def _doubled(product: Product) -> int:
    """Give the practice each of its connected clients a second time; returns how many clients it then has."""
    database = Database(product.settings.required("database_url"), pool_size=1)
    try:
        async with database.transaction() as session:
            connection = await session.connection()
            for statement in _DOUBLING:
                await connection.execute(text(statement))
            return int((await connection.execute(text("SELECT count(*) FROM clients"))).scalar_one())
    finally:
        await database.close()


_DOUBLING = (
    """CREATE TEMPORARY TABLE twins ON COMMIT DROP AS
       SELECT c.id, gen_random_uuid() AS twin FROM clients c JOIN connections n ON n.client_id = c.id""",
    """INSERT INTO clients (id, practice_id, name, code, owner_id, team_id, created_at)
       SELECT t.twin, c.practice_id, c.name || ' (two)', c.code || '-2', c.owner_id, c.team_id, c.created_at
       FROM clients c JOIN twins t USING (id)""",
    """INSERT INTO connections (id, practice_id, client_id, provider, organisation_id, organisation_name, grant_id,
                                status, created_at)
       SELECT gen_random_uuid(), n.practice_id, t.twin, n.provider, t.twin::text, n.organisation_name, n.grant_id,
              n.status, n.created_at
       FROM connections n JOIN twins t ON t.id = n.client_id""",
)

_SERVED = """() => {
  const { requestStart, responseStart, responseEnd } = performance.getEntriesByType("navigation")[0];
  return [responseStart - requestStart, responseEnd - requestStart];
}"""


async def _listed(page: Page, times: int) -> list[Budget]:
    """Measure how long the server takes for the client list, with and without filters and order."""
    asked = {"as it opens": "", "search": "?search=co", "filter": "?status=connected", "by owner": "?sort=owner"}
    found = []
    for what, query in asked.items():
        served = []
        for _ in range(times):
            await page.goto(f"/clients{query}")
            served.append(await page.evaluate(_SERVED))
        found.append(Budget(f"{what}: until the page is there", [one[1] for one in served], 200))
    return found


def _both(what: str, timings: list[list[float]]) -> list[Budget]:
    return [
        Budget(f"{what}: work and layout", [timing[0] for timing in timings], 100),
        Budget(f"{what}: until it is painted", [timing[1] for timing in timings], None),
    ]
