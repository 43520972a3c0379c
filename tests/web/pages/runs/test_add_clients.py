"""*Add clients* in a browser: from the client list through the provider's pages to the report, and all that goes wrong.

Each test has practices of its own; the sandbox's forty organisations and its third person are everybody's.
"""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text

from contracts.words.practices import Plan
from emulators.xero.control.control import Control
from emulators.xero.control.words import OrganisationWords
from emulators.xero.faults import Kind
from models.clients.tables import Client
from models.practices.tables import Practice
from tests.journeys.people import person
from tests.journeys.scene import Scene
from tests.web.house import Browsers, House, Person, arrived, made_house
from tests.web.looking import looked_at
from tests.web.pages.runs.adding import CALLUM, HOSTILE, all_within_reach, listed
from tests.web.provider_pages import allow_all_there, sign_in_there
from tests.web.run_steps import pressed, reported, row, runs_of


@pytest.fixture(scope="module", autouse=True)
def organisations(product: Scene) -> list[str]:
    return all_within_reach(product)


async def practice_has(person: Person, **words: object) -> None:
    async with person.scene.database.transaction() as session:
        practice = await session.get_one(Practice, person.actor.practice_id)
        for name, value in words.items():
            setattr(practice, name, value)


async def test_who_comes_back_from_the_sign_in_is_not_asked_for_it_again(house: House):
    run_id, _ = await house.admin.scene.start()  # nobody has signed in: the run is as it is at that moment
    http = await arrived(house.admin)
    asked, back = [(await http.get(f"/activity/{run_id}{query}")).text for query in ("", "?signed_in=1")]
    assert ("Sign in to Xero" in asked, "Listing what your login reaches" in asked) == (True, False)
    assert ("Sign in to Xero" in back, "Listing what your login reaches" in back) == (False, True)


@pytest.mark.thorough
async def test_forty_organisations_become_clients(house: House, browsers: Browsers, organisations: list[str]):
    page = await browsers.signed_in(house.admin)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    run_id = await listed(page)
    await looked_at(page, "add-clients-choose")
    await expect(page.locator("tbody tr")).to_have_count(40)
    # Its content, not its rendered text: a row that the browser has not come to yet has none.
    await expect(row(page, organisations[0]).locator("label")).to_have_text(HOSTILE)

    await page.get_by_label("Search organisations").fill("zzzz")
    await expect(page.get_by_text("No organisation matches.")).to_be_visible()
    await page.get_by_role("button", name="Show all").click()
    await page.get_by_role("button", name=re.compile(r"Choose all new \(")).click()
    news = await page.locator("tbody input:checked").count()
    await page.get_by_role("checkbox", name="Choose all that are shown").check()
    await expect(page.get_by_role("button", name="Create accounts (40)")).to_be_visible()
    assert 0 < news <= 40
    await row(page, organisations[5]).get_by_role("button").click()
    await page.locator("#change").get_by_label("Owner").select_option(house.member.actor.colleague_name)
    await looked_at(page, "add-clients-change")
    await page.get_by_role("button", name="Use this").click()
    codes = [row(page, organisation_id).locator("input.code") for organisation_id in organisations[6:8]]
    for code in codes:
        await code.fill("ash/1")
        await code.press("Enter")  # leads to the next code and creates nothing
    await page.reload()
    await expect(page.get_by_role("button", name="Create accounts (40)")).to_be_visible()
    await expect(row(page, organisations[5]).locator(".own")).to_have_text(house.member.actor.colleague_name)

    do = page.get_by_role("button", name="Create accounts (40)")
    await do.click()
    await expect(page.get_by_role("alert")).to_contain_text("2 codes cannot be used as they are.")
    for code in codes:
        await expect(code).to_have_accessible_description(re.compile("Give each its own"))
    await codes[1].fill("ASH/2")
    await looked_at(page, "add-clients-codes")
    await do.dblclick()
    await expect(
        page.get_by_role("heading", name="All 40 clients are added, with their standard information.")
    ).to_be_visible(timeout=60_000)
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
    assert {client["code"] for client in clients} >= {"ASH/1", "ASH/2"}
    assert [client["owner"] for client in clients].count(house.member.actor.colleague_name) == 1
    browser = await arrived(house.admin)
    table = await browser.get(f"/activity/{run_id}/report.csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    assert table.text.count("\r\n") == 41
    assert "Export as CSV" in (await browser.get(f"/activity/{run_id}")).text

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


async def test_an_organisation_like_a_client_is_offered_as_a_link(
    product: Scene, organisations: list[str], browsers: Browsers
):
    own = await made_house(product)
    name = product.world.library.organisations[organisations[20]].name
    async with product.database.transaction() as session:
        session.add(
            Client(
                practice_id=own.admin.actor.practice_id, name=name, code="OLD1", owner_id=own.admin.actor.colleague_id
            )
        )
    page = await browsers.signed_in(own.admin)
    await pressed(page, "Add clients")
    await allow_all_there(page, person=CALLUM)
    row = page.locator(f'tr[data-id="{organisations[20]}"]')
    await expect(row.get_by_text("Looks like a client", exact=True)).to_be_visible()
    await expect(row.get_by_role("combobox").locator("option:checked")).to_have_text(f"Link to {name}")
    await row.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Create accounts").click()
    await expect(page.locator("#run-summary").get_by_role("heading")).to_contain_text(
        "1 client is added, with its standard information.", timeout=60_000
    )
    assert [client["code"] for client in await own.scene.clients()] == ["OLD1"]


@pytest.mark.thorough
async def test_all_that_the_login_reaches_is_listed_and_what_was_just_allowed_is_first(
    product: Scene, organisations: list[str], browsers: Browsers
):
    own, callum = await made_house(product), person(product, CALLUM)
    product.world.connections.remove_matching(person_id=callum)
    first, second, third, *_ = organisations[30:]
    for identity, number in ((first, "01234567"), (third, "07654321")):
        words = OrganisationWords(name="Zinc & Daughters Ltd", registration_number=number)
        Control(product.world).change_organisation(identity, words)
    page = await browsers.signed_in(own.admin)
    for chosen in ([first, second], [third]):  # the first time, nobody chooses anything
        await pressed(page, "Add clients")
        await sign_in_there(page, person=CALLUM, choose=chosen)
        await expect(page.locator("#selection")).to_be_visible()
    rows = page.locator("#selection tbody tr")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(0)).to_contain_text("Just allowed")
    await expect(rows.nth(0)).to_contain_text("Company number 07654321, short code !")
    await expect(row(page, first)).to_contain_text("Company number 01234567, short code !")
    await expect(page.get_by_text("Just allowed", exact=True)).to_have_count(1)
    await page.get_by_label("What they are").select_option("Just allowed (1)")
    await expect(page.locator("#selection tbody tr:visible")).to_have_count(1)
    await looked_at(page, "add-clients-just-allowed")

    await row(page, third).get_by_role("checkbox").check()
    await page.get_by_role("button", name="Create accounts (1)").click()
    await reported(page)
    anew = uuid4()
    Control(product.world).change_organisation(third, OrganisationWords(organisation_id=anew))
    organisations[organisations.index(third)] = str(anew)
    await pressed(page, "Add clients")
    await sign_in_there(page, person=CALLUM, choose=[str(anew)])
    again = row(page, str(anew))
    await expect(again).to_contain_text("Looks like a client")
    await expect(again.get_by_role("combobox")).to_have_count(0)
    await expect(again.get_by_role("link", name="Open ZINC0001")).to_be_visible()
    await looked_at(page, "add-clients-new-books")
    await again.get_by_role("button", name="Change the connection").click()
    await expect(page.get_by_role("heading", name="Change the connection", exact=True)).to_be_visible()
    await expect(page.get_by_role("radio", name="Zinc & Daughters Ltd")).to_be_checked(timeout=20_000)
    await looked_at(page, "change-connection-listed")
    await allow_all_again(page)


