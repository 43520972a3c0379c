"""*Add clients* in a browser: from the client list through the provider's pages to the report, and all that goes wrong.

Each test has practices of its own; the sandbox's forty organisations and its third person are everybody's.
"""

import re

import pytest
from playwright.async_api import expect

from contracts.runs import Plan
from models.client import Client
from models.practice import Practice
from tests.journeys.scene import Scene
from tests.web.adding import HOSTILE, all_within_reach, allowed, begun, listed, row, runs_of
from tests.web.house import Browsers, House, Person, arrived, made_house
from tests.web.looking import looked_at
from xero_sandbox.faults import Kind

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module", autouse=True)
def organisations(product: Scene) -> list[str]:
    return all_within_reach(product)


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
    await begun(page)
    await allowed(page)
    row = page.locator(f'tr[data-id="{organisations[20]}"]')
    await expect(row.get_by_text("Looks like a client", exact=True)).to_be_visible()
    await expect(row.get_by_role("combobox").locator("option:checked")).to_have_text(f"Link to {name}")
    await row.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Create accounts").click()
    await expect(page.locator("#run-summary").get_by_role("heading")).to_contain_text("1 linked", timeout=60_000)
    assert [client["code"] for client in await own.scene.clients()] == ["OLD1"]


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
