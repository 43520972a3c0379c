"""Organisations to add in a browser: they and the sandbox's third person are everybody's, practices are new each."""

from playwright.async_api import Page, expect

from emulators.xero.control.control import Control
from emulators.xero.control.words import OrganisationWords
from tests.journeys.people import reaches
from tests.journeys.scene import Scene
from tests.web.provider_pages import allow_all_there
from tests.web.run_steps import pressed, run_of

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


async def listed(page: Page) -> str:
    """*Add clients*, up to the list; the run's id."""
    await pressed(page, "Add clients")
    await allow_all_there(page, person=CALLUM)
    await expect(page.locator("#selection")).to_be_visible()
    return run_of(page)
