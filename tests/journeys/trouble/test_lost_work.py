"""Workflows are terminated; what the database says is at work is closed, at once when asked and every few minutes."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from contracts.payloads.runs import Deadlines
from contracts.payloads.settle_lost_work import LostWorkSettled, SettleLostWorkInput
from contracts.words.names import LOST_WORK_ID, WORKFLOW_QUEUE, disconnect_client_id
from emulators.xero.faults import Kind
from models.runs.lost_work import LOST, SYNC_LOST
from tests.journeys.one_client import FEW, OneClient, one_of
from tests.journeys.people import change
from tests.journeys.scene import PATIENCE, Json, Scene, by_organisation
from workflows.settle_lost_work import SettleLostWork


async def terminated(scene: Scene, workflow_id: str) -> None:
    """As support staff do by mistake."""
    await scene.handle(workflow_id).terminate("by mistake")


async def an_hour_later(scene: Scene) -> None:
    """Nothing of it is new any more."""
    for table, columns in (("runs", "created_at"), ("run_organisations", "updated_at"), ("events", "at")):
        await change(scene, f"UPDATE {table} SET {columns} = {columns} - interval '1 hour'")  # noqa: S608  # ours


async def settled(scene: Scene) -> LostWorkSettled:
    """Look for lost work, as the schedule does."""
    start = SettleLostWork.run, SettleLostWorkInput()
    look = scene.temporal.execute_workflow(*start, id=LOST_WORK_ID, task_queue=WORKFLOW_QUEUE)
    return await asyncio.wait_for(look, PATIENCE)


async def settled_in_time(scene: Scene) -> LostWorkSettled:
    """All that is closed until the waiting client is: a try of it may still be under way, and its end is new again."""
    counts: Counter[str] = Counter()
    async with asyncio.timeout(PATIENCE):
        while not counts["waiting"]:
            await an_hour_later(scene)
            counts.update((await settled(scene)).model_dump())
    return LostWorkSettled(**counts)


async def waiting(scene: Scene) -> tuple[Json, str, str]:
    """A finished run in which one client waits for its sync; the organisation, and the sync's id."""
    run = await scene.listed()
    offline = run["organisations"][0]["organisation_id"]
    scene.is_(scene.platform.offline, offline)
    await scene.select_all(run)
    run = await scene.until_stage(run["run_id"], "finished")
    row = by_organisation(run)[offline]
    assert row["outcome"] == "retrying"
    return run, offline, await scene.sync_of(row["client_id"])


async def another_than(scene: Scene, organisation_id: str) -> OneClient:
    """A client with other books."""
    found = [await one_of(scene, place) for place in range(2)]
    return next(client for client in found if client.organisation_id != organisation_id)


@pytest.mark.thorough
async def test_cancelling_a_run_that_was_terminated_closes_it(scene: Scene):
    async with scene.worker():
        run = await scene.listed()
        await terminated(scene, run["run_id"])
        assert (await scene.cancel(run["run_id"])).status_code == 202
        run = await scene.show(run["run_id"])
        assert (run["stage"], run["result"], run["counts"]) == ("finished", "cancelled", {"skipped": 5})
        assert (await scene.cancel(run["run_id"])).status_code == 409


async def test_retrying_a_run_that_was_terminated_closes_it(scene: Scene):
    async with scene.worker():
        run = await scene.listed()
        await terminated(scene, run["run_id"])
        assert (await scene.retry(run["run_id"])).json()["error"]["code"] == "nothing_to_retry"
    run = await scene.show(run["run_id"])
    assert (run["stage"], run["result"], run["message"]) == ("finished", "failed", LOST)


@pytest.mark.thorough
async def test_retrying_a_client_whose_sync_was_terminated_does_it_again(make_scene):
    scene: Scene = await make_scene(organisations=FEW)
    async with scene.worker():
        run, _, sync = await waiting(scene)
        await terminated(scene, sync)
        scene.world.faults.clear()
        answer = await scene.retry(run["run_id"])
        assert (answer.status_code, answer.json()["reopened"]) == (202, 1)
        run = await scene.until_stage(run["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("completed", {"created": FEW})


@pytest.mark.thorough
async def test_a_sync_that_is_cancelled_leaves_nobody_waiting(make_scene):
    scene: Scene = await make_scene(organisations=FEW)
    async with scene.worker():
        run, offline, sync = await waiting(scene)
        await scene.handle(sync).cancel()
        await asyncio.wait_for(asyncio.gather(scene.handle(sync).result(), return_exceptions=True), PATIENCE)
        run = await scene.show(run["run_id"])
        row = by_organisation(run)[offline]
        assert (row["outcome"], row["cause"], row["retry_at"]) == ("failed", "provider_unavailable", None)
        assert run["result"] == "completed_with_failures"
        scene.world.faults.clear()
        assert (await scene.retry(run["run_id"])).json()["reopened"] == 1
        await scene.until(run["run_id"], lambda run: run["counts"] == {"created": FEW})


async def test_a_workflow_whose_run_was_never_stored_ends_by_itself(make_scene):
    """As where the database went away after the workflow server had taken the start."""
    scene: Scene = await make_scene(organisations=FEW, deadlines=Deadlines(consent=timedelta(seconds=1)))
    run_id, _ = await scene.start()
    for statement in (
        "sign_in_links WHERE run_id",
        "consent_attempts WHERE run_id",
        "events WHERE run_id",
        "runs WHERE id",
    ):
        await change(scene, f"DELETE FROM {statement} = :id", id=run_id)  # noqa: S608  # ours
    async with scene.worker():
        report = await asyncio.wait_for(scene.handle(run_id).result(), PATIENCE)
    assert report["result"] == "cancelled"
    assert "never stored" in report["message"]


@pytest.mark.thorough
async def test_what_nobody_goes_on_with_is_closed_and_nothing_else(make_scene):
    scene: Scene = await make_scene(organisations=FEW)
    async with scene.worker():
        run, offline, sync = await waiting(scene)
        client = await another_than(scene, offline)
        scene.fault(Kind.SERVER_ERROR, path=scene.platform.listing)
        assert (await client.post("disconnect")).status_code == 202
        leaving = disconnect_client_id(scene.actor.practice_slug, client.code)
        lost, _ = await scene.start()
        alive, _ = await scene.start()
        for workflow_id in (sync, leaving, lost):
            await terminated(scene, workflow_id)
        assert await settled(scene) == LostWorkSettled(runs=0, waiting=0, disconnecting=0)  # it has just happened
        assert await settled_in_time(scene) == LostWorkSettled(runs=1, waiting=1, disconnecting=1)
        assert await settled(scene) == LostWorkSettled(runs=0, waiting=0, disconnecting=0)
        assert (await scene.show(alive))["stage"] == "awaiting_consent"
    assert (await scene.show(lost))["message"] == LOST
    row = by_organisation(await scene.show(run["run_id"]))[offline]
    assert (row["outcome"], row["message"]) == ("failed", SYNC_LOST)
    assert (await client.shown())["status"] == "connected"
    ends = await scene.rows("SELECT count(*) FROM events WHERE kind = 'run.finished' AND run_id = :id", id=lost)
    assert ends == [(1,)]
