"""Signing in at the identity provider in a browser, by keyboard: in vain, then to the page that was wanted."""

import pytest
from playwright.async_api import expect

from tests.identity_provider import IdentityProvider
from tests.web.house import Browsers, House
from tests.web.keys.at_provider import TITLE
from tests.web.looking import looked_at


@pytest.mark.thorough
async def test_there_and_back_by_keyboard(seated: House, provider: IdentityProvider, browsers: Browsers):
    page = await browsers.page(seated.scene)
    member = f"/team/colleagues/{seated.member.actor.colleague_id}"
    for provider.says_no in ("access_denied", None):
        await page.goto(member)
        await looked_at(page, "sign-in-elsewhere")
        await page.get_by_role("button", name=f"Sign in with {TITLE}").focus()
        await page.keyboard.press("Enter")
        if provider.says_no:
            await expect(page.get_by_role("heading", level=1)).to_have_text("Not signed in")
            await looked_at(page, "not-signed-in-elsewhere")
            await page.get_by_role("link", name="Go to Clientsync").focus()
            await page.keyboard.press("Enter")
            await page.wait_for_url("**/sign-in*")
    await page.wait_for_url(f"**{member}")
    await expect(page.get_by_text("Account at the identity provider")).to_be_visible()
    page = await browsers.signed_in(seated.admin)
    await page.goto(member)
    await looked_at(page, "colleague-with-account")
    await page.get_by_role("button", name="Unlink the account").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The account is unlinked")).to_be_visible()
