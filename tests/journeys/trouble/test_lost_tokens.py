"""kill -9 between a provider's answer to a refresh and the commit, where a used refresh token is dead at once.

The newer tokens are lost for good. That is a sign-in that has ended like any other: the night finds it and tells it,
and *Reconnect all* repairs it.
"""

import asyncio
from pathlib import Path

import pytest

from contracts.payloads.check_connections import CheckReport
from emulators.kit.faults.faults import LATENCY
from tests.journeys.fixtures import MakeScene
from tests.journeys.nights import a_night_later, health
from tests.journeys.people import everything_added, reconnected
from tests.journeys.scene import PATIENCE, Scene

RECOVERY = 150.0
"""Seconds: the server notices a dead worker by its silence."""

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.only("sage", because="elsewhere a used refresh token is good once more, or there is none"),
]


async def until_found(scene: Scene, statement: str) -> None:
    """Ask the database until a statement finds something."""
    async with asyncio.timeout(PATIENCE):
        while not await scene.rows(statement):
            pass


async def test_it_is_found_told_and_repaired(make_scene: MakeScene, tmp_path: Path):
    scene = await make_scene(organisations=3, small_books=True)
    await everything_added(scene)
    await a_night_later(scene, are_lists_due=False)
    first = await scene.worker_process("first", tmp_path)
    scene.fault(LATENCY, path=scene.platform.token, times=1, seconds=3)
    night, _ = await scene.operations.health._begin(scene.actor)
    await until_found(scene, "SELECT 1 FROM grants WHERE refresh_until IS NOT NULL")
    async with scene.nothing_new_in("grants"):
        await until_found(
            scene,
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
            "AND query LIKE 'UPDATE grants SET %sealed_secret%'",
        )
        assert scene.world.calls.refreshes == 1  # it has been answered; what it said is not stored
        await first.kill()
    await scene.worker_process("second", tmp_path)
    async with asyncio.timeout(RECOVERY):
        report: CheckReport = await night.result()
    assert (report.healthy, report.told, dict(report.causes)) == (0, 1, {"signed_out": 3})
    assert scene.world.calls.refreshes == 1
    shown = await health(scene)
    assert {(one["status"], one["cause"]) for one in shown["connections"]} == {("needs_reconnect", "signed_out")}
    [(notice,)] = await scene.rows("SELECT body FROM notices")
    assert notice.count("The sign-in that this connection uses is no longer valid.") >= 1
    run = await reconnected(scene)
    assert run["counts"] == {"repaired": 3}
    assert {one["status"] for one in (await health(scene))["connections"]} == {"connected"}
