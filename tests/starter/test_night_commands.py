"""The night on the command line and in the API: schedules, the health of all connections, and a check now."""

import pytest_asyncio

from runtime.stack import environment_of
from tests.journeys.people import admin_of
from tests.journeys.scene import Scene
from tests.starter.conftest import Neighbour
from tests.starter.test_cli import data, refused, run
from xero_sandbox.faults import Kind


@pytest_asyncio.fixture
async def environment(scene: Scene) -> dict[str, str]:
    await admin_of(scene)
    return environment_of(scene.settings)


async def test_a_check_and_the_health_that_it_found(scene: Scene, environment: dict[str, str]):
    async with scene.worker():
        run_shown = await scene.added()
        gone = run_shown["organisations"][3]["organisation_id"]
        scene.fault(Kind.DISCONNECTED, gone)
        report = await data(environment, "connections", "check")
        told = await run(environment, "connections", "check")
    assert (report["healthy"], report["causes"]) == (11, {"disconnected_at_provider": 1})
    assert "Logins looked at: 1, clients refreshed: 0. Connections that work: 11." in told.stdout
    assert "Disconnected at provider: 1. The connection was removed in the accounting software." in told.stdout
    listed = await data(environment, "connections", "list", "--limit", "2")
    assert listed["connections"][0]["organisation_id"] == gone
    assert (len(listed["connections"]), listed["total"]) == (2, 12)
    assert listed["by_status"] == {"connected": 11, "needs_reconnect": 1}
    [broken] = (await data(environment, "connections", "list", "--cause", "disconnected_at_provider"))["connections"]
    assert broken["message"] == "The connection was removed in the accounting software."
    assert broken["next_step"] == "Reconnect and allow access to this organisation again."
    assert broken["trouble_since"]
    assert broken["last_good_at"]
    shown = (await run(environment, "connections", "list", "--status", "needs_reconnect")).stdout
    assert "1 of 1." in shown


async def test_another_practice_s_connections_do_not_exist(scene: Scene, neighbour: Neighbour):
    async with scene.worker():
        await scene.added()
    answer = (await neighbour.http.get("/api/v1/connections")).json()
    assert (answer["connections"], answer["total"], answer["by_status"], answer["by_cause"]) == ([], 0, {}, {})


async def test_schedules_follow_practices_and_their_time_zones(scene: Scene, environment: dict[str, str]):
    new = ("practice", "create", "--name", "Mill Street", "--admin-email", "bo@mill.example")
    await data(environment, *new)
    try:
        applied = (await data(environment, "schedules", "apply"))["schedules"]
        assert {one["practice"]: one["change"] for one in applied} == {
            "harbour-lane": "created",
            "mill-street": "unchanged",  # made with the practice
        }
        await data(environment, "practice", "change", "--practice", "mill-street", "--time-zone", "Asia/Tokyo")
        handle = scene.temporal.get_schedule_handle("check-connections-mill-street")
        assert (await handle.describe()).schedule.spec.time_zone_name == "Asia/Tokyo"
        assert "There is no time zone" in await refused(
            environment, "practice", "change", "--practice", "mill-street", "--time-zone", "Mars/Phobos"
        )
    finally:
        async for found in await scene.temporal.list_schedules():
            await scene.temporal.get_schedule_handle(found.id).delete()


async def test_a_practice_is_made_without_temporal_and_told_what_is_left_to_do(
    scene: Scene, environment: dict[str, str]
):
    gone = environment | {"CLIENTSYNC_TEMPORAL_ADDRESS": "127.0.0.1:9"}
    new = ("practice", "create", "--name", "Mill Street", "--admin-email", "bo@mill.example")
    result = await run(gone, *new, "--json")
    assert (result.exit_code, "clientsync schedules apply" in result.stderr.replace("\n", " ")) == (0, True)
    assert await scene.rows("SELECT count(*) FROM practices") == [(2,)]
