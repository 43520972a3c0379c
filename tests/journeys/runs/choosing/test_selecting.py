"""Choosing: by signal, as the Temporal Web UI sends it; more than once; too early, too late, beyond the plan."""

import asyncio

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from contracts.words.practices import Plan
from emulators.xero.faults import Kind
from models.practices import writes as practices
from tests.journeys.one_by_one import brought, calls_about_books
from tests.journeys.scene import Scene, chosen


def as_the_web_ui(scene: Scene) -> Client:
    """A client that, like the Temporal Web UI, sends plain JSON and seals nothing."""
    config = scene.temporal.config()
    config["data_converter"] = pydantic_data_converter
    return Client(**config)


@pytest.mark.thorough
async def test_support_staff_choose_all_new_by_signal(scene: Scene):
    async with scene.worker():
        run = await scene.listed()
        ui = as_the_web_ui(scene).get_workflow_handle(run["run_id"])
        await ui.signal("select_organisations", {"all_new": True})
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"] == {"created": 5}


@pytest.mark.thorough
async def test_a_signal_that_cannot_be_taken_is_noted_and_does_no_harm(scene: Scene):
    unknown = {"organisations": [{"organisation_id": "made-up"}]}
    async with scene.worker():
        run = await scene.listed()
        before = await scene.everything()
        handle = as_the_web_ui(scene).get_workflow_handle(run["run_id"])
        for unusable in ({"organisations": "all of them"}, unknown, "not even an object"):
            await handle.signal("select_organisations", unusable)
        await scene.select(run["run_id"], **unknown)  # judged after the signals, so they have been looked at by now
        assert await scene.everything() == before
        details = await scene.details(run["run_id"])
        assert "A selection was refused (organisations): Give a list." in details
        assert "A selection was refused: Organisation made-up is not on this run's list." in details
        await handle.signal("select_organisations", {"organisations": chosen(run)[:2]})
        run = await scene.until_stage(run["run_id"], "finished")
        assert "refused" not in await scene.details(run["run_id"])  # it was taken, and nothing is refused any more
    assert run["counts"] == {"created": 2, "skipped": 3}


@pytest.mark.thorough
async def test_the_same_selection_again_has_one_effect_and_the_same_answer(scene: Scene):
    scene.fault(Kind.LATENCY, seconds=0.2)
    async with scene.worker():
        run = await scene.listed()
        at_once = await asyncio.gather(*(scene.select_all(run) for _ in range(3)))
        await scene.until_stage(run["run_id"], "pulling")
        later = await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
    assert [*at_once, later] == [later] * 4
    assert later == {"chosen": 5, "to_create": 5, "to_link": 0, "already_clients": 0, "skipped": 0, "existing": 0}
    assert run["counts"] == {"created": 5}
    assert await scene.rows("SELECT count(*) FROM events WHERE kind = 'run.organisations_chosen'") == [(1,)]


async def test_a_second_run_of_the_same_organisations_creates_nothing(scene: Scene):
    async with scene.worker():
        first = await scene.added()
        before = await scene.clients()
        calls = calls_about_books(scene)
        run = await scene.listed(action="continue")
        assert run["verdicts"] == {"already_client": 5}
        assert (await scene.select_all(run))["to_create"] == 0
        run = await scene.until_stage(run["run_id"], "finished")
    assert (first["counts"], run["counts"], run["result"]) == ({"created": 5}, {"already_client": 5}, "completed")
    assert await scene.clients() == before
    assert calls_about_books(scene) == calls
    assert run["organisations"][0]["message"].startswith("Already your client ")


@pytest.mark.thorough
async def test_a_team_on_the_standard_plan(make_scene):
    scene = await make_scene(plan=Plan.STANDARD)
    async with scene.database.transaction() as session:
        team = await practices.create_team(session, scene.actor.practice_id, "Payroll")
    async with scene.worker():
        run = await scene.listed()
        before = await scene.everything()
        answer = await scene.select(run["run_id"], team_id=str(team.id), organisations=chosen(run))
        assert (answer.status_code, answer.json()["error"]) == (
            422,
            {"code": "plan_too_small", "message": "Assigning a team needs the advanced plan.", "field": "team_id"},
        )
        assert await scene.everything() == before


@pytest.mark.thorough
async def test_before_the_list_is_there_and_after_another_selection(scene: Scene):
    async with scene.worker():
        run_id, authorize_url = await scene.start()
        answer = await scene.select(run_id, all_new=True)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_stage")
        assert answer.json()["error"]["message"].startswith("The run is awaiting consent;")
        run = await brought(scene, run_id, authorize_url)
        await scene.select(run_id, organisations=chosen(run)[:2])
        answer = await scene.select(run_id, organisations=chosen(run)[:3])
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "already_selected")
        run = await scene.until_stage(run_id, "finished")
    assert run["counts"] == {"created": 2, "skipped": 3}
