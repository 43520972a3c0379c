"""*Add clients* in a browser: from the client list through the provider's pages to the report, and all that goes wrong.

Each test has practices of its own; the sandbox's forty organisations and its third person are everybody's.
"""

import asyncio
import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlmodel import select

from contracts.runs import Plan
from models.practice import Practice
from models.run import Run
from tests.journeys.people import reaches
from tests.journeys.scene import Scene
from tests.web.house import PASSWORD, Browsers, House, Person, arrived, made_house
from tests.web.looking import assert_accessible, assert_fits, picture
from xero_sandbox.control import Control
from xero_sandbox.control_words import OrganisationWords
from xero_sandbox.faults import Kind

PICTURES = os.environ.get("CLIENTSYNC_TEST_PICTURES")
CALLUM = 2
"""Of the sandbox's people: reaches every organisation here."""

expect.set_options(timeout=20_000)

HOSTILE = """<img src=x onerror="alert('gone')"> O'Neill & "Sons" </script>"""
LONGEST = "Ltd".rjust(255, "W")
MIRRORED = "\u202e\u05e9\u05dc\u05d5\u05dd & Sons"


@pytest.fixture(scope="module", autouse=True)
def organisations(product: Scene) -> list[str]:
    """The ids of all organisations, all within the person's reach; three have names that no page may trust."""
    ids = reaches(product, CALLUM, 0, 40)
    for organisation_id, name in zip(ids, (HOSTILE, LONGEST, MIRRORED), strict=False):
        Control(product.world).change_organisation(organisation_id, OrganisationWords(name=name))
    return ids


async def looked_at(page: Page, name: str) -> None:
    """Usable by everybody, in every window."""
    await assert_accessible(page)
    await page.emulate_media(color_scheme="dark")
    await assert_accessible(page)
    await page.set_viewport_size({"width": 380, "height": 780})
    await assert_fits(page)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 800})
    if PICTURES:
        await picture(page, Path(PICTURES), name)


async def begun(page: Page) -> None:
    """Press *Add clients*, up to the provider's sign-in; who has no client yet finds it without the panel."""
    await page.goto("/clients")
    if actions := await page.get_by_text("Actions", exact=True).count():
        await page.get_by_text("Actions", exact=True).click()
        await page.get_by_role("link", name="Client sync").click()
    place = page.locator("#client-sync") if actions else page.locator("main")
    await place.get_by_role("button", name="Add clients").click()
    await expect(page.get_by_text("This is a stand-in for Xero")).to_be_visible()


async def allowed(page: Page, *, choose: list[str] | None = None) -> None:
    """Sign in at the provider and allow everything, or what is chosen, as far as it is not allowed already."""
    await page.locator('input[name="person"]').nth(CALLUM).check()
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("heading", name="Clientsync wants access").wait_for()
    if choose is None and await page.locator('input[name="organisation"]').count():
        await page.get_by_role("button", name="Select all").click()
        await page.get_by_role("button", name="Allow access").click()
    else:
        await page.get_by_role("button", name="Continue with").click()
    await page.wait_for_url("**/activity/*")


async def listed(page: Page) -> str:
    """*Add clients*, up to the list; the run's id."""
    await begun(page)
    await allowed(page)
    await expect(page.locator("#selection")).to_be_visible()
    return page.url.rpartition("/")[2].partition("?")[0]


def row(page: Page, organisation_id: str):  # type: ignore[no-untyped-def]  # Playwright's own
    return page.locator(f'tr[data-id="{organisation_id}"]')


async def runs_of(person: Person) -> list[Run]:
    async with person.scene.database.session() as session:
        return list((await session.exec(select(Run).where(Run.practice_id == person.actor.practice_id))).all())


async def practice_has(person: Person, **words: object) -> None:
    async with person.scene.database.transaction() as session:
        practice = await session.get_one(Practice, person.actor.practice_id)
        for name, value in words.items():
            setattr(practice, name, value)


