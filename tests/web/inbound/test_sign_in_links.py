"""Whose browser may finish a sign-in at the provider, and how somebody else signs in for a practice.

Who sends somebody the address of a sign-in must not get the login with which it is followed.
"""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.async_api import Page, expect

from contracts.words.runs import Stage
from tests.journeys.browser import agreed
from tests.journeys.people import joined
from tests.journeys.scene import Scene
from tests.web.house import Browsers, Person, arrived, visitor
from tests.web.looking import assert_accessible, assert_fits
from tests.web.pages.signing_in.test_signing_in import csrf_of
from tests.web.run_steps import pressed
from tests.web.street import Street, allowed
from tests.web.walking import all_of


async def left(person: Person) -> tuple[httpx2.AsyncClient, str]:
    """Press *Reconnect all* on a page; gives the browser, and the provider's address to which it is led."""
    http = await arrived(person)
    form = {"csrf": await csrf_of(http), "key": "", "all": "true"}
    answer = await http.post("/client-sync/xero/reconnect-all", data=form)
    [address] = re.findall(r'href="([^"]+)" *>[^<]*(?:<[^>]+>)*[^<]*Continue to', answer.text) or re.findall(
        r'class="button[^"]*" href="([^"]+connect/authorize[^"]+)"', answer.text
    )
    return http, unescape(address)


async def linked(person: Person) -> tuple[str, str]:
    """Begin a run through the API; gives its id and the address that it answers with."""
    answer = await person.scene.http.post("/api/v1/client-sync/xero/reconnect-all")
    assert answer.status_code == 201, answer.text
    return answer.json()["run_id"], answer.json()["authorize_url"]


def callback_of(authorize_url: str, code: str = "made-up") -> str:
    """The address to which the provider sends the browser back."""
    return f"/connect/xero/callback?state={parse_qs(urlsplit(authorize_url).query)['state'][0]}&code={code}"


async def run_of(scene: Scene) -> str:
    """The practice's latest run."""
    return str((await scene.http.get("/api/v1/runs", params={"limit": 1})).json()["runs"][0]["run_id"])


async def signals_of(scene: Scene, run_id: str) -> int:
    """How often a run has been told of a sign-in."""
    history = await scene.handle(run_id).fetch_history()
    return sum(event.HasField("workflow_execution_signaled_event_attributes") for event in history.events)


async def untouched(scene: Scene, run_id: str) -> bool:
    """Whether a run still waits for its first sign-in, and was told of none."""
    run = await scene.show(run_id)
    return run["stage"] == Stage.AWAITING_CONSENT and await signals_of(scene, run_id) == 0


# Begun on a page


@pytest.mark.thorough
async def test_what_was_begun_on_a_page_is_finished_in_that_browser_alone(street: Street):
    person = street.house.admin
    http, address = await left(person)
    run_id = await run_of(person.scene)
    grants = await person.scene.rows("SELECT count(*) FROM grant_holders")
    victim = visitor(person.scene)
    with_code = await person.scene.sign_in(address)  # the victim follows the address, signs in there, and comes back
    assert with_code.status_code == 403
    assert "was begun on a page of Clientsync" in with_code.text
    for stranger in (victim, await arrived(street.house.member), await arrived(street.house.neighbour)):
        answer = await stranger.get(callback_of(address))
        assert answer.status_code == 403
        assert run_id not in answer.text
    assert await untouched(person.scene, run_id)
    assert await person.scene.rows("SELECT count(*) FROM grant_holders") == grants
    back = with_code.url  # nothing of it was used up
    answer = await http.get(f"{back.path}?{back.query.decode()}")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, f"/activity/{run_id}")
    assert (await person.scene.until_stage(run_id, "finished"))["stage"] == Stage.FINISHED


@pytest.mark.thorough
async def test_a_sign_in_belongs_to_its_provider(street: Street):
    person = street.house.admin
    http, address = await left(person)
    run_id, path = await run_of(person.scene), callback_of(address)
    for wrong in (path.replace("/xero/", "/sage/"), path.replace("state=", "state=x"), "/connect/xero/callback"):
        answer = await http.get(wrong)
        assert (answer.status_code, "not known" in answer.text) == (404, True)
    assert await untouched(person.scene, run_id)
    await person.scene.cancel(run_id)


# By a link


async def test_who_follows_a_link_is_told_for_which_practice_before_and_after(street: Street):
    person = street.house.admin
    run_id, link = await linked(person)
    http = visitor(person.scene)
    shown = await http.get(link)
    assert shown.status_code == 200
    assert person.actor.practice_name in shown.text
    assert person.actor.colleague_name in shown.text
    assert "connect/authorize" not in shown.text  # nobody goes on without having agreed
    back = await allowed(person.scene, link)
    assert "You are signed in to Xero" in back.text
    assert f"This sign-in was for <strong><bdi>{person.actor.practice_name}" in back.text
    await person.scene.until_stage(run_id, "finished")
    after = await http.get(link)
    assert (after.status_code, "Somebody has signed in by this link" in after.text) == (409, True)
    kinds = await person.scene.rows("SELECT kind FROM events WHERE run_id = :run_id", run_id=run_id)
    assert ("run.signed_in_by_link",) in kinds


