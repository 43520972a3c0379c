"""Organisations to add in a browser: they and the sandbox's third person are everybody's, practices are new each."""

from uuid import UUID, uuid4

from playwright.async_api import Page, expect
from sqlalchemy import text

from contracts.words.runs import RunKind, Stage, Verdict
from emulators.xero.control.control import Control
from emulators.xero.control.words import OrganisationWords
from models.runs.tables import Run, RunOrganisation
from tests.journeys.people import reaches
from tests.journeys.scene import Scene
from tests.web.house import Person
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


async def many_listed(person: Person, kind: RunKind, count: int) -> str:
    """A run with so many to choose from, as the database has it: nobody works on it."""
    run_id = f"{kind.value}-test-{uuid4().hex[:8]}"
    actor = person.actor
    login = "SELECT grant_id FROM connections WHERE practice_id = :id"
    async with person.scene.database.transaction() as session:
        found: tuple[UUID] = (await (await session.connection()).execute(text(login), {"id": actor.practice_id})).one()
        session.add(
            Run(
                id=run_id,
                practice_id=actor.practice_id,
                colleague_id=actor.colleague_id,
                provider="xero",
                kind=kind,
                stage=Stage.AWAITING_SELECTION,
            )
        )
        await session.flush()
        session.add_all(
            RunOrganisation(
                run_id=run_id,
                organisation_id=f"organisation-{place}",
                position=place,
                name=f"Client {place:04} of many Ltd",
                grant_id=found[0],
                verdict=Verdict.NEW if kind is RunKind.ADD_CLIENTS else Verdict.ALREADY_CLIENT,
                shown_owner_id=actor.colleague_id,
            )
            for place in range(count)
        )
    return run_id