async def allow_all_again(page: Page) -> None:
    """Leave the sandbox's person as the other tests expect them: all that is within reach is allowed."""
    await pressed(page, "Add clients")
    await allow_all_there(page, person=CALLUM)


@pytest.mark.thorough
async def test_a_declined_and_a_failed_sign_in_come_back_with_a_way_on(product: Scene, browsers: Browsers):
    own = await made_house(product)
    page = await browsers.signed_in(own.admin)
    await pressed(page, "Add clients")
    await page.get_by_role("button", name="Cancel").click()
    await page.wait_for_url("**/activity/*")
    told = page.get_by_role("heading", name="Access was not allowed, so nothing was changed.")
    await expect(told).to_be_visible()  # it may be read out too, where the page was there before the end
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await looked_at(page, "add-clients-declined")

    product.fault(Kind.SERVER_ERROR, path="/connect/token", times=1)
    await page.get_by_role("button", name="Try again").click()
    await allow_all_there(page, person=CALLUM)
    await expect(page.get_by_text("The sign-in was not completed, so nothing was changed.")).to_be_visible()
    await looked_at(page, "add-clients-consent")
    product.fault(Kind.CLIENT_REFUSED, times=1)
    await page.get_by_role("button", name="Sign in to Xero").click()
    await allow_all_there(page, person=CALLUM)
    await expect(page.get_by_text("Another sign-in does not help").first).to_be_visible()
    assert "sign in again" not in (await page.inner_text("main")).lower()
    await page.get_by_role("button", name="Sign in to Xero").click()
    await allow_all_there(page, person=CALLUM)
    await expect(page.locator("tbody tr")).to_have_count(40)
    assert [run.stage for run in sorted(await runs_of(own.admin), key=lambda run: run.created_at)] == [
        "finished",
        "awaiting_selection",
    ]


