"""A run that older code has begun is gone on with by today's: in the groups with which it began."""

import pytest
from temporalio import workflow

from contracts.payloads.sync_client import PullClientsInput
from tests.journeys.fixtures import MakeScene
from tests.journeys.platforms.marks import MANY_AT_ONCE
from tests.journeys.scene import Scene
from workflows.plans.patches import FEWER_GROUPS
from workflows.plans.sizes import PULLS, PULLS_BEFORE

MANY = 8 * PULLS_BEFORE.at_once
"""Clients that make as many groups as older code pulls at once, and more than today's does."""


async def groups_of(scene: Scene, run_id: str) -> list[int]:
    """How many clients each group of the run had."""
    asked = [
        event.activity_task_scheduled_event_attributes.input.payloads
        for event in (await scene.handle(run_id).fetch_history()).events
        if event.activity_task_scheduled_event_attributes.activity_type.name == "pull_clients"
    ]
    inputs = [await scene.temporal.data_converter.decode(payloads, [PullClientsInput]) for payloads in asked]
    return [len(one.connection_ids) for (one,) in inputs]


@pytest.mark.thorough
@MANY_AT_ONCE
@pytest.mark.parametrize("is_older", [True, False])
async def test_a_run_that_older_code_has_listed_keeps_its_groups(
    make_scene: MakeScene, monkeypatch: pytest.MonkeyPatch, is_older: bool
):
    scene, asked = await make_scene(organisations=MANY, small_books=True), workflow.patched
    with monkeypatch.context() as older:
        if is_older:
            older.setattr(workflow, "patched", lambda name: name != FEWER_GROUPS and asked(name))
        async with scene.worker():
            run = await scene.listed()
    async with scene.worker():
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("completed", {"created": MANY})
    number = (PULLS_BEFORE if is_older else PULLS).at_once
    assert await groups_of(scene, run["run_id"]) == [MANY // number] * number
