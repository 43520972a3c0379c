"""What is wrong with a form is in sight at once, beside its field, which has the focus: with scripts and without.

Pages are long and windows are small: a page that comes back unchanged at its top looks as if nothing had happened.
"""

from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.web.house import NARROW, Browsers, House, made_house, session_of, visitor
from tests.web.pages.people.test_invitations import link_for
from tests.web.street import Street

SMALL = (NARROW[0], 560)
"""A phone whose keyboard is out."""


async def told(page: Page, message: str, field: Locator | None) -> None:
    """The message is in sight; its field is too, has the focus, and says that it is wrong and why."""
    said = page.get_by_text(message).first
    await expect(said).to_be_in_viewport()
    focused = page.locator(":focus")
    await expect(focused).to_be_in_viewport()
    if field is None:  # nothing to blame but the whole: the message itself has the focus
        await expect(focused).to_contain_text(message)
        return
    await expect(field).to_be_focused()
    assert await field.evaluate("one => one.closest('[aria-invalid=true]') !== null")
    described = (await field.get_attribute("aria-describedby") or "").split()
    texts = [await page.locator(f'[id="{one}"]').inner_text() for one in described]
    assert any(message in text for text in texts), texts
    top = await page.evaluate("document.querySelector('.top')?.getBoundingClientRect().bottom ?? 0")
    box = await field.bounding_box()
    sticks = await page.evaluate("getComputedStyle(document.querySelector('.top') ?? document.body).position")
    assert box is not None
    assert sticks != "sticky" or box["y"] >= top, "the top of the page covers the field"


@pytest_asyncio.fixture(scope="module")
async def own(street: Street) -> tuple[House, dict[str, str]]:
    """A practice with one of everything, and a second team."""
    house = street.house
    await house.scene.operations.people.create_team(house.admin.actor, "Day shift")
    return house, street.own | {"session": await session_of(house.admin)}


