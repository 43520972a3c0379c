"""Signing in, invitation, account and error pages in a browser: usable by everybody, in every window."""

import pytest

from tests.web.house import PASSWORD, Browsers, House
from tests.web.looking import looked_at


@pytest.mark.thorough
async def test_signing_in(house: House, browsers: Browsers):
    page = await browsers.page(house.scene)
    await page.goto("/account")
    await looked_at(page, "sign-in")
    await page.get_by_label("E-mail address").fill(house.admin.email.upper())
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in").click()
    await page.locator("#password-error").wait_for()
    await looked_at(page, "sign-in-wrong")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/account")
    await looked_at(page, "account")


@pytest.mark.thorough
async def test_an_invitation(house: House, browsers: Browsers):
    link = await house.scene.operations.sessions.invite(house.admin.actor, house.member.actor.colleague_id)
    page = await browsers.page(house.scene)
    await page.goto(link)
    await looked_at(page, "invitation")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("The same again").fill("something else")
    await page.get_by_role("button").click()
    await page.get_by_text("not the same").wait_for()
    await looked_at(page, "invitation-wrong")
    await page.goto(link + "x")
    await looked_at(page, "invitation-unusable")


@pytest.mark.thorough
@pytest.mark.parametrize("scripts", [True, False])
async def test_the_account_with_and_without_scripts(house: House, browsers: Browsers, *, scripts: bool):
    page = await browsers.signed_in(house.neighbour, scripts=scripts)
    await page.goto("/account")
    await page.get_by_label("Current password").fill("wrong wrong wrong")
    await page.get_by_label("New password").fill(PASSWORD + "!")
    await page.get_by_label("The same again").fill(PASSWORD + "!")
    await page.get_by_role("button", name="Change password").click()
    await page.get_by_text("not your current password").wait_for()
    if scripts:
        await looked_at(page, "account-wrong")
    await page.locator("summary").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url("**/sign-in*")
    assert await page.get_by_text("You are signed out.").is_visible()


@pytest.mark.thorough
async def test_errors(house: House, browsers: Browsers):
    page = await browsers.signed_in(house.admin)
    await page.goto("/nothing-here")
    await looked_at(page, "not-found")
    assert await page.get_by_role("heading", level=1).inner_text() == "There is nothing here"
