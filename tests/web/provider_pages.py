"""The provider's own pages in a browser: who signs in there, and what they allow."""

from collections.abc import Sequence

from playwright.async_api import Page


async def sign_in_there(page: Page, *, person: int = 0, choose: Sequence[str] | None = None) -> None:
    """Sign in at the stand-in for the provider, and come back.

    Args:
        page: On its way to the provider's sign-in.
        person: Which of the people.
        choose: Organisations to allow; None goes on with those that are allowed already. Nothing when empty: cancel.
    """
    await _known_there(page, person)
    if choose is None:
        await page.get_by_role("button", name="Continue with").click()
    elif not choose:
        await page.get_by_role("button", name="Cancel").click()
    else:
        boxes = [page.locator(f'input[value="{organisation_id}"]') for organisation_id in choose]
        new = [box for box in boxes if await box.count()]  # no box: it is allowed already, for another practice
        for box in new:
            await box.check()
        await page.get_by_role("button", name="Allow access" if new else "Continue with").click()


async def allow_all_there(page: Page, *, person: int) -> None:
    """Sign in at the stand-in for the provider, allow all that is not allowed already, and come back to the run."""
    await _known_there(page, person)
    if await page.locator('input[name="organisation"]').count():
        await page.get_by_role("button", name="Select all").click()
        await page.get_by_role("button", name="Allow access").click()
    else:
        await page.get_by_role("button", name="Continue with").click()
    await page.wait_for_url("**/activity/*")


async def _known_there(page: Page, person: int) -> None:
    await page.get_by_role("heading", name="Sign in to the Xero sandbox").wait_for()
    await page.locator('input[name="person"]').nth(person).check()
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("heading", name="Clientsync wants access").wait_for()
