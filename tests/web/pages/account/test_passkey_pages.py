"""Passkeys in a real browser, whose device Chromium plays: added, used for the second step and alone, removed."""

import pytest
from playwright.async_api import CDPSession, Page, expect

from tests.web.house import PASSWORD, Browsers, House, Person, made_house
from tests.web.looking import looked_at
from tests.web.pages.signing_in.test_forgotten_pages import typed

IMITATED = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def with_authenticator(page: Page) -> tuple[CDPSession, str]:
    """Chromium plays a device with a finger on it."""
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    made = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": IMITATED})
    return cdp, made["authenticatorId"]


async def signs_in(page: Page, person: Person, place: str) -> None:
    await page.goto(f"{place}/sign-in?next=/account/second-factor")
    await page.get_by_label("E-mail address").focus()
    await typed(page, person.email, PASSWORD)


@pytest.mark.thorough
async def test_added_used_and_removed(house: House, browsers: Browsers):
    own = await made_house(house.scene)
    party = own.scene.operations.passkeys.party
    assert party is not None
    page = await browsers.page(own.scene)
    cdp, device = await with_authenticator(page)
    await signs_in(page, own.member, party.origin)
    await page.locator("#add-password").focus()
    await typed(page, PASSWORD)
    await page.wait_for_url("**/passkeys/add")
    await looked_at(page, "passkey-add")
    await page.get_by_label("Name of the passkey").fill("My laptop")
    await page.get_by_role("button", name="Make the passkey").click()
    await expect(page.locator(".codes code")).to_have_count(10)
    kept = await cdp.send("WebAuthn.getCredentials", {"authenticatorId": device})
    assert [one["rpId"] for one in kept["credentials"]] == [party.id]

    await page.context.clear_cookies()
    await signs_in(page, own.member, party.origin)
    await expect(page.get_by_role("button", name="Use a passkey")).to_be_focused()
    await looked_at(page, "passkey-second-step")
    await page.keyboard.press("Enter")  # nothing is asked before
    await expect(page.get_by_text("My laptop")).to_be_visible()

    await page.context.clear_cookies()
    await page.goto(f"{party.origin}/sign-in?next=/account/second-factor")
    await cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_text("No passkey was used")).to_be_visible()
    await looked_at(page, "passkey-cancelled")
    await cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_text("My laptop")).to_be_visible()
    await looked_at(page, "passkeys")
    await page.get_by_text("Remove", exact=True).click()
    await page.locator("details[open] input[type=password]").fill(PASSWORD)
    await page.get_by_role("button", name="With a passkey instead: Remove it").click()
    await expect(page.get_by_text("The passkey is removed")).to_be_visible()
    await expect(page.get_by_text("You have none yet.")).to_be_visible()


@pytest.mark.thorough
@pytest.mark.parametrize("scripts", [True, False])
async def test_where_there_can_be_none_the_page_says_so(house: House, browsers: Browsers, scripts: bool):
    """By its number this machine has no passkeys, which are for names; codes are for everybody."""
    page = await browsers.signed_in(house.member, scripts=scripts)
    await page.goto("/account/second-factor")
    if scripts:
        await expect(page.get_by_text("Passkeys work only at a name")).to_be_visible()
        await expect(page.get_by_role("link", name="http://localhost")).to_be_visible()
    else:
        assert "Passkeys need JavaScript" in await page.content()  # in what is for browsers without
    await expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()
    await expect(page.get_by_role("button", name="Set up an authenticator app")).to_be_visible()
    await page.goto("/sign-in")
    await expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
