"""Handing a leaver's clients over in a browser, by an admin: to whom, what it would do, and who keeps an old login."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from contracts.words.runs import RunKind
from tests.journeys.people import owners, started
from tests.web.house import Browsers, House, arrived, made_house
from tests.web.looking import looked_at
from tests.web.one_client import added, world_person
from tests.web.pages.signing_in.test_signing_in import csrf_of
from tests.web.run_steps import reported
from tests.web.taking_turns import belongs_to, colleague_of

OKAFOR, SILVA = 0, 1
"""Of the provider's people: the first reaches everything, the second not the third organisation."""


@pytest_asyncio.fixture
async def left(house: House) -> tuple[House, str]:
    """Lee has left three clients, which Ada's login reads; Ben's is known to reach two. Gives the leaver's page."""
    own = await made_house(house.scene)
    organisations = list(own.scene.world.library.organisations)[:3]
    await added(own.admin, organisations, login=OKAFOR)
    _, _, unconnected = world_person(own.scene, SILVA)
    action = "allow" if unconnected else "continue"
    run_id = await started(own.member.scene, RunKind.REASSIGN_CLIENTS, SILVA, action=action)
    await own.member.scene.until_stage(run_id, "awaiting_selection")
    await own.member.scene.cancel(run_id)
    lee = await colleague_of(own.admin, "Lee", has_left=True)
    for organisation_id in organisations:
        await belongs_to(own.admin, organisation_id, lee)
    return own, f"/team/colleagues/{lee}"


@pytest.mark.thorough
async def test_an_admin_hands_a_leaver_s_clients_over(left: tuple[House, str], browsers: Browsers):
    own, leaver = left
    page = await browsers.signed_in(own.admin)
    await page.goto(leaver)
    await page.get_by_role("link", name="Hand over clients").click()
    await looked_at(page, "hand-over")
    await page.get_by_label("Ben Quay").check()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.locator("main")).to_contain_text("2 clients move with the connection")
    await expect(page.locator("main")).to_contain_text("1 client keeps the login that it has")
    await looked_at(page, "hand-over-preview")
    await page.get_by_role("button", name="Hand over 3 clients").click()
    await reported(page)
    await expect(page.locator("#run-summary").get_by_role("heading")).to_have_text(
        "All 3 clients belong to Ben Quay now."
    )
    kept = page.locator("#run-kept")
    await expect(kept.get_by_role("heading")).to_have_text("1 client keeps an old login")
    await expect(kept.get_by_role("listitem")).to_have_count(1)
    await expect(kept).to_contain_text("login of Tane Okafor")
    await looked_at(page, "hand-over-report")
    assert set((await owners(own.admin.scene)).values()) == {own.member.actor.colleague_id}
    await page.get_by_role("link", name="The clients of Ben Quay").click()
    await expect(page.locator("table.clients tbody tr")).to_have_count(3)
    await page.goto(f"{leaver}/hand-over")
    await expect(page.locator("main")).to_contain_text("There is nothing to hand over")


@pytest.mark.thorough
async def test_sent_twice_it_is_one_run_and_who_cannot_get_them_is_said(left: tuple[House, str]):
    own, leaver = left
    http = await arrived(own.admin)
    words = {"csrf": await csrf_of(http), "key": "the-same-form", "to": str(own.member.actor.colleague_id)}
    for form in (words | {"to": ""}, words | {"to": leaver.rpartition("/")[2]}):
        answer = await http.post(f"{leaver}/hand-over", data=form)
        assert (answer.status_code, 'class="error"' in answer.text) == (422, True)
    answers = [await http.post(f"{leaver}/hand-over", data=words) for _ in range(2)]
    assert len({answer.headers["location"] for answer in answers}) == 1
    run_id = answers[0].headers["location"].partition("?")[0].rpartition("/")[2]
    assert (await own.admin.scene.until_stage(run_id, "finished"))["counts"] == {"reassigned": 3}


@pytest.mark.thorough
async def test_members_and_neighbours_cannot(left: tuple[House, str]):
    own, leaver = left
    for person, status in ((own.member, 403), (own.neighbour, 404)):
        http = await arrived(person)
        to = str(person.actor.colleague_id)
        assert (await http.get(f"{leaver}/hand-over")).status_code == status
        answer = await http.post(f"{leaver}/hand-over", data={"csrf": await csrf_of(http), "to": to})
        assert answer.status_code == status
    assert len(set((await owners(own.admin.scene)).values())) == 1
