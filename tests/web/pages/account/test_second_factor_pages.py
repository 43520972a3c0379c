"""A second factor in a browser, by keyboard: set up when the practice wants it, given at the next sign-in, removed."""

import pytest
from playwright.async_api import Page, expect

from models.kit.columns import now
from tests.web.house import PASSWORD, Browsers, House, Person, made_house
from tests.web.keys.authenticator import App, Clock
from tests.web.looking import looked_at
from tests.web.pages.signing_in.test_forgotten_pages import typed

IS_WHOLE = """(drawn) => {
  const [box, view, shown] = [drawn.getBBox(), drawn.viewBox.baseVal, drawn.getBoundingClientRect()];
  return box.width === view.width && box.height === view.height && Math.abs(shown.width - shown.height) < 1;
}"""
"""Nothing of the picture is cut off, not even its margin."""


async def signs_in(page: Page, person: Person, back: str) -> None:
    """The first step, by keyboard."""
    await page.goto(back)
    await page.get_by_label("E-mail address").focus()
    await typed(page, person.email, PASSWORD)


@pytest.mark.thorough
async def test_set_up_and_used_by_keyboard(house: House, browsers: Browsers):
    own = await made_house(house.scene)
    await own.scene.operations.second_factor_rules.require(own.admin.actor, required=True)
    page = await browsers.page(own.scene)
    await signs_in(page, own.member, "/account")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    await expect(page.get_by_role("img", name="QR code for the authenticator app")).to_be_visible()
    assert await page.locator(".picture svg").evaluate(IS_WHOLE)
    await page.get_by_text("Cannot scan it?").focus()
    await page.keyboard.press("Enter")
    key = await page.locator("code.key").inner_text()
    await looked_at(page, "second-factor-wanted")
    sessions = own.scene.operations.sessions
    before, clock = sessions.clock, Clock(now())
    app, sessions.clock = App(key, clock), clock
    try:
        await page.get_by_label("Code from the app").focus()
        await typed(page, app.wrong())
        await expect(page.get_by_label("Code from the app")).to_be_focused()
        await expect(page.get_by_text("This code is not right")).to_be_visible()
        await typed(page, app.code())
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        recovery = await page.locator(".codes code").all_inner_texts()
        await looked_at(page, "recovery-codes")
        await page.get_by_role("link", name="I have kept them").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/account")
        page = await browsers.page(own.scene)
        await signs_in(page, own.member, "/account/second-factor")
        await expect(page.get_by_label("Code from your authenticator app")).to_be_focused()
        await looked_at(page, "second-step")
        await page.get_by_label("Code from your authenticator app").focus()
        await typed(page, f"{recovery[0].upper()}x")
        await expect(page.get_by_text("used already")).to_be_visible()
        await typed(page, app.next())
        await page.wait_for_url("**/account/second-factor")
        await looked_at(page, "second-factor")
        await expect(page.locator("#remove-password")).to_have_count(0)  # it is the only one, and one is wanted
        await own.scene.operations.second_factor_rules.require(own.admin.actor, required=False)
        await page.reload()
        await page.locator("#remove-password").focus()
        await typed(page, PASSWORD, app.wrong())
        await expect(page.locator("#remove-code")).to_be_focused()
        await looked_at(page, "second-factor-wrong")
        await page.locator("#remove-password").focus()
        await typed(page, PASSWORD, recovery[1])
        await expect(page.get_by_text("You have none yet.")).to_be_visible()
    finally:
        sessions.clock = before


@pytest.mark.thorough
async def test_set_up_of_one_s_own_accord(house: House, browsers: Browsers):
    own = await made_house(house.scene)
    page = await browsers.signed_in(own.admin)
    await page.goto("/account")
    await page.get_by_role("link", name="Second factor").click()
    await looked_at(page, "second-factor-none")
    await page.locator("#begin-password").focus()
    await typed(page, PASSWORD)
    await page.wait_for_url("**/account/second-factor/set-up")
    await page.get_by_text("Cannot scan it?").click()
    app = App(await page.locator("code.key").inner_text(), Clock(now()))
    await looked_at(page, "second-factor-set-up")
    await page.get_by_label("Code from the app").focus()
    await typed(page, app.code())
    await expect(page.locator(".codes code")).to_have_count(10)
    await looked_at(page, "second-factor-recovery-codes")
    await page.goto("/team")
    await expect(page.get_by_text("1 of 2 colleagues signs in with more than a password.")).to_be_visible()
    await page.get_by_role("button", name="Require it of everybody").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("Everybody needs a second factor")
    await looked_at(page, "team-wants-factors")
