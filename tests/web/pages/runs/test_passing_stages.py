"""A run's page at stages that pass in a moment, with rows as they are then and no workflow behind them."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import expect

from contracts.words.runs import Action, RunKind, Stage
from models.grants.tables import Grant
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON
from tests.web.house import Browsers, House, arrived
from tests.web.looking import looked_at


async def a_run(house: House, names: Sequence[str], kind: RunKind, stage: Stage, action: Action | None = None) -> str:
    """A run that is at a stage of which nobody sees much: its rows, without a workflow."""
    actor = house.admin.actor
    run = Run(
        id=str(uuid4()),
        practice_id=actor.practice_id,
        colleague_id=actor.colleague_id,
        provider="xero",
        kind=kind,
        stage=stage,
        created_at=NOON,
    )
    grant = Grant(provider="xero", account_key=run.id, label="Ada", sealed_secret=b"none", access_expires_at=NOON)
    words: dict[str, Any] = {"grant_id": grant.id, "action": action}
    async with house.admin.scene.database.transaction() as session:
        session.add_all([run, grant])
        await session.flush()
        session.add_all(
            RunOrganisation(run_id=run.id, organisation_id=f"org-{place}", name=name, position=place, **words)
            for place, name in enumerate(names)
        )
    return run.id


@pytest.mark.parametrize(
    ("kind", "action", "doing"),
    [
        (RunKind.ADD_CLIENTS, Action.CREATE, "Creating client accounts"),
        (RunKind.REASSIGN_CLIENTS, Action.REASSIGN, "Moving clients"),
    ],
)
async def test_nobody_is_asked_twice_for_a_choice_that_the_workflow_takes_up_in_a_moment(
    house: House, kind: RunKind, action: Action, doing: str
):
    run_id = await a_run(house, ["Alder & Finch"], kind, Stage.AWAITING_SELECTION, action)
    page = (await (await arrived(house.admin)).get(f"/activity/{run_id}")).text
    assert f"<h2>{doing}</h2>" in page
    assert ('<meta http-equiv="refresh"' in page, 'id="selection"' in page) == (True, False)


async def test_what_a_sign_in_reaches_is_named_while_it_is_being_read(house: House, browsers: Browsers):
    found = [f"Found & Sons {place}" for place in range(14)]
    run_id = await a_run(house, found, RunKind.ADD_CLIENTS, Stage.LISTING)
    page = await browsers.signed_in(house.admin)
    await page.goto(f"/activity/{run_id}")
    await expect(page.locator(".numbers")).to_have_text("0 of 14 organisations read")
    await expect(page.get_by_role("heading", name="Found so far")).to_be_visible()
    names = page.locator(".names li")
    await expect(names).to_have_text([*found[:12], "and 2 more"])
    await looked_at(page, "add-clients-listing")
