"""*Client sync* in a browser, step by step: what the journeys through runs share."""

from playwright.async_api import Locator, Page, expect
from sqlmodel import select

from models.runs.tables import Run
from tests.web.house import Person


async def pressed(page: Page, button: str) -> None:
    """Press a button of *Client sync* on the client list, up to the provider's sign-in."""
    await begun(page, button)
    await expect(page.get_by_text("This is a stand-in for Xero")).to_be_visible()


async def begun(page: Page, button: str) -> None:
    """Press it and no more; a page of ours may ask something before the provider's sign-in.

    Who has no client yet finds *Add clients* without the panel.
    """
    await page.goto("/clients")
    place = page.locator("main")
    if await page.get_by_text("Actions", exact=True).count():
        await page.get_by_text("Actions", exact=True).click()
        await page.get_by_role("link", name="Client sync").click()
        place = page.get_by_role("dialog")
    await place.get_by_role("button", name=button).click()


def run_of(page: Page) -> str:
    """The id of the run that a page shows."""
    return page.url.rpartition("/")[2].partition("?")[0]


def row(page: Page, organisation_id: str) -> Locator:
    """An organisation in the list to choose from."""
    return page.locator(f'#selection tr[data-id="{organisation_id}"]')


async def reported(page: Page) -> None:
    """Wait for the report of a run."""
    await expect(page.locator("#run-summary")).to_be_visible(timeout=60_000)


async def runs_of(person: Person) -> list[Run]:
    """The runs of a person's practice."""
    async with person.scene.database.session() as session:
        return list((await session.exec(select(Run).where(Run.practice_id == person.actor.practice_id))).all())
