"""Nobody came in time: on a server that skips time, so that an hour and a day pass at once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from runtime.settings.settings import Settings
from tests.journeys.stage import peculiar_server


@pytest_asyncio.fixture(scope="module")
async def hasty(temporal_settings: Settings) -> AsyncIterator[WorkflowEnvironment]:
    """A server whose workflows do not wait."""
    async with peculiar_server(temporal_settings, skips_time=True) as environment:
        yield environment


async def test_nobody_signs_in(make_scene, hasty):
    scene = await make_scene(client=hasty.client)
    async with scene.worker():
        run_id, _ = await scene.start()
        run = await scene.until_stage(run_id, "finished")
    assert (run["result"], run["counts"]) == ("expired", {})
    assert run["message"] == "Nobody signed in in time. Start again when you are ready."


async def test_nobody_chooses(make_scene, hasty):
    scene = await make_scene(client=hasty.client)
    with hasty.with_time_skipping_disabled():
        async with scene.worker():
            run = await scene.listed()
            assert await hasty.fast_forward(scene.handle(run["run_id"]), timedelta(hours=23))
            assert (await scene.show(run["run_id"]))["stage"] == "awaiting_selection"
            await hasty.fast_forward(scene.handle(run["run_id"]), timedelta(hours=2))
            run = await scene.until_stage(run["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("expired", {"skipped": 12})
    assert run["message"] == "Nobody chose in time. Nothing was changed."
    assert await scene.clients() == []


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
            await scene.sign_in(started["authorize_url"], action="continue")
            await scene.until_stage(started["run_id"], "awaiting_selection")
            await scene.select(started["run_id"], organisations=[{"organisation_id": new}])
            await scene.until_stage(started["run_id"], "awaiting_confirmation")
            assert len(await scene.rows("SELECT 1 FROM connections")) == 2
            await hasty.fast_forward(scene.handle(started["run_id"]), timedelta(hours=25))
            run = await scene.until_stage(started["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("expired", {"skipped": 2})
    assert run["message"] == "Nobody confirmed in time. Nothing was changed."
    assert len(await scene.rows("SELECT 1 FROM connections")) == 1
