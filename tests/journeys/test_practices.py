"""Two practices in one installation: fair to each other, and invisible to each other."""

import httpx2
from temporalio.client import WorkflowHistory

from tests.journeys.scene import Scene, make_practice
from xero_sandbox.faults import Kind


def fairness_of(history: WorkflowHistory) -> str:
    started = history.events[0].workflow_execution_started_event_attributes
    return str(started.priority.fairness_key)


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
    _, token = await make_practice(scene.operations, scene.database, name="Mill Street")
    async with scene.worker():
        run = await scene.added()
    client = (await scene.clients())[0]["client_id"]
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=f"{scene.web}/api/v1", headers=headers) as neighbour:
        assert (await neighbour.get("/runs")).json() == {"runs": []}
        assert (await neighbour.get("/clients")).json()["clients"] == []
        answers = [
            await neighbour.get(f"/runs/{run['run_id']}"),
            await neighbour.post(f"/runs/{run['run_id']}/selection", json={"all_new": True}),
            await neighbour.post(f"/runs/{run['run_id']}/consent"),
            await neighbour.post(f"/runs/{run['run_id']}/retry"),
            await neighbour.post(f"/runs/{run['run_id']}/cancel"),
            await neighbour.get(f"/clients/{client}"),
            await neighbour.get(f"/clients/{client}/lists/accounts"),
            await neighbour.get(f"/clients/{client}/timeline"),
        ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


async def test_the_same_organisation_may_be_a_client_of_both(scene: Scene):
    _, token = await make_practice(scene.operations, scene.database, name="Mill Street")
    async with scene.worker():
        await scene.added()
        scene.http.headers["Authorization"] = f"Bearer {token}"
        run = await scene.listed(action="continue")
        assert run["verdicts"] == {"new": 12}
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"] == {"created": 12}
