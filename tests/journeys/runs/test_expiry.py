"""Nobody came in time, or the provider is away for long: on a server that skips time, so that a day passes at once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from emulators.kit.control.words import FaultWords
from emulators.xero.faults import Kind
from runtime.settings.settings import Settings
from tests.journeys.one_by_one import brought, calls_about_books
from tests.journeys.one_client import FEW, disconnecting, one_of, until_event
from tests.journeys.stage import peculiar_server


@pytest_asyncio.fixture(scope="module")
async def hasty(temporal_settings: Settings) -> AsyncIterator[WorkflowEnvironment]:
    """A server whose workflows do not wait."""
    async with peculiar_server(temporal_settings, skips_time=True) as environment:
        yield environment


@pytest.mark.thorough
async def test_nobody_signs_in(make_scene, hasty):
    scene = await make_scene(client=hasty.client)
    async with scene.worker():
        run_id, _ = await scene.start()
        run = await scene.until_stage(run_id, "finished")
    assert (run["result"], run["counts"]) == ("expired", {})
    assert run["message"] == "Nobody signed in in time. Start again when you are ready."


@pytest.mark.thorough
async def test_nobody_chooses(make_scene, hasty):
    scene = await make_scene(client=hasty.client)
    with hasty.with_time_skipping_disabled():
        async with scene.worker():
            run = await scene.listed()
            waits = timedelta(days=7 if scene.platform.brings_one else 1)
            assert await hasty.fast_forward(scene.handle(run["run_id"]), waits - timedelta(hours=1))
            assert (await scene.show(run["run_id"]))["stage"] == "awaiting_selection"
            await hasty.fast_forward(scene.handle(run["run_id"]), timedelta(hours=2))
            run = await scene.until_stage(run["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("expired", {"skipped": 5})
    assert run["message"] == "Nobody chose in time. Nothing was changed."
    assert await scene.clients() == []


@pytest.mark.thorough
async def test_nobody_confirms_other_books(make_scene, hasty):
    scene = await make_scene(client=hasty.client, organisations=2)
    first, new = scene.world.library.organisations
    with hasty.with_time_skipping_disabled():
        async with scene.worker():
            run = await scene.listed()
            await scene.select(run["run_id"], organisations=[{"organisation_id": first}])
            await scene.until_stage(run["run_id"], "finished")
            [client] = await scene.clients()
            path = f"/api/v1/clients/{client['client_id']}/connection/change"
            started = (await scene.http.post(path)).json()
            await brought(scene, started["run_id"], started["authorize_url"], action="continue")
            await scene.select(started["run_id"], organisations=[{"organisation_id": new}])
            await scene.until_stage(started["run_id"], "awaiting_confirmation")
            assert len(await scene.rows("SELECT 1 FROM connections")) == 2
            await hasty.fast_forward(scene.handle(started["run_id"]), timedelta(hours=25))
            run = await scene.until_stage(started["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("expired", {"skipped": 2})
    assert run["message"] == "Nobody confirmed in time. Nothing was changed."
    assert len(await scene.rows("SELECT 1 FROM connections")) == 1


@pytest.mark.thorough
async def test_while_the_provider_is_down_nothing_is_called_and_a_client_is_disconnected_later(make_scene, hasty):
    scene = await make_scene(organisations=FEW, client=hasty.client)
    with hasty.with_time_skipping_disabled():
        async with scene.worker():
            await scene.added()
    client = await one_of(scene)
    fault = scene.control.add_fault(FaultWords(kind=Kind.SERVER_ERROR, status=503))
    scene.control.zero_calls()
    async with scene.worker():
        with hasty.with_time_skipping_disabled():
            workflow_id = await disconnecting(client)
            await until_event(scene, workflow_id, EventType.EVENT_TYPE_TIMER_STARTED)
            assert (await client.shown())["status"] == "disconnecting"
            assert f"Waiting for {scene.platform.title}" in await scene.details(workflow_id)
            assert (await client.post("refresh")).status_code == 409
            assert (await client.post("disconnect")).json()["workflow_id"] == workflow_id
        scene.world.faults.clear(fault.fault_id)
        await hasty.fast_forward(scene.handle(workflow_id), timedelta(hours=1))
        await scene.handle(workflow_id).result()
    assert (await client.shown())["status"] == "disconnected"
    there = scene.platform
    assert calls_about_books(scene) == 0
    ends = there.revocation if there.brings_one else "/connections/{id}"
    assert {path.split()[1] for path in scene.world.calls.by_path} <= {there.counted_listing, ends}
