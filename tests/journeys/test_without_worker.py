"""No worker is there when the colleague chooses: a clear error in time, and nothing is lost."""

from datetime import timedelta

from tests.journeys.scene import chosen


async def test_a_choice_without_a_worker(make_scene):
    scene = await make_scene(answer_within=timedelta(seconds=1))
    async with scene.worker():
        run = await scene.listed()
    selection = {"organisations": chosen(run)[:3]}
    answer = await scene.select(run["run_id"], **selection)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer.json()["error"]["message"].startswith("No worker is running, so nobody could answer in time.")
    assert answer.headers["Retry-After"]
    await scene.handle(run["run_id"]).signal("select_organisations", selection)
    async with scene.worker():
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"] == {"created": 3, "skipped": 9}
