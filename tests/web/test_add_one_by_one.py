"""*Add clients* with an app that Xero has not approved for bulk: one organisation a sign-in, and the list grows.

Worker and database are those of all pages; the web backend is one that was set up for such an app.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from contracts.payloads.runs import Deadlines
from emulators.xero.faults import Kind
from starter.bootstrap import build_providers
from starter.operations import Operations
from tests.journeys.people import person, reaches
from tests.journeys.scene import Scene
from tests.journeys.serving import listening, serving
from tests.journeys.stage import web_backend
from tests.web.adding import CALLUM
from tests.web.house import Browsers, House, made_house
from tests.web.looking import looked_at
from tests.web.provider_pages import sign_in_there
from tests.web.run_steps import pressed, reported, row, run_of, runs_of


@pytest_asyncio.fixture(scope="module")
async def unapproved(product: Scene) -> AsyncIterator[Scene]:
    """The product with another web backend, whose app gets one organisation a sign-in."""
    socket, url = listening()
    settings = product.settings.with_provider("xero", bulk_connect=False).model_copy(update={"public_url": url})
    (provider,) = build_providers(settings, product.database).values()
    operations = Operations(
        database=product.database,
        sealer=settings.key_ring().for_purpose("database"),
        temporal=product.temporal,
        providers={provider.name: provider},
        public_url=url,
        deadlines=Deadlines(),
    )
    with web_backend(operations, settings) as app:
        async with serving(app, socket):
            yield replace(product, settings=settings, operations=operations, web=url)
    await provider.close()


@pytest.fixture
def organisations(product: Scene) -> Iterator[list[str]]:
    """All within the person's reach, and none of them allowed, before and after."""
    callum = person(product, CALLUM)
    product.world.connections.remove_matching(person_id=callum)
    yield reaches(product, CALLUM, 3, 40)
    product.world.connections.remove_matching(person_id=callum)


@pytest_asyncio.fixture
async def own(unapproved: Scene) -> House:
    return await made_house(unapproved)


async def adds_next(page: Page, organisation_id: str | None) -> None:
    """One more sign-in, for one organisation or denied; back to the list."""
    await page.get_by_role("button", name="Add next organisation").click()
    await sign_in_there(page, person=CALLUM, choose=[organisation_id] if organisation_id else [])
    await page.wait_for_url("**/activity/*")
    await expect(page.locator("#selection")).to_be_visible()


async def test_two_sign_ins_make_one_list_and_two_clients(own: House, browsers: Browsers, organisations: list[str]):
    page = await browsers.signed_in(own.admin)
    await pressed(page, "Add clients")
    left = await page.context.new_page()
    await left.goto(f"/activity/{(await runs_of(own.admin))[0].id}")
    await expect(left.get_by_text("each sign-in adds one")).to_be_visible()
    await looked_at(left, "add-one-by-one-waits")
    await sign_in_there(page, person=CALLUM, choose=organisations[:1])
    rows = page.locator("#selection tbody tr")
    await expect(rows).to_have_count(1)
    run_id = run_of(page)
    await expect(page.get_by_text("1 organisation so far: each sign-in to Xero adds one.")).to_be_visible()
    await looked_at(page, "add-one-by-one-first")
    await row(page, organisations[0]).get_by_role("checkbox").check()

    await adds_next(page, organisations[1])
    await expect(rows).to_have_count(2)
    await expect(page.get_by_text("2 organisations so far: each sign-in to Xero adds one.")).to_be_visible()
    await expect(row(page, organisations[0]).get_by_role("checkbox")).to_be_checked()
    await looked_at(page, "add-one-by-one-second")
    await row(page, organisations[1]).get_by_role("checkbox").check()
    await page.get_by_role("button", name="Create accounts (2)").click()
    await reported(page)
    await expect(page.get_by_role("heading", name="2 accounts: 2 complete")).to_be_visible()
    await looked_at(page, "add-one-by-one-report")
    assert run_of(page) == run_id
    assert [run.id for run in await runs_of(own.admin)] == [run_id]
    clients = await own.scene.clients()
    assert {client["connection"]["organisation_id"] for client in clients} == set(organisations[:2])


async def test_a_further_sign_in_that_is_denied_or_fails_leaves_the_list_as_it_was(
    product: Scene, own: House, browsers: Browsers, organisations: list[str]
):
    page = await browsers.signed_in(own.admin)
    await pressed(page, "Add clients")
    await sign_in_there(page, person=CALLUM, choose=organisations[:1])
    await row(page, organisations[0]).get_by_role("checkbox").check()
    run_id = run_of(page)

    await adds_next(page, None)
    await expect(page.get_by_text("You came back without allowing access.")).to_be_visible()
    assert run_of(page) == run_id
    await expect(page.locator("#selection tbody tr")).to_have_count(1)
    await looked_at(page, "add-one-by-one-denied")

    product.fault(Kind.SERVER_ERROR, path="/connect/token", times=1)
    await adds_next(page, organisations[1])
    await expect(page.get_by_text("The sign-in was not completed, so nothing was changed.")).to_be_visible()
    assert run_of(page) == run_id
    await expect(page.get_by_role("button", name="Create accounts (1)")).to_be_visible()
    await page.get_by_role("button", name="Create accounts (1)").click()
    await reported(page)
    await expect(page.get_by_role("heading", name="1 account: 1 complete")).to_be_visible()