@pytest.mark.parametrize(
    "scripts", [pytest.param(True, id="scripts", marks=pytest.mark.thorough), pytest.param(False, id="none")]
)
class TestForms:
    """Each form that can come back."""

    async def opened(self, own: tuple[House, dict[str, str]], browsers: Browsers, address: str, scripts: bool) -> Page:
        house, ids = own
        context = await browsers.context(house.scene, size=SMALL, scripts=scripts)
        await context.add_cookies([{"name": "clientsync", "value": ids["session"], "url": house.scene.web}])
        page = await context.new_page()
        await page.goto(address.format(**ids))
        return page

    @pytest.mark.thorough
    async def test_settings(self, own: tuple[House, dict[str, str]], browsers: Browsers, scripts: bool):
        page = await self.opened(own, browsers, "/clients/{client_id}/connection", scripts)
        field = page.get_by_label("Hours between refreshes")
        await field.fill("0")
        await page.get_by_role("button", name="Save settings").click()
        await told(page, "Give a whole number of hours", field)

    async def test_doubled_invitation(self, own: tuple[House, dict[str, str]], browsers: Browsers, scripts: bool):
        page = await self.opened(own, browsers, "/team", scripts)
        await page.get_by_label("Name", exact=True).fill("Ben again")
        field = page.get_by_label("E-mail address")
        await field.fill(own[0].member.email)
        await page.get_by_role("button", name="Invite", exact=True).click()
        await told(page, "A colleague with this e-mail address exists already.", field)

    async def test_doubled_team(self, own: tuple[House, dict[str, str]], browsers: Browsers, scripts: bool):
        page = await self.opened(own, browsers, "/team", scripts)
        await page.get_by_label("New team").fill("night shift")
        await page.get_by_role("button", name="Create team").click()
        await told(page, "There is a team", page.get_by_label("New team"))

    async def test_team_s_name(self, own: tuple[House, dict[str, str]], browsers: Browsers, scripts: bool):
        page = await self.opened(own, browsers, "/team/teams/{team_id}", scripts)
        await page.get_by_label("Name of the team").fill("Day shift")
        await page.get_by_role("button", name="Rename").click()
        await told(page, "There is a team", page.get_by_label("Name of the team"))

    async def test_role(self, own: tuple[House, dict[str, str]], browsers: Browsers, scripts: bool):
        page = await self.opened(own, browsers, "/team/colleagues/{admin_id}", scripts)
        await page.get_by_label("What they may do").select_option("member")
        await page.get_by_role("button", name="Change role").click()
        await told(page, "is the only admin", page.get_by_label("What they may do"))

    async def test_deactivating(self, own: tuple[House, dict[str, str]], browsers: Browsers, scripts: bool):
        page = await self.opened(own, browsers, "/team/colleagues/{admin_id}/deactivate", scripts)
        await page.get_by_role("button", name="Deactivate").click()
        await told(page, "only admin", None)

    @pytest.mark.thorough
    @pytest.mark.parametrize(
        ("current", "new", "again", "message", "label"),
        [
            ("not it at all", "a b c d e f g", "a b c d e f g", "This is not your current password.", "Current"),
            ("correct horse battery staple", "a b c d e f g", "a b c d e f", "not the same", "The same again"),
            ("correct horse battery staple", "{email}", "{email}", "too easy to guess", "New password"),
        ],
    )
    async def test_password(
        self,
        own: tuple[House, dict[str, str]],
        browsers: Browsers,
        scripts: bool,
        current: str,
        new: str,
        again: str,
        message: str,
        label: str,
    ):
        page = await self.opened(own, browsers, "/account", scripts)
        await page.get_by_label("Current password").fill(current)
        email = own[0].admin.email
        await page.get_by_label("New password").fill(new.format(email=email))
        await page.get_by_label("The same again").fill(again.format(email=email))
        await page.get_by_role("button", name="Change password").click()
        await told(page, message, page.get_by_label(label))

    async def test_disconnecting(self, own: tuple[House, dict[str, str]], browsers: Browsers, scripts: bool):
        page = await self.opened(own, browsers, "/clients/{client_id}/connection/disconnect", scripts)
        field = page.get_by_role("textbox")
        await field.fill("Somebody else")
        await page.get_by_role("button", name="Disconnect").click()
        await told(page, "This is not the client's name.", field)

    async def test_handing_over_to_nobody(self, own: tuple[House, dict[str, str]], browsers: Browsers, scripts: bool):
        page = await self.opened(own, browsers, "/team/colleagues/{admin_id}/hand-over", scripts)
        await page.get_by_role("radio").first.check()
        await page.get_by_role("button", name="Continue").click()
        await page.locator("form[method=post] input[name=to]").wait_for(state="attached")  # the next page is there
        await page.evaluate("document.querySelector('form[method=post] input[name=to]').value = ''")
        await page.get_by_role("button", name="Hand over").click()
        await told(page, "Choose who gets the clients.", page.get_by_role("radio").first)

    async def test_invitation(self, house: House, browsers: Browsers, scripts: bool):
        other = await made_house(house.scene)
        page = await browsers.page(house.scene, size=SMALL, scripts=scripts)
        await page.goto(await link_for(other.admin, other.member))
        await page.get_by_label("Password").fill("a b c d e f g h")
        await page.get_by_label("The same again").fill("a b c d e f g")
        await page.get_by_role("button").click()
        await told(page, "not the same", page.get_by_label("The same again"))

    async def test_sign_in(self, house: House, browsers: Browsers, scripts: bool):
        page = await browsers.page(house.scene, size=SMALL, scripts=scripts)
        await page.goto("/sign-in")
        await page.get_by_label("E-mail address").fill(f"nobody@{uuid4().hex[:6]}.example")
        await page.get_by_label("Password").fill("a b c d e f g h")
        await page.get_by_role("button", name="Sign in").click()
        await told(page, "", page.get_by_label("Password"))


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/team/colleagues", "/team"),
        ("/team/teams", "/team"),
        ("/team/teams/{team_id}/name", "/team/teams/{team_id}"),
        ("/team/colleagues/{admin_id}/role", "/team/colleagues/{admin_id}"),
        ("/activity/{run_id}/selection", "/activity/{run_id}"),
        ("/connections/check", "/connections"),
        ("/client-sync/xero/add-clients", "/client-sync"),
        ("/sign-out", "/"),
    ],
)
async def test_a_form_s_address_can_be_opened(own: tuple[House, dict[str, str]], address: str, page: str):
    """A reload, a bookmark or a sign-in in between leads to the page that the form stands on."""
    house, ids = own
    http = visitor(house.scene, ids["session"])
    answer = await http.get(address.format(**ids))
    assert (answer.status_code, answer.headers.get("location")) == (303, page.format(**ids))


@pytest.mark.thorough
async def test_a_choice_without_scripts(house: House, browsers: Browsers):
    run = await house.neighbour.scene.listed(person=1)
    page = await browsers.signed_in(house.neighbour, size=SMALL, scripts=False)
    await page.goto(f"/activity/{run['run_id']}")
    await page.get_by_role("button", name="Create accounts").click()
    await told(page, "Choose at least one organisation.", None)
