"""Retrying what failed in a run: that alone, under the run's own id; and what becomes of what somebody stops."""

import asyncio

import pytest

from emulators.xero.faults import Kind
from tests.journeys.nights import a_night_later, check
from tests.journeys.one_client import OneClient
from tests.journeys.people import adds, joined, reaches, reconnected
from tests.journeys.platforms.marks import PERSONS
from tests.journeys.scene import PATIENCE, Scene, by_organisation


@pytest.mark.thorough
async def test_only_what_failed_is_pulled_again(scene: Scene):
    broken = set(list(scene.world.library.organisations)[:2])
    async with scene.worker():
        run = await scene.listed()
        for organisation_id in broken:
            scene.fault(Kind.SUBSCRIPTION_ENDED, organisation_id)
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
        assert (run["result"], run["counts"]) == ("completed_with_failures", {"created": 3, "failed": 2})
        before = await scene.clients()
        scene.world.faults.clear()
        scene.control.zero_calls()

        answer = await scene.retry(run["run_id"])
        assert (answer.status_code, answer.json()) == (
            202,
            {"run_id": run["run_id"], "reopened": 2, "tried_now": 0, "limited": 0},
        )
        run = await scene.until(run["run_id"], lambda run: run["stage"] == "finished" and "failed" not in run["counts"])
    assert (run["result"], run["counts"], run["causes"]) == ("completed", {"created": 5}, {})
    assert set(scene.world.calls.by_organisation) == broken
    assert [client["client_id"] for client in await scene.clients()] == [client["client_id"] for client in before]


@pytest.mark.thorough
async def test_nothing_to_retry_is_refused(scene: Scene):
    async with scene.worker():
        run = await scene.listed()
        busy = await scene.retry(run["run_id"])
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
        before = await scene.everything()
        idle = await scene.retry(run["run_id"])
    assert (busy.status_code, busy.json()["error"]["code"]) == (409, "wrong_stage")
    assert (idle.status_code, idle.json()["error"]["code"]) == (409, "nothing_to_retry")
    assert await scene.everything() == before


@pytest.mark.thorough
async def test_a_run_whose_last_failure_was_mended_is_not_with_failures_any_more(scene: Scene):
    ended, offline = list(scene.world.library.organisations)[:2]
    async with scene.worker():
        run = await scene.listed()
        scene.fault(Kind.SUBSCRIPTION_ENDED, ended)
        scene.is_(scene.platform.offline, offline)
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
        assert (run["result"], run["counts"]) == (
            "completed_with_failures",
            {"created": 3, "failed": 1, "retrying": 1},
        )
        scene.world.faults.clear()
        row = by_organisation(run)[ended]
        code = next(one["code"] for one in await scene.clients() if one["client_id"] == row["client_id"])
        await OneClient(scene, row["client_id"], code, ended).refreshed()
        sync = await scene.sync_of(by_organisation(run)[offline]["client_id"])
        await scene.handle(sync).signal("retry_now")
        run = await scene.until(run["run_id"], lambda run: run["result"] == "completed", following=sync)
    assert (run["counts"], run["message"]) == ({"created": 5}, "5 created")
    assert by_organisation(run)[ended]["message"] == "It failed in this run and has worked since."
    assert by_organisation(run)[ended]["cause"] is None


@pytest.mark.thorough
@pytest.mark.parametrize("is_terminated", [False, True])
async def test_who_stops_a_client_s_own_tries_leaves_no_promise_and_the_night_mends_it(make_scene, is_terminated: bool):
    scene = await make_scene(organisations=3)
    offline = next(iter(scene.world.library.organisations))
    async with scene.worker():
        run = await scene.listed()
        scene.is_(scene.platform.offline, offline)
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
        assert run["counts"] == {"created": 2, "retrying": 1}
        sync = scene.handle(await scene.sync_of(by_organisation(run)[offline]["client_id"]))
        if is_terminated:  # which no workflow hears of
            await sync.terminate()
        else:
            await sync.cancel()
            await asyncio.wait_for(asyncio.gather(sync.result(), return_exceptions=True), PATIENCE)
            run = await scene.show(run["run_id"])
            row = by_organisation(run)[offline]
            assert (run["counts"], row["retry_at"]) == ({"created": 2, "failed": 1}, None)
            assert row["next_step"] == "The nightly check tries it again; refresh the client to try now."
            details = await scene.details(sync.id)
            assert "It is not tried here any more: the nightly check tries it again." in details
            assert "Next try at" not in details
        scene.world.faults.clear()
        await a_night_later(scene, are_lists_due=False)
        await check(scene)
        run = await scene.show(run["run_id"])
    assert (run["result"], run["counts"], run["causes"]) == ("completed", {"created": 3}, {})


@pytest.mark.thorough
@PERSONS
async def test_a_repair_that_somebody_stops_is_not_promised(make_scene):
    scene = await make_scene(organisations=3)
    offline = next(iter(scene.world.library.organisations))
    async with scene.worker():
        ben = await joined(scene, "Ben")
        await adds(scene, 0, reaches(scene, 1, 0, 3))
        scene.is_(scene.platform.offline, offline)
        run = await reconnected(ben, 1, query="?all=true", action="allow")
        assert run["counts"]["retrying"] == 1
        sync = scene.handle(await scene.sync_of(by_organisation(run)[offline]["client_id"]))
        await sync.cancel()
        await asyncio.wait_for(asyncio.gather(sync.result(), return_exceptions=True), PATIENCE)
        row = by_organisation(await scene.show(run["run_id"]))[offline]
    assert (row["outcome"], row["next_step"]) == (
        "failed",
        "Nothing tries it again by itself: start it again later.",
    )
