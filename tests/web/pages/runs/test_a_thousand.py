"""A list of a thousand to choose from, in *Add clients* and in *Reassign clients*.

How long it takes is measured by ``make bench-pages``; here it is whether all of it can be used.
"""

from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlalchemy import text

from contracts.words.runs import RunKind, Stage, Verdict
from models.runs.tables import Run, RunOrganisation
from tests.journeys.scene import Scene
from tests.web.house import Browsers, House, Person, made_house
from tests.web.one_client import added

SHOWN = "#selection tbody tr:visible"


@pytest_asyncio.fixture
async def own(product: Scene) -> House:
    """A practice with one client, and so with a login."""
    own = await made_house(product)
    await added(own.admin, list(product.world.library.organisations)[:1])
    return own


async def thousand(person: Person, kind: RunKind) -> str:
    """A run with a thousand to choose from, as the database has it."""
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
            for place in range(1_000)
        )
    return run_id


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "select", "does"),
    [
        (RunKind.ADD_CLIENTS, "Select all new (1,000)", "Create accounts"),
        (RunKind.REASSIGN_CLIENTS, "Select all (1,000)", "Continue"),
    ],
)
async def test_all_of_it_is_chosen_searched_and_kept(
    own: House, browsers: Browsers, kind: RunKind, select: str, does: str
):
    page = await browsers.signed_in(own.admin)
    await page.goto(f"/activity/{await thousand(own.admin, kind)}")
    do = page.locator("#do")
    await page.get_by_role("button", name=select).click()
    await expect(do).to_have_text(f"{does} (1,000)")
    await page.locator("#find").fill("0999")
    await expect(page.locator(SHOWN)).to_have_count(1)
    await page.locator(SHOWN).get_by_role("checkbox").uncheck()
    await expect(do).to_have_text(f"{does} (999)")
    await page.locator("#find").fill("")
    await page.locator("#group").select_option("chosen")
    await expect(page.locator(SHOWN)).to_have_count(999)
    await page.reload()
    await expect(do).to_have_text(f"{does} (999)")
    await page.get_by_role("button", name="Clear").click()
    await expect(do).to_have_text(does)
