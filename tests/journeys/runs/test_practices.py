"""Two practices in one installation: fair to each other, and invisible to each other."""

import pytest
from temporalio.client import WorkflowHistory

from emulators.xero.faults import Kind
from tests.journeys.platforms.marks import OWN_LIMITS
from tests.journeys.scene import Scene

pytestmark = OWN_LIMITS


def fairness_of(history: WorkflowHistory) -> str:
    started = history.events[0].workflow_execution_started_event_attributes
    return str(started.priority.fairness_key)


@pytest.mark.thorough
async def test_runs_and_syncs_are_fair_by_practice(scene: Scene):
    offline = next(iter(scene.world.library.organisations))
    async with scene.worker():
        run = await scene.listed(choose=[offline])
        scene.fault(Kind.RATE_LIMITED, offline, problem="day", seconds=3600)
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
        sync = await scene.sync_of(run["organisations"][0]["client_id"])
        assert fairness_of(await scene.handle(run["run_id"]).fetch_history()) == "harbour-lane"
        assert fairness_of(await scene.handle(sync).fetch_history()) == "harbour-lane"


async def test_practices_do_not_see_each_other(scene: Scene):
    neighbour = await scene.neighbour()
    async with scene.worker():
        run = await scene.added()
    client = (await scene.clients())[0]["client_id"]
    assert (await neighbour.http.get("/api/v1/runs")).json()["runs"] == []
    assert await neighbour.clients() == []
    run_path, client_path = f"/api/v1/runs/{run['run_id']}", f"/api/v1/clients/{client}"
    answers = [
        await neighbour.http.get(run_path),
        await neighbour.select(run["run_id"], all_new=True),
        await neighbour.http.post(f"{run_path}/consent"),
        await neighbour.retry(run["run_id"]),
        await neighbour.cancel(run["run_id"]),
        await neighbour.http.get(client_path),
        await neighbour.http.get(f"{client_path}/lists/accounts"),
        await neighbour.http.get(f"{client_path}/timeline"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


@pytest.mark.thorough
async def test_the_same_organisation_may_be_a_client_of_both(scene: Scene):
    neighbour = await scene.neighbour()
    async with scene.worker():
        await scene.added()
        run = await neighbour.listed(action="continue")
        assert run["verdicts"] == {"new": 5}
        await neighbour.select_all(run)
        run = await neighbour.until_stage(run["run_id"], "finished")
    assert run["counts"] == {"created": 5}
    assert len(await scene.clients()) == len(await neighbour.clients()) == 5
