"""A list of a thousand to choose from, in *Add clients* and in *Reassign clients*.

How long it takes is measured by ``make bench-pages``; here it is whether all of it can be used.
"""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from contracts.words.runs import RunKind
from tests.journeys.scene import Scene
from tests.web.house import Browsers, House, made_house
from tests.web.one_client import added
from tests.web.pages.runs.adding import many_listed

SHOWN = "#selection tbody tr:visible"


@pytest_asyncio.fixture
async def own(product: Scene) -> House:
    """A practice with one client, and so with a login."""
    own = await made_house(product)
    await added(own.admin, list(product.world.library.organisations)[:1])
    return own


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "select", "does"),
    [
        (RunKind.ADD_CLIENTS, "Choose all new (1,000)", "Create accounts"),
        (RunKind.REASSIGN_CLIENTS, "Choose all (1,000)", "Continue"),
    ],
)
async def test_all_of_it_is_chosen_searched_and_kept(
    own: House, browsers: Browsers, kind: RunKind, select: str, does: str
):
    page = await browsers.signed_in(own.admin)
    await page.goto(f"/activity/{await many_listed(own.admin, kind, 1_000)}")
    do = page.locator("#do")
    await page.get_by_role("button", name=select).click()
    await expect(do).to_have_text(f"{does} (1,000)")
    await page.locator("#find").fill("0999")
    await expect(page.locator(SHOWN)).to_have_count(1)
    await page.locator(SHOWN).get_by_role("checkbox").uncheck()
    await expect(do).to_have_text(f"{does} (999)")
    await page.locator("#find").fill("")
    await page.locator("#group").select_option("chosen")
    await expect(page.locator(SHOWN)).to_have_count(999)
    await page.reload()
    await expect(do).to_have_text(f"{does} (999)")
    await page.get_by_role("button", name="Clear").click()
    await expect(do).to_have_text(does)