@pytest.mark.thorough
async def test_a_sign_in_by_a_link_is_finished_where_somebody_agreed(street: Street):
    """Else who has agreed for themselves could send the provider's address on to somebody who was told nothing."""
    person = street.house.admin
    run_id, link = await linked(person)
    address = await agreed(await person.scene.browser(), link)
    for stranger in (visitor(person.scene), await arrived(person), await arrived(street.house.neighbour)):
        answer = await stranger.get(callback_of(address))
        assert (answer.status_code, "in another browser" in answer.text) == (403, True)
    assert await untouched(person.scene, run_id)
    await person.scene.cancel(run_id)


@pytest.mark.thorough
async def test_no_other_site_agrees_for_anybody(street: Street):
    run_id, link = await linked(street.house.admin)
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await visitor(street.house.scene).post(link, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    await street.house.admin.scene.cancel(run_id)


@pytest.mark.thorough
async def test_a_sign_in_that_came_back_once_does_nothing_again(street: Street):
    person = street.house.admin
    run_id, link = await linked(person)
    browser = await person.scene.browser()
    page = await person.scene.sign_in(link, browser=browser)
    page = page if page.status_code == 200 else await person.scene.sign_in(link, action="continue", browser=browser)
    assert page.status_code == 200
    await person.scene.until_stage(run_id, "finished")
    exchanged, before = person.scene.world.calls.token_exchanges, await all_of(person.scene)
    assert (await browser.get(page.url)).text == page.text
    assert (await visitor(person.scene).get(f"{page.url.path}?{page.url.query.decode()}")).status_code == 403
    assert person.scene.world.calls.token_exchanges == exchanged
    assert await all_of(person.scene) == before
    assert await signals_of(person.scene, run_id) == 1


@pytest.mark.parametrize("token", ["no-such-link", "x" * 43, "%00"])
async def test_links_that_are_not_known(street: Street, token: str):
    http = visitor(street.house.scene)
    for answer in (await http.get(f"/sign-in-link/{token}"), await http.post(f"/sign-in-link/{token}")):
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers


async def test_a_leaver_s_links_end(street: Street):
    house = street.house
    leaver = await joined(house.scene, f"Lee{house.admin.actor.practice_slug[-6:]}")
    run_id, link = await linked(Person("", leaver.actor, leaver))
    assert (await visitor(house.scene).get(link)).status_code == 200
    await house.scene.operations.colleagues.deactivate(house.admin.actor, leaver.actor.colleague_id)
    assert (await visitor(house.scene).get(link)).status_code == 404
    await house.admin.scene.cancel(run_id)


# The whole way, in Chromium


async def through_the_stand_in(page: Page) -> None:
    await page.get_by_role("button", name="Sign in", exact=True).click()
    again = page.get_by_role("button", name="Continue with")
    await page.get_by_role("button", name=re.compile("Allow access|Continue with|Cancel")).first.wait_for()
    if await again.count():
        await again.click()
    else:
        await page.get_by_role("button", name="Allow access").click()


@pytest.mark.thorough
async def test_somebody_else_signs_in_by_a_colleague_s_link(street: Street, browsers: Browsers):
    person = street.house.admin
    page = await browsers.signed_in(person)
    await pressed(page, "Add clients")  # leads to the stand-in's sign-in page; the colleague has no login there
    run_id = await run_of(person.scene)
    await page.goto(f"/activity/{run_id}")
    await page.get_by_role("button", name="Somebody else will sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Somebody else signs in")
    await expect(page.get_by_text(person.actor.practice_name).first).to_be_visible()
    await assert_accessible(page)
    await assert_fits(page)
    link = await page.get_by_label("Link").input_value()
    other = await browsers.page(person.scene, size=(380, 780))
    await other.goto(link)
    await expect(other.get_by_role("heading", level=1)).to_have_text(
        f"Sign in to Xero for {person.actor.practice_name}"
    )
    await assert_accessible(other)
    await assert_fits(other)
    await other.get_by_role("button", name="Agree and continue to Xero").press("Enter")
    await through_the_stand_in(other)
    await expect(other.get_by_role("heading", level=1)).to_have_text("Signed in")
    await expect(other.get_by_text("This sign-in was for")).to_contain_text(person.actor.practice_name)
    await assert_accessible(other)
    await person.scene.until_stage(run_id, "awaiting_selection")
    await person.scene.cancel(run_id)
