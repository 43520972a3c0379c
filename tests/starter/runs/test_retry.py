"""Retrying: what failed is done again, alone, under the run's own id; clients in trouble try at once."""

import pytest

from contracts.words.names import sync_client_id
from emulators.xero.faults import Kind
from tests.journeys.scene import Json, Scene
from tests.starter.runs.test_consents import signals


async def test_what_failed_is_done_again_alone(make_scene):
    scene = await make_scene(organisations=4)
    async with scene.worker():
        listed = await scene.listed()
        failing = listed["organisations"][1]["organisation_id"]
        scene.fault(Kind.SUBSCRIPTION_ENDED, failing)
        await scene.select(listed["run_id"], all_new=True)
        run = await scene.until_stage(listed["run_id"], "finished")
        assert run["counts"] == {"created": 3, "failed": 1}
        scene.world.faults.clear()
        pulled = {client["client_id"]: pulled_at(client) for client in await clients(scene)}

        answer = await scene.http.post(f"/api/v1/runs/{run['run_id']}/retry")
        assert (answer.status_code, answer.json()["reopened"]) == (202, 1)
        again = await scene.http.post(f"/api/v1/runs/{run['run_id']}/retry")
        assert (again.status_code, again.json()["error"]["code"]) in {(409, "wrong_stage"), (409, "nothing_to_retry")}
        run = await scene.until_stage(run["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("completed", {"created": 4})
    after = {client["client_id"]: pulled_at(client) for client in await clients(scene)}
    retried = next(row["client_id"] for row in run["organisations"] if row["organisation_id"] == failing)
    assert {client_id for client_id in after if after[client_id] != pulled[client_id]} == {retried}


@pytest.mark.thorough
async def test_a_client_in_trouble_is_told_to_try_at_once(make_scene):
    scene = await make_scene(organisations=3)
    async with scene.worker():
        listed = await scene.listed()
        limited = listed["organisations"][0]["organisation_id"]
        scene.fault(Kind.RATE_LIMITED, limited, problem="day", seconds=7200)
        await scene.select(listed["run_id"], all_new=True)
        run = await scene.until_stage(listed["run_id"], "finished")
    assert run["counts"] == {"created": 2, "retrying": 1}
    [row] = [row for row in run["organisations"] if row["outcome"] == "retrying"]
    assert row["cause"] == "rate_limited"
    assert row["retry_at"] is not None
    assert row["next_step"]

    answer = await scene.http.post(f"/api/v1/runs/{run['run_id']}/retry")
    told = {"run_id": run["run_id"], "reopened": 0, "tried_now": 0, "limited": 1}  # asked, and truly said to wait
    assert (answer.status_code, answer.json()) == (202, told)
    client = (await scene.http.get(f"/api/v1/clients/{row['client_id']}")).json()
    assert await signals(scene, sync_client_id(scene.actor.practice_slug, client["code"])) == ["retry_now"]
    assert (await scene.show(run["run_id"]))["stage"] == "finished"


async def clients(scene: Scene) -> list[Json]:
    found: list[Json] = (await scene.http.get("/api/v1/clients")).json()["clients"]
    return found


def pulled_at(client: Json) -> str | None:
    at: str | None = client["connection"]["lists_pulled_at"]
    return at
