"""Journeys of one connection, for recording: disconnecting through an outage and stopped by hand, and other books."""

import asyncio

from temporalio.api.enums.v1 import EventType

from emulators.xero.faults import Kind
from tests.journeys.one_client import OneClient, one_of, until_event
from tests.journeys.scene import Scene
from tests.replay.journey import Recorded, history


async def refreshed(scene: Scene) -> Recorded:
    """One list of one client is refreshed."""
    async with scene.worker():
        await scene.added()
        client = await one_of(scene)
        workflow_id = (await client.post("refresh", params={"list": "items"})).json()["workflow_id"]
        await scene.handle(workflow_id).result()
    return {"refreshed": await history(scene, workflow_id)}


async def disconnected_late(scene: Scene) -> Recorded:
    """The provider is away at first, and somebody presses *retry now*."""
    async with scene.worker():
        await scene.added()
        client = await one_of(scene)
        scene.fault(Kind.SERVER_ERROR, path="/connections", status=503)
        workflow_id = (await client.post("disconnect")).json()["workflow_id"]
        await until_event(scene, workflow_id, EventType.EVENT_TYPE_TIMER_STARTED)
        scene.world.faults.clear()
        await scene.handle(workflow_id).signal("retry_now")
        await scene.handle(workflow_id).result()
    return {"disconnected-after-an-outage": await history(scene, workflow_id)}


async def disconnecting_stopped(scene: Scene) -> Recorded:
    """Somebody stops it before the provider is back."""
    async with scene.worker():
        await scene.added()
        client = await one_of(scene)
        scene.fault(Kind.SERVER_ERROR, path="/connections", status=503)
        workflow_id = (await client.post("disconnect")).json()["workflow_id"]
        await until_event(scene, workflow_id, EventType.EVENT_TYPE_TIMER_STARTED)
        await scene.handle(workflow_id).cancel()
        await asyncio.gather(scene.handle(workflow_id).result(), return_exceptions=True)
    return {"disconnecting-stopped": await history(scene, workflow_id)}


async def changed(scene: Scene) -> Recorded:
    """A confirmation that comes too early, the choice, and the confirmation."""
    async with scene.worker():
        client, new = await _first_of_three(scene)
        run_id = await _listed(scene, client)
        await scene.handle(run_id).signal("confirm_change")
        await scene.select(run_id, organisations=[{"organisation_id": new}])
        await scene.until_stage(run_id, "awaiting_confirmation")
        await client.post(f"change/{run_id}/confirm")
        await scene.handle(run_id).result()
    return {"changed-books": await history(scene, run_id)}


async def change_cancelled(scene: Scene) -> Recorded:
    """The new books cannot be read at first; cancelled when the preview is there."""
    async with scene.worker():
        client, new = await _first_of_three(scene)
        run_id = await _listed(scene, client)
        scene.fault(Kind.ORGANISATION_OFFLINE, new)
        await scene.select(run_id, organisations=[{"organisation_id": new}])
        await until_event(scene, run_id, EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED)
        scene.world.faults.clear()
        await scene.handle(run_id).signal("retry_now")
        await scene.until_stage(run_id, "awaiting_confirmation")
        await scene.cancel(run_id)
        await scene.until_stage(run_id, "finished")
        await asyncio.gather(scene.handle(run_id).result(), return_exceptions=True)
    return {"change-cancelled": await history(scene, run_id)}


async def _first_of_three(scene: Scene) -> tuple[OneClient, str]:
    first, new, *_ = scene.world.library.organisations
    run = await scene.listed()
    await scene.select(run["run_id"], organisations=[{"organisation_id": first}])
    await scene.until_stage(run["run_id"], "finished")
    return await one_of(scene), new


async def _listed(scene: Scene, client: OneClient) -> str:
    started = (await client.post("change")).json()
    await scene.sign_in(started["authorize_url"], action="continue")
    run_id: str = started["run_id"]
    await scene.until_stage(run_id, "awaiting_selection")
    return run_id


JOURNEYS = (refreshed, disconnected_late, disconnecting_stopped, changed, change_cancelled)
