"""Team and colleagues: invited, given a role, put into teams, and deactivated; and the outbox."""

import re
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from httpx2 import ASGITransport
from playwright.async_api import Page, expect

from tests.web.house import PASSWORD, Browsers, House, arrived, made_house, session_of
from tests.web.looking import looked_at
from tests.web.practices.crowd import HTML, Crowd, crowded
from web.app import create_app


@pytest_asyncio.fixture(scope="module")
async def crowd(house: House) -> Crowd:
    """The first practice with clients, so that something depends on its people."""
    return await crowded(house.scene.database, house.admin.actor, 40)


@pytest.mark.thorough
async def test_a_colleague_is_invited_and_comes(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    email = f"zoe@{uuid4().hex[:6]}.example"
    await page.goto("/team")
    await page.get_by_role("link", name="Invite a colleague").click()
    await page.get_by_label("Name", exact=True).fill(HTML)
    await page.get_by_label("E-mail address").fill(house.member.email)
    await page.get_by_role("button", name="Invite", exact=True).click()
    await page.get_by_text("exists already").wait_for()
    assert await page.get_by_label("Name", exact=True).input_value() == HTML  # what was typed stays
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_role("button", name="Invite", exact=True).click()
    link = await page.get_by_label("Link").input_value()
    assert await page.title() == "Invitation · Clientsync"
    await looked_at(page, "invited")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy").click()
    await page.get_by_text("Copied.").wait_for()
    assert await page.evaluate("navigator.clipboard.readText()") == link

    theirs = await browsers.page(house.scene)
    await theirs.goto(link)
    await theirs.get_by_label("Password").fill(PASSWORD)
    await theirs.get_by_label("The same again").fill(PASSWORD)
    await theirs.get_by_role("button").click()
    await theirs.goto("/team")
    await expect(theirs.get_by_role("row", name=email)).to_contain_text("(you)")
    assert await theirs.get_by_role("button", name=re.compile("invitation|team", re.IGNORECASE)).count() == 0

    await page.get_by_role("link", name="Done").click()
    await expect(page.get_by_role("link", name="Done")).to_have_count(0)
    assert link not in await page.content()
    await page.get_by_label("What they may do").select_option("admin")
    await page.get_by_role("button", name="Change role").click()
    await page.get_by_text("The role is changed.").wait_for()
    await theirs.reload()
    assert await theirs.get_by_role("button", name="Invite", exact=True).is_visible()


@pytest.mark.thorough
async def test_a_team_is_made_and_changed(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/team")
    await looked_at(page, "team")
    await page.get_by_label("New team").fill("Night shift")
    await page.get_by_role("button", name="Create team").click()
    await page.get_by_text("The team is created.").wait_for()
    await page.get_by_label(house.member.actor.colleague_name).check()
    await page.get_by_label("Cleo Marsh").check()
    await page.get_by_role("button", name="Add to the team").click()
    members = page.get_by_role("region", name="Members", exact=True).get_by_role("link")
    await expect(members).to_have_text(["Ben Quay", "Cleo Marsh"])
    await looked_at(page, "one-team")
    await page.get_by_role("button", name="Remove Cleo Marsh").click()
    await expect(members).to_have_text(["Ben Quay"])
    taken = (await house.scene.rows("SELECT name FROM teams WHERE id = :id", id=crowd.teams[0]))[0][0]
    await page.get_by_label("Name of the team").fill(taken.upper())
    await page.get_by_role("button", name="Rename").click()
    await page.get_by_text(f"There is a team '{taken}' already.").wait_for()
    await page.get_by_label("Name of the team").fill(HTML[:100])
    await page.get_by_role("button", name="Rename").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(HTML[:100])


async def deactivating(page: Page, name: str) -> None:
    await page.goto("/team")
    await page.get_by_role("link", name=name).click()
    await page.get_by_role("link", name="Deactivate").click()


@pytest.mark.thorough
async def test_what_depends_on_a_colleague_comes_before_they_leave(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await deactivating(page, "Cleo Marsh")
    leaver = crowd.colleagues[2]
    owned = sum(client.owner_id == leaver for client in crowd.clients)
    text = await page.get_by_role("main").inner_text()
    assert f"{owned} clients have them as owner" in text
    assert re.search(r"[1-9]\d* connections work through their login", text)
    await looked_at(page, "deactivate")
    hand_over = page.get_by_role("link", name="Hand over clients first")
    assert await hand_over.get_attribute("href") == f"/team/colleagues/{leaver}/hand-over"
    there = "SELECT deactivated_at FROM colleagues WHERE id = :id"
    assert await house.scene.rows(there, id=leaver) == [(None,)]  # looking has changed nothing
    await page.get_by_role("button", name="Deactivate Cleo Marsh").click()
    await page.get_by_text("cannot sign in here any more").wait_for()
    assert await house.scene.rows(there, id=leaver) != [(None,)]
    assert await page.get_by_text(f"still looks after {owned} clients").is_visible()
    await looked_at(page, "colleague-left")


async def test_the_only_admin_stays(house: House, browsers: Browsers):
    page = await browsers.signed_in(house.neighbour)
    await deactivating(page, "Mel Miller")
    await page.get_by_role("button", name="Deactivate my account").click()
    await page.get_by_role("alert").get_by_text("only admin").wait_for()
    await page.get_by_role("link", name="Keep it").click()
    await page.get_by_label("What they may do").select_option("member")
    await page.get_by_role("button", name="Change role").click()
    await page.get_by_text("is the only admin").wait_for()
    await looked_at(page, "colleague")


async def test_members_change_nothing_and_see_no_other_practice(house: House, crowd: Crowd):
    own = await made_house(house.scene)
    http = await arrived(own.member)
    me = own.member.actor.colleague_id
    token = re.search(r'name="csrf-token" content="([^"]+)"', (await http.get("/team")).text)
    assert token
    for path, form in (
        ("/team/colleagues", {"name": "X", "email": "x@nowhere.example"}),
        (f"/team/colleagues/{me}/role", {"role": "admin"}),
        (f"/team/colleagues/{me}/invitation", {}),
        (f"/team/colleagues/{me}/deactivate", {}),
        ("/team/teams", {"team_name": "X"}),
    ):
        assert (await http.post(path, data=form | {"csrf": token[1]})).status_code == 403, path
    assert (await http.get("/outbox")).status_code == 403
    for path in (f"/team/colleagues/{crowd.colleagues[0]}", f"/team/teams/{crowd.teams[0]}"):
        assert (await http.get(path)).status_code == 404, path


@pytest.mark.thorough
async def test_the_outbox_shows_letters_as_text(house: House, browsers: Browsers, crowd: Crowd):
    page = await browsers.signed_in(house.admin)
    await page.goto("/team")
    await page.locator("header summary").click()
    await page.get_by_role("link", name="Outbox").click()
    await page.get_by_role("article").first.wait_for()
    assert HTML in await page.locator(".letter-body").first.inner_text()
    assert await page.title() == "Outbox · Clientsync"
    await looked_at(page, "outbox")


@pytest.mark.thorough
async def test_no_outbox_where_mail_is_sent(house: House):
    app = create_app(house.scene.operations, ring=house.scene.settings.key_ring(), has_outbox=False)
    cookies = {"Accept": "text/html", "Cookie": f"clientsync={await session_of(house.admin)}"}
    async with httpx2.AsyncClient(transport=ASGITransport(app), base_url=house.scene.web, headers=cookies) as http:
        assert (await http.get("/outbox")).status_code == 404
        assert "/outbox" not in (await http.get("/team")).text
