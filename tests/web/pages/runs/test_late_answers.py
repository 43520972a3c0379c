"""A run's page when an answer comes late, or none at all: what the server said last is what is shown."""

import asyncio

import pytest
from playwright.async_api import Route

from tests.journeys.scene import Scene
from tests.web.house import Browsers, made_house
from tests.web.pages.runs.adding import CALLUM, all_within_reach
from tests.web.provider_pages import allow_all_there
from tests.web.run_steps import pressed, reported, row

HEARD = """
    window.EventSource = class extends EventSource {
      constructor(...address) {
        super(...address);
        this.addEventListener("message", (event) => heard(JSON.parse(event.data).is_over));
      }
    };
"""


@pytest.mark.thorough
@pytest.mark.parametrize("is_away", [False, True])
async def test_an_answer_that_is_older_than_the_news_is_not_the_last_that_is_shown(
    product: Scene, browsers: Browsers, is_away: bool
):
    organisation = all_within_reach(product)[21]
    page = await browsers.signed_in((await made_house(product)).admin)
    ended = asyncio.Event()
    await page.expose_function("heard", lambda is_over: ended.set() if is_over else None)
    await page.add_init_script(HEARD)
    await pressed(page, "Add clients")
    await allow_all_there(page, person=CALLUM)
    await row(page, organisation).get_by_role("checkbox").check()
    held = 0

    async def hold_the_first(route: Route) -> None:
        nonlocal held
        held += 1
        if held > 1:
            await route.continue_()
            return
        answer = await route.fetch()
        await asyncio.wait_for(ended.wait(), 60)
        await route.fulfill(response=answer, status=503 if is_away else None)

    await page.route(lambda address: address == page.url, hold_the_first)
    await page.get_by_role("button", name="Create accounts").click()
    await reported(page)
    assert held > 1, "the page was not fetched anew after what came late"
