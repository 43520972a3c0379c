"""*Reconnect all* in a browser: two colleagues, one practice's connections, and reports that add up."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from contracts.words.causes import Cause
from tests.journeys.people import change, logins
from tests.web.house import Browsers, House, arrived, made_house
from tests.web.looking import looked_at
from tests.web.one_client import added
from tests.web.provider_pages import allow_all_there, sign_in_there
from tests.web.run_steps import pressed, reported
from tests.web.taking_turns import breaks, fails

OKAFOR, SILVA = 0, 1
"""Of the provider's people: the first reaches everything, the second not the third organisation."""


@pytest_asyncio.fixture
async def broken(house: House) -> tuple[House, list[str]]:
    """A practice with four clients on Ada's login; three need a sign-in, and Ben's login does not reach the third."""
    own = await made_house(house.scene)
    organisations = list(own.scene.world.library.organisations)[:4]
    await added(own.admin, organisations, login=OKAFOR)
    await breaks(own.admin, organisations[:3])
    return own, organisations


@pytest.mark.thorough
async def test_two_sign_ins_repair_everything(broken: tuple[House, list[str]], browsers: Browsers):
    own, organisations = broken
    ben = await browsers.signed_in(own.member)
    await pressed(ben, "Reconnect all (3)")
    await allow_all_there(ben, person=SILVA)
    await reported(ben)
    summary = ben.locator("#run-summary")
    await expect(summary.get_by_role("heading")).to_have_text(
        "2 of 3 clients are connected again; 1 needs another step."
    )
    left = ben.locator("#run-unreached")
    await expect(left.get_by_role("heading")).to_have_text("1 connection needs another login")
    await expect(left.get_by_role("listitem")).to_have_text("Ada Harbour 1")
    row = ben.get_by_role("row", name="Not reachable")
    await expect(row).to_contain_text("The login of Ada Harbour could: reconnect with that one.")
    await looked_at(ben, "reconnect-report")
    await fails(own.admin, organisations[2], Cause.SUBSCRIPTION_ENDED)
    await ben.reload()  # nobody's login renews a subscription
    await expect(ben.locator("#run-summary")).to_be_visible()
    await expect(left).to_have_count(0)
    await fails(own.admin, organisations[2], Cause.SIGNED_OUT)

    ada = await browsers.signed_in(own.admin)
    await ada.goto("/connections")
    await ada.get_by_role("button", name="Reconnect all (1)").click()
    await allow_all_there(ada, person=OKAFOR)
    await reported(ada)
    await expect(ada.locator("#run-summary").get_by_role("heading")).to_have_text("1 client is connected again.")
    await expect(ada.locator("#run-unreached")).to_have_count(0)
    await ben.reload()  # what somebody repaired since is nobody's to repair
    await expect(ben.locator("#run-unreached")).to_have_count(0)
    on_login = await logins(own.scene)
    assert on_login[organisations[0]] == on_login[organisations[1]] != on_login[organisations[2]]


@pytest.mark.long
async def test_what_was_removed_there_is_named_before_leaving_and_when_it_was_missed(
    broken: tuple[House, list[str]], browsers: Browsers
):
    own, organisations = broken
    removed = organisations[2]
    name = own.scene.world.library.organisations[removed].name
    await fails(own.admin, removed, Cause.DISCONNECTED_AT_PROVIDER)
    await change(own.scene, "DELETE FROM grant_reach WHERE organisation_id = :id", id=removed)
    ben = await browsers.signed_in(own.member)
    its = next(one for one in await own.scene.clients() if one["connection"]["organisation_id"] == removed)
    await ben.goto(f"/clients/{its['client_id']}/connection")
    await expect(ben.get_by_role("region", name="Reconnect")).to_contain_text("Tick this organisation in Xero")
    await ben.goto("/connections")
    await ben.get_by_role("button", name="Reconnect all").first.click()
    await expect(ben.get_by_role("heading", name="Before you go to Xero")).to_be_visible()
    await expect(ben.locator("main")).to_contain_text("Tick this organisation in Xero and choose Allow access.")
    await expect(ben.get_by_role("listitem")).to_have_text(name)
    await looked_at(ben, "reconnect-leaving")
    await ben.get_by_role("link", name="Continue to Xero").click()
    await allow_all_there(ben, person=SILVA)  # who cannot open it
    await reported(ben)
    missed = ben.locator("#run-missed")
    await expect(missed.get_by_role("heading")).to_have_text("1 organisation was not allowed again")
    await expect(missed.get_by_role("listitem")).to_have_text(name)
    await expect(ben.locator("#run-unreached")).to_have_count(0)
    await looked_at(ben, "reconnect-missed")


@pytest.mark.thorough
async def test_what_nobody_added_is_offered_and_not_added(broken: tuple[House, list[str]], browsers: Browsers):
    own, _ = broken
    page = await browsers.signed_in(own.member)
    await pressed(page, "Reconnect all")
    await allow_all_there(page, person=SILVA)
    await reported(page)
    offers = page.locator("#run-offers")
    await expect(offers.get_by_role("heading")).to_have_text("25 organisations that nobody added yet")
    await expect(offers).to_contain_text("and 13 more")
    assert len(await own.member.scene.clients()) == 4
    await offers.get_by_role("button", name="Add clients").click()
    await page.get_by_role("heading", name="Sign in to the Xero sandbox").wait_for()


@pytest.mark.long
async def test_healthy_ones_move_when_that_is_asked_for(broken: tuple[House, list[str]], browsers: Browsers):
    own, organisations = broken
    page = await browsers.signed_in(own.member)
    await page.goto("/client-sync")
    await looked_at(page, "client-sync")
    await page.get_by_label("Also move healthy ones to my login").check()
    await page.get_by_role("button", name="Reconnect all (3)").click()
    await allow_all_there(page, person=SILVA)
    await reported(page)
    heading = page.locator("#run-summary").get_by_role("heading")
    await expect(heading).to_have_text("3 of 4 clients are connected again; 1 needs another step.")
    on_login = await logins(own.scene)
    assert len({on_login[one] for one in (organisations[0], organisations[1], organisations[3])}) == 1


@pytest.mark.thorough
async def test_a_denied_sign_in_comes_back_with_a_plain_sentence(broken: tuple[House, list[str]], browsers: Browsers):
    own, _ = broken
    page = await browsers.signed_in(own.member, scripts=False)
    await page.goto("/client-sync")
    await page.get_by_role("button", name="Reconnect all (3)").click()
    await sign_in_there(page, person=SILVA, choose=[])
    await expect(page.get_by_role("heading", level=1)).to_have_text("Reconnect all")
    await expect(page.locator("main")).to_contain_text("Access was not allowed, so nothing was changed")


@pytest.mark.thorough
async def test_another_practice_sees_nothing_of_it(broken: tuple[House, list[str]]):
    own, _ = broken
    answer = await own.member.scene.http.post("/api/v1/client-sync/xero/reconnect-all")
    run_id = answer.json()["run_id"]
    stranger = await arrived(own.neighbour)
    for part in ("", "/events", "/report.csv"):
        assert (await stranger.get(f"/activity/{run_id}{part}")).status_code == 404
    await own.member.scene.cancel(run_id)
