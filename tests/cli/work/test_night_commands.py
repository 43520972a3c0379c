"""The night on the command line and in the API: schedules, the health of all connections, and a check now."""

import pytest
import pytest_asyncio

from emulators.xero.faults import Kind
from runtime.embedded.stack import environment_of
from tests.cli.test_cli import data, refused, run
from tests.journeys.fixtures import Neighbour
from tests.journeys.scene import Scene


@pytest_asyncio.fixture
async def environment(scene: Scene) -> dict[str, str]:
    return environment_of(scene.settings)


@pytest.mark.thorough
async def test_a_check_and_the_health_that_it_found(scene: Scene, environment: dict[str, str]):
    async with scene.worker():
        run_shown = await scene.added()
        gone = run_shown["organisations"][3]["organisation_id"]
        scene.fault(Kind.DISCONNECTED, gone)
        report = await data(environment, "connections", "check")
        told = await run(environment, "connections", "check")
    assert (report["healthy"], report["causes"]) == (4, {"disconnected_at_provider": 1})
    assert "Logins looked at: 1, clients refreshed: 0. Connections that work: 4." in told.stdout
    assert "Removed in Xero: 1. The connection was removed in Xero." in told.stdout
    listed = await data(environment, "connections", "list", "--limit", "2")
    assert listed["connections"][0]["organisation_id"] == gone
    assert (len(listed["connections"]), listed["total"]) == (2, 5)
    assert listed["by_status"] == {"connected": 4, "needs_reconnect": 1}
    [broken] = (await data(environment, "connections", "list", "--cause", "disconnected_at_provider"))["connections"]
    assert broken["message"] == "The connection was removed in Xero."
    assert broken["next_step"] == "Reconnect and allow access to this organisation again."
    assert broken["trouble_since"]
    assert broken["last_good_at"]
    shown = (await run(environment, "connections", "list", "--status", "needs_reconnect")).stdout
    assert "1 of 1." in shown


@pytest.mark.thorough
async def test_another_practice_s_connections_do_not_exist(scene: Scene, neighbour: Neighbour):
    async with scene.worker():
        await scene.added()
    answer = (await neighbour.http.get("/api/v1/connections")).json()
    assert (answer["connections"], answer["total"], answer["by_status"], answer["by_cause"]) == ([], 0, {}, {})


@pytest.mark.thorough
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


@pytest.mark.thorough
async def test_a_check_is_started_joined_and_looked_at_through_the_api(scene: Scene, neighbour: Neighbour):
    path = "/api/v1/connections/check"
    async with scene.worker():
        await scene.added()
    started = await scene.http.post(path)
    assert (started.status_code, started.json()["already_running"]) == (202, False)
    joined = await scene.http.post(path)
    assert (joined.json()["check_id"], joined.json()["already_running"]) == (started.json()["check_id"], True)
    # Nobody works on it, so the question stays with Temporal, which on a busy machine may be too late with its answer:
    # then we say so, and when to ask again.
    while (asked := await scene.http.get(path)).status_code == 503:
        assert "Retry-After" in asked.headers
    waits = asked.json()
    assert (waits["is_running"], waits["report"]) == (True, None)
    assert "No worker answers" in waits["message"]
    assert (await neighbour.http.get(path)).status_code == 404
    async with scene.worker():
        await scene.handle(started.json()["check_id"]).result()
        ended = (await scene.http.get(path)).json()
        assert (ended["is_running"], ended["message"]) == (False, "Every connection was checked.")
        assert (ended["report"]["logins"], ended["report"]["healthy"]) == (1, 5)
    again = await scene.http.post(path)
    await scene.handle(again.json()["check_id"]).terminate("to see what is said then")
    stopped = (await scene.http.get(path)).json()
    assert (stopped["is_running"], stopped["report"]) == (False, None)
    assert stopped["message"] == "The check was stopped before its end. Start another one."


async def test_colleagues_leave_on_the_command_line(scene: Scene, environment: dict[str, str]):
    as_admin, lee = ("--as", "admin@harbour-lane.example.com"), "lee@harbour-lane.example.com"
    await data(environment, "colleague", "create", "--email", lee, "--name", "Lee")
    previewed = await run(environment, "colleague", "deactivate", lee, *as_admin)
    assert "Lee could not sign in here any more" in previewed.stdout
    assert "Nothing was changed. To do it, add --yes." in previewed.stdout
    assert "Only an admin" in await refused(environment, "colleague", "deactivate", lee, "--yes", "--as", lee)
    assert "only admin" in await refused(environment, "colleague", "deactivate", as_admin[1], "--yes", *as_admin)
    assert "address" in await refused(environment, "colleague", "deactivate", "nobody@example.com", *as_admin)
    left = await data(environment, "colleague", "deactivate", lee, "--yes", *as_admin)
    assert left["colleague"]["deactivated_at"]
    listed = await data(environment, "colleague", "list", *as_admin)
    assert [one["name"] for one in listed["colleagues"]] == ["Admin of Harbour Lane", "Lee"]
    assert "left on " in (await run(environment, "colleague", "list", *as_admin)).stdout
