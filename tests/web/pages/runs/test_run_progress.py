"""A run's page while it works, and how it ends: names that turn green, one sentence, one button, nothing stale."""

import re
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlmodel import col, select, update

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage
from models.connections.tables import Connection
from models.runs.tables import Run, RunOrganisation
from tests.journeys.promises import OPEN_RUN
from tests.journeys.scene import Scene
from tests.web.house import Browsers, House, arrived, made_house
from tests.web.practices.crowd import crowded

COUNT = 60
pytestmark = pytest.mark.leaves(
    OPEN_RUN, because="the database has it as a run at work would leave it; nobody works on it"
)


@pytest_asyncio.fixture
async def own(product: Scene) -> House:
    """A practice with a login."""
    own = await made_house(product)
    await crowded(product.database, own.admin.actor, 3)
    return own


async def at_work(own: House) -> str:
    """An *Add clients* of sixty that pulls; ten are done."""
    actor, run_id = own.admin.actor, f"add-clients-{uuid4().hex[:8]}"
    async with own.scene.database.transaction() as session:
        logins = select(Connection.grant_id).where(Connection.practice_id == actor.practice_id)
        grant_id = (await session.exec(logins.limit(1))).one()
        session.add(
            Run(
                id=run_id,
                practice_id=actor.practice_id,
                colleague_id=actor.colleague_id,
                provider="xero",
                kind=RunKind.ADD_CLIENTS,
                stage=Stage.PULLING,
            )
        )
        await session.flush()
        session.add_all(
            RunOrganisation(
                run_id=run_id,
                organisation_id=f"org-{place}",
                position=place,
                name=f"Books {place} <b>",
                grant_id=grant_id,
                action=Action.CREATE,
                outcome=Outcome.CREATED if place < 10 else None,
            )
            for place in range(COUNT)
        )
    return run_id


async def became(own: House, run_id: str, places: range, outcome: Outcome, cause: Cause | None = None) -> None:
    """What is done for some of them; the run ends with the last."""
    ids = [f"org-{place}" for place in places]
    of_run = update(RunOrganisation).where(col(RunOrganisation.run_id) == run_id)
    async with own.scene.database.transaction() as session:
        await session.exec(
            of_run.where(col(RunOrganisation.organisation_id).in_(ids)).values(outcome=outcome, cause=cause)
        )
        if COUNT - 1 in places:
            run = await session.get_one(Run, run_id)
            run.stage, run.result = Stage.FINISHED, Result.COMPLETED_WITH_FAILURES


@pytest.mark.thorough
async def test_names_turn_green_and_a_page_that_hears_nothing_says_so(own: House, browsers: Browsers):
    run_id = await at_work(own)
    page = await browsers.signed_in(own.admin)
    await page.clock.install()
    await page.goto(f"/activity/{run_id}")
    done, numbers = page.locator("#progress .names .done"), page.locator("#progress .numbers")
    await expect(numbers).to_have_text("10 of 60 clients done")
    await expect(done).to_have_count(10)
    await became(own, run_id, range(10, 40), Outcome.CREATED)
    await became(own, run_id, range(40, 42), Outcome.FAILED, Cause.ACCESS_LOST)
    await expect(numbers).to_have_text("40 of 60 clients done, 2 not done")
    await expect(done).to_have_count(12)
    await expect(page.locator("#progress .trouble")).to_have_count(2)
    for more in ("and 28 more", "and 12 more"):
        await expect(page.get_by_text(more)).to_be_visible()

    lost = page.get_by_text("This page may be out of date.")
    await expect(lost).to_have_count(0)
    await page.context.set_offline(True)
    await page.clock.fast_forward(41_000)
    await expect(lost).to_be_visible()
    await page.context.set_offline(False)
    await expect(lost).to_have_count(0)

    await became(own, run_id, range(42, COUNT), Outcome.CREATED)
    summary = page.locator("#run-summary")
    told = "58 of 60 clients are added, with their standard information; 2 need another step."
    await expect(summary.get_by_role("heading")).to_have_text(told)
    await expect(page.locator("#run-says")).to_have_text(told)
    await expect(page.locator(".button.primary")).to_have_text(["See the 2 that are not done"])
    await page.locator(".button.primary").click()
    await expect(page.locator("#run-list tbody tr")).to_have_count(2)
    await expect(page.get_by_label("Every outcome")).to_have_value("not-done")


@pytest.mark.parametrize(
    ("rest", "cause", "button"),
    [
        (Outcome.CREATED, None, "Go to the client list"),
        (Outcome.FAILED, Cause.PROVIDER_UNAVAILABLE, "Retry the failed ones (50)"),
        (Outcome.RETRYING, Cause.RATE_LIMITED, "Go to the client list"),
    ],
)
async def test_a_run_ends_with_one_button(own: House, rest: Outcome, cause: Cause | None, button: str):
    run_id = await at_work(own)
    await became(own, run_id, range(10, COUNT), rest, cause)
    page = (await (await arrived(own.admin)).get(f"/activity/{run_id}")).text
    end = page.partition('id="run-summary"')[2].partition("</section>")[0]
    (only,) = [part.partition("</span>")[0] for part in end.split('class="button ')[1:]]
    assert only.startswith("primary")
    assert only.endswith(f"<span>{button}")
    assert page.partition('id="run-actions"')[2].lstrip(">\n").startswith("</div>"), "and none above it"


async def test_what_is_not_done_has_the_buttons_that_put_it_right(own: House):
    run_id = await at_work(own)
    await became(own, run_id, range(1, COUNT), Outcome.CREATED)
    async with own.scene.database.transaction() as session:
        ended = await session.get_one(RunOrganisation, (run_id, "org-0"))
        query = select(Connection).where(Connection.practice_id == own.admin.actor.practice_id)
        connection = (await session.exec(query.limit(1))).one()
        connection.status, connection.cause = ConnectionStatus.NEEDS_CLIENT, Cause.SUBSCRIPTION_ENDED
        ended.outcome, ended.cause, ended.client_id = Outcome.FAILED, Cause.SUBSCRIPTION_ENDED, connection.client_id
    page = (await (await arrived(own.admin)).get(f"/activity/{run_id}?outcome=not-done")).text
    listed = page.partition('id="run-list"')[2]
    assert re.findall(r'aria-label="(Ask the client|Try again): ', listed) == ["Ask the client", "Try again"]
