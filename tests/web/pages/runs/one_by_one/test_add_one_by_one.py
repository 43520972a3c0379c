"""An app that Xero has not approved for bulk: one organisation a sign-in. The list grows, and repairs have a queue.

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
from tests.web.house import Browsers, House, made_house
from tests.web.looking import looked_at
from tests.web.pages.runs.adding import CALLUM
from tests.web.provider_pages import sign_in_there
from tests.web.run_steps import begun, pressed, reported, row, run_of, runs_of
from tests.web.taking_turns import breaks


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


@pytest.mark.thorough
async def test_two_sign_ins_make_one_list_and_two_clients(own: House, browsers: Browsers, organisations: list[str]):
    page = await browsers.signed_in(own.admin)
    await begun(page, "Add clients")
    await page.get_by_role("button", name="Continue to Xero").click()
    left = await page.context.new_page()
    await left.goto(f"/activity/{(await runs_of(own.admin))[0].id}")
    await expect(left.get_by_text("each sign-in brings one")).to_be_visible()
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
    await expect(
        page.get_by_role("heading", name="Both clients are added, with their standard information.")
    ).to_be_visible()
    await looked_at(page, "add-one-by-one-report")
    assert run_of(page) == run_id
    assert [run.id for run in await runs_of(own.admin)] == [run_id]
    clients = await own.scene.clients()
    assert {client["connection"]["organisation_id"] for client in clients} == set(organisations[:2])


@pytest.mark.thorough
async def test_three_wrong_picks_on_the_way_through_a_list_of_names(
    own: House, browsers: Browsers, organisations: list[str]
):
    names = own.scene.world.library.organisations
    first, second, *wrong = organisations[:5]
    page = await browsers.signed_in(own.admin)
    await begun(page, "Add clients")
    await page.get_by_label("Names, one a line").fill(f"{names[first].name}\n{names[second].name}")
    await looked_at(page, "guided-names")
    await page.keyboard.press("Tab")
    await page.get_by_role("button", name="Continue to Xero").press("Enter")
    queue = page.locator("#expected")
    for place, stranger in enumerate(wrong, 1):
        await sign_in_there(page, person=CALLUM, choose=[stranger])
        await expect(page.locator("#selection tbody tr")).to_have_count(place)
        said = f"You chose {names[stranger].name}. {names[first].name} is still to do. 2 organisations are left."
        await expect(queue.get_by_role("status")).to_have_text(said)
        if place == len(wrong):
            await looked_at(page, "guided-wrong")
        await queue.get_by_role("button", name=f"Sign in for {names[first].name}").press("Enter")
    await sign_in_there(page, person=CALLUM, choose=[first])
    await expect(queue.get_by_role("heading").first).to_have_text("1 of 2 organisations signed in for")
    for stranger in wrong:
        await queue.get_by_role("button", name=f"Take {names[stranger].name} off the list").press("Enter")
        await expect(row(page, stranger)).to_have_count(0)
    await looked_at(page, "guided-next")
    await queue.get_by_role("button", name=f"Sign in for {names[second].name}").press("Enter")
    await sign_in_there(page, person=CALLUM, choose=[second])
    await expect(queue.get_by_role("status")).to_have_text(
        f"{names[second].name} is there. Your list is done: choose which become clients."
    )
    await looked_at(page, "guided-done")
    await page.get_by_role("button", name="Create accounts (2)").press("Enter")
    await reported(page)
    clients = await own.scene.clients()
    assert {client["connection"]["organisation_id"] for client in clients} == {first, second}


@pytest.mark.thorough
async def test_a_further_sign_in_that_is_denied_or_fails_leaves_the_list_as_it_was(
    product: Scene, own: House, browsers: Browsers, organisations: list[str]
):
    page = await browsers.signed_in(own.admin)
    await begun(page, "Add clients")
    await page.get_by_role("button", name="Continue to Xero").click()
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
    await expect(page.get_by_role("heading", name="1 client is added, with its standard information.")).to_be_visible()


@pytest.mark.thorough
async def test_reconnecting_goes_through_those_that_need_it(own: House, browsers: Browsers, organisations: list[str]):
    first, second, stranger = organisations[:3]
    names = own.scene.world.library.organisations
    await added_one_by_one(own.admin.scene, [first, second])
    own.scene.world.connections.remove_matching(person_id=person(own.scene, CALLUM))
    await breaks(own.admin, [first, second])

    page = await browsers.signed_in(own.admin)
    await pressed(page, "Reconnect all (2)")
    await sign_in_there(page, person=CALLUM, choose=[stranger])
    queue = page.locator("#sign-ins")
    await expect(queue.get_by_role("heading")).to_have_text("0 of 2 sign-ins done")
    following, last = sorted((first, second), key=lambda one: names[one].name.lower())
    said = f"You chose {names[stranger].name}; {names[following].name} is still to do. 2 sign-ins are left."
    await expect(queue.get_by_text(said)).to_be_visible()
    await looked_at(page, "reconnect-one-by-one-wrong")

    await queue.get_by_role("button", name=f"Sign in for {names[following].name}").click()
    await sign_in_there(page, person=CALLUM, choose=[following])
    await expect(queue.get_by_role("heading")).to_have_text("1 of 2 sign-ins done")
    await expect(queue.get_by_role("button", name="Repair those signed in for")).to_be_visible()
    await looked_at(page, "reconnect-one-by-one-next")
    await page.keyboard.press("Tab")
    await queue.get_by_role("button", name=f"Leave out {names[last].name}").press("Enter")
    await reported(page)
    await expect(page.locator("#run-summary").get_by_role("heading")).to_have_text(
        "1 of 2 clients is connected again; 1 needs another step."
    )


async def added_one_by_one(scene: Scene, wanted: list[str]) -> None:
    """Clients out of these organisations, with a sign-in for each, through the API."""
    run_id, address = await scene.start()
    for place, organisation_id in enumerate(wanted, 1):
        await scene.sign_in(address, person=CALLUM, choose=[organisation_id])
        run = await scene.until_listed(run_id, place)
        address = await scene.further_sign_in(run_id)
    await scene.select_all(run)
    await scene.until_stage(run_id, "finished")