@pytest.mark.thorough
async def test_a_choice_that_cannot_be_taken_is_explained_in_its_place(
    product: Scene, browsers: Browsers, organisations: list[str]
):
    own = await made_house(product)
    await practice_has(own.admin, client_allowance=1, plan=Plan.STANDARD)
    page = await browsers.signed_in(own.admin)
    run_id = await listed(page)
    assert await page.get_by_label("Team", exact=True).count() == 0
    room = page.locator("#room-words")
    await expect(room).to_have_text("Allowance: 0 of 1 client used.")
    for organisation_id in organisations[:2]:
        await row(page, organisation_id).get_by_role("checkbox").check()
        words = "Allowance: 1 of 1 client used, with this choice."
        await expect(room).to_have_text(words if organisation_id == organisations[0] else re.compile("^That is 1 more"))
    await expect(page.get_by_text("That is 1 more than your allowance of 1 has room for.")).to_be_visible()
    await page.get_by_role("button", name="Create accounts (2)").click()
    await expect(page.get_by_role("alert")).to_contain_text(
        "Choose 1 fewer, archive clients that have left, or have the allowance raised."
    )
    await looked_at(page, "add-clients-over")

    plain = await browsers.signed_in(own.admin, scripts=False)
    await plain.goto(f"/activity/{run_id}")
    for organisation_id in organisations[:2]:
        await row(plain, organisation_id).get_by_role("checkbox").check()
    await plain.get_by_role("button", name="Create accounts").click()
    await expect(plain.get_by_role("alert")).to_contain_text("has room for 1")
    await expect(row(plain, organisations[1]).get_by_role("checkbox")).to_be_checked()
    await row(plain, organisations[0]).get_by_role("checkbox").uncheck()
    code = row(plain, organisations[1]).locator("input.code")
    await code.fill("no code")
    await plain.get_by_role("button", name="Create accounts").click()
    await expect(code).to_have_accessible_description(re.compile("A code has 1 to 20 letters"))
    await code.fill("plain-1")
    await plain.get_by_role("button", name="Create accounts").click()
    await own.scene.until_stage(run_id, "finished")
    await plain.goto(f"/activity/{run_id}")
    await expect(plain.get_by_role("heading", name="1 client is added, with its standard information.")).to_be_visible()
    await expect(page.get_by_role("heading", name="1 client is added, with its standard information.")).to_be_visible()


@pytest.mark.thorough
async def test_a_run_at_work_is_left_and_found_again(product: Scene, browsers: Browsers, organisations: list[str]):
    own = await made_house(product)
    page = await browsers.signed_in(own.admin)
    run_id = await listed(page)
    for organisation_id in organisations[10:12]:
        await row(page, organisation_id).get_by_role("checkbox").check()
    async with product.database.transaction() as held:  # what is read cannot be stored as long as this lasts
        await (await held.connection()).execute(text("LOCK TABLE receipts IN SHARE MODE"))
        await page.get_by_role("button", name="Create accounts (2)").click()
        progress = page.locator("#progress").get_by_role("progressbar")
        await expect(progress).to_have_attribute("max", "2")
        await page.reload()
        await expect(progress).to_have_attribute("max", "2")
        await page.get_by_role("link", name="Activity").last.click()
        await expect(page.locator("table.runs tbody tr")).to_have_count(1)
        await looked_at(page, "activity-at-work")
        await page.locator("table.runs").get_by_role("link", name="Add clients").click()
        await page.wait_for_url(f"**/activity/{run_id}")
        await expect(progress).to_have_attribute("max", "2")
        await looked_at(page, "add-clients-at-work")
    await expect(page.get_by_text("40 organisations: 2 created and 38 not chosen")).to_be_visible()


@pytest.mark.thorough
async def test_what_failed_is_retried_from_the_report(product: Scene, browsers: Browsers, organisations: list[str]):
    own = await made_house(product)
    page = await browsers.signed_in(own.admin)
    run_id = await listed(page)
    product.fault(Kind.SUBSCRIPTION_ENDED, organisations[7])
    product.fault(Kind.ORGANISATION_OFFLINE, organisations[8])
    for organisation_id in organisations[6:9]:
        await row(page, organisation_id).get_by_role("checkbox").check()
    await page.get_by_role("button", name="Create accounts (3)").click()
    found = page.get_by_role("heading", name="1 needs another step and 1 is tried again automatically.")
    await expect(found).to_be_visible(timeout=60_000)
    await expect(page.get_by_text("The organisation's subscription to Xero has ended.")).to_have_count(2)
    await expect(page.locator("#run-summary").get_by_text(re.compile("^Next try"))).to_be_visible()
    await looked_at(page, "add-clients-failed")
    await page.locator("#run-summary").get_by_role("link", name="Show what is Failed").click()
    await expect(page.locator("#run-list tbody tr")).to_have_count(1)
    product.world.faults.clear()
    await page.get_by_role("button", name="Retry the failed ones (1)").click()
    whole = page.get_by_role("heading", name="All 3 clients are added, with their standard information.")
    await expect(whole).to_be_visible(timeout=60_000)  # the page goes on by itself for the one that waits, too
    assert (await own.scene.show(run_id))["counts"] == {"created": 3, "skipped": 37}
