"""*Add clients* in a browser, step by step: what the journeys through it share.

The sandbox's organisations and its third person are everybody's; practices are new in each test.
"""

from playwright.async_api import Locator, Page, expect
from sqlmodel import select

from models.run import Run
from tests.journeys.people import reaches
from tests.journeys.scene import Scene
from tests.web.house import Person
from xero_sandbox.control import Control
from xero_sandbox.control_words import OrganisationWords

CALLUM = 2
"""Of the sandbox's people: reaches every organisation here."""

HOSTILE = """<img src=x onerror="alert('gone')"> O'Neill & "Sons" </script>"""
LONGEST = "Ltd".rjust(255, "W")
MIRRORED = "\u202e\u05e9\u05dc\u05d5\u05dd & Sons"


def all_within_reach(product: Scene) -> list[str]:
    """The ids of all organisations, all within the person's reach; three have names that no page may trust."""
    ids = reaches(product, CALLUM, 0, 40)
    for organisation_id, name in zip(ids, (HOSTILE, LONGEST, MIRRORED), strict=False):
        Control(product.world).change_organisation(organisation_id, OrganisationWords(name=name))
    return ids


async def begun(page: Page) -> None:
    """Press *Add clients*, up to the provider's sign-in; who has no client yet finds it without the panel."""
    await page.goto("/clients")
    if actions := await page.get_by_text("Actions", exact=True).count():
        await page.get_by_text("Actions", exact=True).click()
        await page.get_by_role("link", name="Client sync").click()
    place = page.locator("#client-sync") if actions else page.locator("main")
    await place.get_by_role("button", name="Add clients").click()
    await expect(page.get_by_text("This is a stand-in for Xero")).to_be_visible()


async def allowed(page: Page, *, choose: list[str] | None = None) -> None:
    """Sign in at the provider and allow everything, or what is chosen, as far as it is not allowed already."""
    await page.locator('input[name="person"]').nth(CALLUM).check()
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("heading", name="Clientsync wants access").wait_for()
    if choose is None and await page.locator('input[name="organisation"]').count():
        await page.get_by_role("button", name="Select all").click()
        await page.get_by_role("button", name="Allow access").click()
    else:
        await page.get_by_role("button", name="Continue with").click()
    await page.wait_for_url("**/activity/*")


async def listed(page: Page) -> str:
    """*Add clients*, up to the list; the run's id."""
    await begun(page)
    await allowed(page)
    await expect(page.locator("#selection")).to_be_visible()
    return page.url.rpartition("/")[2].partition("?")[0]


def row(page: Page, organisation_id: str) -> Locator:
    """An organisation in the list."""
    return page.locator(f'tr[data-id="{organisation_id}"]')


async def runs_of(person: Person) -> list[Run]:
    """The runs of a person's practice."""
    async with person.scene.database.session() as session:
        return list((await session.exec(select(Run).where(Run.practice_id == person.actor.practice_id))).all())
