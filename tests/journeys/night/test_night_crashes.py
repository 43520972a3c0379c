"""kill -9 of the worker in the middle of a night: the next worker ends it, and nothing is marked or told twice."""

import asyncio

import pytest

from contracts.payloads.check_connections import CheckReport
from contracts.words.lists import ListName
from emulators.xero.faults import Kind
from tests.journeys.people import change
from tests.journeys.scene import Scene

RECOVERY = 150.0
"""Seconds: the server notices a dead worker by its silence."""

REFRESHED = "SELECT count(*) FROM connections WHERE next_refresh_at > now()"


async def until_refreshed(scene: Scene, count: int) -> None:
    """Look at the connections until so many are refreshed."""
    async with asyncio.timeout(60):
        while await scene.rows(REFRESHED) != [(count,)]:
            await scene.http.get("/api/v1/connections")


@pytest.mark.long
async def test_it_ends_right(make_scene, tmp_path):
    scene = await make_scene(organisations=8)
    first = await scene.worker_process("first", tmp_path)
    run = await scene.listed()
    await scene.select_all(run)
    await scene.until_stage(run["run_id"], "finished")
    gone, held, *_ = scene.world.library.organisations
    await change(scene, "UPDATE grants SET refreshed_at = refreshed_at - interval '2 days'")
    await change(scene, "UPDATE connections SET next_refresh_at = now() - interval '1 minute'")
    scene.is_(scene.platform.removed, gone)
    scene.fault(Kind.TIMEOUT, held, path=scene.platform.accounts, seconds=600)
    night, _ = await scene.operations.health._begin(scene.actor)
    await until_refreshed(scene, 6)
    await first.kill()
    scene.world.faults.clear()
    await scene.worker_process("second", tmp_path)
    async with asyncio.timeout(RECOVERY):
        report: CheckReport = await night.result()
    assert (report.healthy, report.refreshed, sum(report.causes.values())) == (7, 7, 1)
    assert await scene.rows(REFRESHED) == [(7,)]
    marked = await scene.rows("SELECT organisation_id FROM connections WHERE status = 'needs_reconnect'")
    assert marked == [(gone,)]
    told = "SELECT count(*) FROM events WHERE kind = 'connection.needs_reconnect'"
    assert await scene.rows(told) == [(1,)]
    assert await scene.rows("SELECT count(*) FROM notices") == [(1,)]
    assert await scene.rows("SELECT count(*) FROM receipts WHERE cause IS NULL") == [(8 * len(ListName),)]