async def test_forty_organisations_become_clients(house: House, browsers: Browsers, organisations: list[str]):
    page = await browsers.signed_in(house.admin)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    run_id = await listed(page)
    await looked_at(page, "add-clients-choose")
    await expect(page.locator("tbody tr")).to_have_count(40)
    assert await row(page, organisations[0]).locator("label").inner_text() == HOSTILE

    await page.get_by_label("Search organisations").fill("zzzz")
    await expect(page.get_by_text("No organisation matches.")).to_be_visible()
    await page.get_by_role("button", name="Show all").click()
    await page.get_by_role("button", name=re.compile(r"Select all new \(")).click()
    news = await page.locator("tbody input:checked").count()
    await page.get_by_role("checkbox", name="Select all that are shown").check()
    await expect(page.get_by_role("button", name="Create accounts (40)")).to_be_visible()
    assert 0 < news <= 40
    await row(page, organisations[5]).get_by_role("button").click()
    await page.locator("#change").get_by_label("Owner").select_option(house.member.actor.colleague_name)
    await looked_at(page, "add-clients-change")
    await page.get_by_role("button", name="Use this").click()
    await page.reload()
    await expect(page.get_by_role("button", name="Create accounts (40)")).to_be_visible()
    await expect(row(page, organisations[5]).locator(".own")).to_have_text(house.member.actor.colleague_name)

    await page.get_by_role("button", name="Create accounts (40)").dblclick()
    await expect(page.get_by_role("heading", name="40 organisations: 40 created")).to_be_visible(timeout=60_000)
    await looked_at(page, "add-clients-report")
    await page.get_by_label("Search organisations and clients").fill("O'Neill")
    await page.keyboard.press("Enter")
    await expect(page.locator("#run-list tbody tr")).to_have_count(1)
    await page.locator("#run-list").get_by_role("link").first.click()
    await page.wait_for_url("**/clients/*")
    assert alerts == []

    clients = await house.scene.clients()
    assert len(clients) == 40
    assert {client["name"] for client in clients} >= {HOSTILE}
    assert [client["owner"] for client in clients].count(house.member.actor.colleague_name) == 1
    browser = await arrived(house.admin)
    table = await browser.get(f"/activity/{run_id}/report.csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    assert table.text.count("\r\n") == 41
    assert "Save as CSV" in (await browser.get(f"/activity/{run_id}")).text

    other = await arrived(house.neighbour)
    for path in ("", "/events", "/report.csv"):
        assert (await other.get(f"/activity/{run_id}{path}")).status_code == 404
    assert await house.neighbour.scene.clients() == []

    await page.goto("/clients")
    run_id = await listed(page)
    assert await page.locator("tbody input:enabled").count() == 0
    assert await page.get_by_text(re.compile("^Already your client")).count() == 40
    await page.get_by_text("Stop", exact=True).click()
    await page.get_by_role("button", name="Stop this run").click()
    await expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()


async def test_a_declined_and_a_failed_sign_in_come_back_with_a_way_on(product: Scene, browsers: Browsers):
    own = await made_house(product)
    page = await browsers.signed_in(own.admin)
    await begun(page)
    await page.get_by_role("button", name="Cancel").click()
    await page.wait_for_url("**/activity/*")
    await expect(page.get_by_text("Access was not allowed, so nothing was changed.")).to_be_visible()
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await looked_at(page, "add-clients-declined")

    product.fault(Kind.SERVER_ERROR, path="/connect/token", times=1)
    await page.get_by_role("button", name="Try again").click()
    await allowed(page)
    await expect(page.get_by_text("The sign-in was not completed, so nothing was changed.")).to_be_visible()
    await looked_at(page, "add-clients-consent")
    await page.get_by_role("button", name="Sign in to Xero").click()
    await allowed(page)
    await expect(page.locator("tbody tr")).to_have_count(40)
    assert [run.stage for run in sorted(await runs_of(own.admin), key=lambda run: run.created_at)] == [
        "finished",
        "awaiting_selection",
    ]


async def test_a_form_that_is_sent_twice_at_once_starts_one_run(house: House):
    browser = await arrived(house.neighbour)
    csrf = re.search(r'name="csrf-token" content="([^"]+)"', (await browser.get("/clients")).text)
    assert csrf is not None
    form = {"csrf": csrf[1], "key": "the-same"}
    pages = await asyncio.gather(*(browser.post("/client-sync/xero/add-clients", data=form) for _ in range(2)))
    assert [page.status_code for page in pages] == [200, 200]
    assert len(await runs_of(house.neighbour)) == 1


async def test_two_tabs_do_nothing_twice(product: Scene, browsers: Browsers, organisations: list[str]):
    own = await made_house(product)
    first = await browsers.signed_in(own.admin)
    second = await first.context.new_page()
    await begun(second)
    run_id = await listed(first)
    assert [run.id for run in await runs_of(own.admin)] == [run_id]

    await first.route("**/events", lambda route: route.abort())  # this tab hears nothing of what the other one does
    await first.reload()
    await row(first, organisations[2]).locator("input").check()
    await second.goto(f"/activity/{run_id}")
    for organisation_id in organisations[:2]:
        await row(second, organisation_id).locator("input").check()
    await second.get_by_role("button", name="Create accounts (2)").click()
    await expect(second.get_by_role("heading", name="40 organisations: 2 created and 38 not chosen")).to_be_visible()
    await first.get_by_role("button", name="Create accounts (1)").click()
    await expect(first.get_by_text(re.compile("the run has moved on meanwhile"))).to_be_visible()
    await expect(first.get_by_role("heading", name="40 organisations: 2 created and 38 not chosen")).to_be_visible()
    assert len(await own.scene.clients()) == 2


async def test_a_session_that_ends_in_the_middle_loses_nothing(
    product: Scene, browsers: Browsers, organisations: list[str]
):
    own = await made_house(product)
    page = await browsers.signed_in(own.admin)
    run_id = await listed(page)
    other = await page.context.new_page()
    await other.goto(f"/activity/{run_id}")
    for tab in (page, other):
        await row(tab, organisations[3]).locator("input").check()
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Create accounts (1)").click()
    await page.wait_for_url("**/sign-in*")
    await page.get_by_label("E-mail address").fill(own.admin.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"**/activity/{run_id}*")
    await expect(page.get_by_role("button", name="Create accounts (1)")).to_be_visible()

    await other.get_by_role("button", name="Create accounts (1)").click()
    await expect(other.get_by_text("You signed in again meanwhile")).to_be_visible()
    await other.get_by_role("button", name="Create accounts (1)").click()
    for tab in (page, other):
        await expect(tab.get_by_role("heading", name="40 organisations: 1 created and 39 not chosen")).to_be_visible()


async def test_a_choice_that_cannot_be_taken_is_explained_in_its_place(
    product: Scene, browsers: Browsers, organisations: list[str]
):
    own = await made_house(product)
    await practice_has(own.admin, client_allowance=1, plan=Plan.STANDARD)
    page = await browsers.signed_in(own.admin)
    run_id = await listed(page)
    assert await page.get_by_label("Team", exact=True).count() == 0
    for organisation_id in organisations[:2]:
        await row(page, organisation_id).locator("input").check()
    await expect(page.get_by_text("That is 1 more than your allowance of 1 has room for.")).to_be_visible()
    await page.get_by_role("button", name="Create accounts (2)").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose 1 fewer, or raise the allowance.")
    await looked_at(page, "add-clients-over")

    plain = await browsers.signed_in(own.admin, scripts=False)
    await plain.goto(f"/activity/{run_id}")
    for organisation_id in organisations[:2]:
        await row(plain, organisation_id).locator("input").check()
    await plain.get_by_role("button", name="Create accounts").click()
    await expect(plain.get_by_role("alert")).to_contain_text("has room for 1")
    await expect(row(plain, organisations[1]).locator("input")).to_be_checked()
    await row(plain, organisations[0]).locator("input").uncheck()
    await plain.get_by_role("button", name="Create accounts").click()
    await own.scene.until_stage(run_id, "finished")
    await plain.goto(f"/activity/{run_id}")
    await expect(plain.get_by_role("heading", name="40 organisations: 1 created and 39 not chosen")).to_be_visible()
    await expect(page.get_by_role("heading", name="40 organisations: 1 created and 39 not chosen")).to_be_visible()


async def test_what_failed_is_retried_from_the_report(product: Scene, browsers: Browsers, organisations: list[str]):
    own = await made_house(product)
    page = await browsers.signed_in(own.admin)
    run_id = await listed(page)
    product.fault(Kind.SUBSCRIPTION_ENDED, organisations[7])
    product.fault(Kind.ORGANISATION_OFFLINE, organisations[8])
    for organisation_id in organisations[6:9]:
        await row(page, organisation_id).locator("input").check()
    await page.get_by_role("button", name="Create accounts (3)").click()
    found = page.get_by_role(
        "heading", name="40 organisations: 1 failed, 1 still being tried, 1 created and 37 not chosen"
    )
    await expect(found).to_be_visible(timeout=60_000)
    await expect(
        page.get_by_text("The organisation's subscription to the accounting software has ended.")
    ).to_have_count(2)
    await expect(page.locator("#run-summary").get_by_text(re.compile("^Next try"))).to_be_visible()
    await looked_at(page, "add-clients-failed")
    await page.locator("#run-summary").get_by_role("link", name="Show what is Failed").click()
    await expect(page.locator("#run-list tbody tr")).to_have_count(1)
    product.world.faults.clear()
    await page.get_by_role("button", name="Retry the failed ones (1)").click()
    whole = page.get_by_role("heading", name="40 organisations: 3 created and 37 not chosen")
    await expect(whole).to_be_visible(timeout=60_000)  # the page goes on by itself for the one that waits, too
    assert (await own.scene.show(run_id))["counts"] == {"created": 3, "skipped": 37}
