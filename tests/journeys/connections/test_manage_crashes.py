"""kill -9 of the worker while one client is being disconnected and another one's new books are being read."""

import pytest

from emulators.xero.faults import Kind
from tests.journeys.kit.faults_met import until_met
from tests.journeys.one_by_one import brought
from tests.journeys.one_client import one_of
from tests.journeys.platforms.marks import ENDED_ALONE

RECOVERY = 200.0
"""Seconds: the server notices a dead worker by its silence."""


@pytest.mark.long
@ENDED_ALONE
async def test_both_end_right(make_scene, tmp_path):
    scene = await make_scene(organisations=4)
    first, second, new, _ = scene.world.library.organisations
    worker = await scene.worker_process("first", tmp_path)
    run = await scene.listed()
    await scene.select(run["run_id"], organisations=[{"organisation_id": one} for one in (first, second)])
    await scene.until_stage(run["run_id"], "finished")
    leaving, moving = await one_of(scene, 0), await one_of(scene, 1)
    ending = scene.fault(Kind.TIMEOUT, path="/connections/", seconds=600)
    reading = scene.fault(Kind.TIMEOUT, organisation_id=new, path=scene.platform.accounts, seconds=600)
    change = (await moving.post("change")).json()
    await brought(scene, change["run_id"], change["authorize_url"], action="continue")
    disconnect = (await leaving.post("disconnect")).json()["workflow_id"]
    await scene.select(change["run_id"], organisations=[{"organisation_id": new}])
    await until_met(scene, ending)
    await until_met(scene, reading)
    await worker.kill()
    assert (await leaving.shown())["status"] == "disconnecting"
    scene.world.faults.clear()
    await scene.worker_process("second", tmp_path)
    run = await scene.until(change["run_id"], lambda run: run["stage"] == "awaiting_confirmation", within=RECOVERY)
    assert (await moving.post(f"change/{change['run_id']}/confirm")).status_code == 200
    await scene.until_stage(change["run_id"], "finished")
    ended = await scene.handle(disconnect).result()
    assert ended["message"] == "The connection was removed at Xero."
    assert (await leaving.shown())["status"] == "disconnected"
    assert (await moving.shown())["organisation_id"] == new
    assert len(await leaving.events("connection.disconnected")) == 1
    assert len(await moving.events("connection.changed")) == 1
    assert len(await scene.rows("SELECT 1 FROM connections")) == 3
