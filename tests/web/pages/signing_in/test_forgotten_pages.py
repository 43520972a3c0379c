"""A forgotten password in a browser: by keyboard, usable by everybody, in every window; without mail, whom to ask."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from models.access import password_links
from models.kit.columns import now
from models.practices.tables import Colleague
from tests.journeys.serving import listening, serving
from tests.web.house import Browsers, House, Person, made_house, visitor
from tests.web.looking import looked_at
from web.app import create_app

NEW = "five quiet harbours at night"


@pytest_asyncio.fixture(scope="module")
async def mailing(house: House) -> AsyncIterator[str]:
    """The address of a web backend that knows of a mail server."""
    socket, url = listening()
    app = create_app(house.scene.operations, ring=house.scene.settings.key_ring(), has_outbox=False)
    async with serving(app, socket):
        yield url


async def link_for(person: Person) -> str:
    """The path of a link as the mail has it."""
    async with person.scene.database.transaction() as session:
        colleague = await session.get_one(Colleague, person.actor.colleague_id)
        return f"/forgotten-password/{await password_links.make(session, colleague, now())}"


async def typed(page: Page, *words: str) -> None:
    """Fill one field after the other from the one that has the focus, and send the form."""
    await page.wait_for_load_state()  # before, the page's scripts and its autofocus may still take the focus away
    for number, word in enumerate(words):
        if number:
            await page.keyboard.press("Tab")
        await page.keyboard.type(word)
    await page.keyboard.press("Enter")


@pytest.mark.thorough
async def test_asking_and_choosing_by_keyboard(mailing: str, house: House, browsers: Browsers):
    person = (await made_house(house.scene)).member
    page = await browsers.page(house.scene)
    await page.goto(f"{mailing}/sign-in")
    await page.get_by_role("link", name="Forgotten your password?").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("E-mail address")).to_be_focused()
    await looked_at(page, "forgotten")
    await typed(page, person.email)
    await expect(page.get_by_role("status")).to_contain_text("a mail with a link is on its way")
    await looked_at(page, "forgotten-asked")
    await page.goto(f"{mailing}{await link_for(person)}")
    await looked_at(page, "forgotten-choose")
    await page.get_by_label("Password").focus()
    await typed(page, NEW, "something else")
    await expect(page.get_by_label("The same again")).to_be_focused()
    await expect(page.get_by_text("not the same")).to_be_visible()
    await page.get_by_label("Password").focus()
    await typed(page, NEW, NEW)
    await expect(page.get_by_role("status")).to_contain_text("you are signed in")
    await page.goto(f"{mailing}/forgotten-password/used")
    await looked_at(page, "forgotten-unusable")
    await page.get_by_role("link", name="Ask for a new link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Forgotten your password?")


async def test_without_mail_the_page_says_whom_to_ask_and_sends_nothing(house: House, browsers: Browsers):
    page = await browsers.page(house.scene)
    await page.goto("/forgotten-password")
    await expect(page.get_by_text("An admin of your practice can make you a link")).to_be_visible()
    await looked_at(page, "forgotten-without-mail")
    before = await house.scene.rows("SELECT count(*) FROM password_requests")
    sent = await visitor(house.scene).post("/forgotten-password", data={"email": house.admin.email})
    assert (sent.status_code, "An admin of your practice" in sent.text) == (200, True)
    assert await house.scene.rows("SELECT count(*) FROM password_requests") == before
