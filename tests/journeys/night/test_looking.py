"""What is called healthy was read within a day: being listed by the provider proves less."""

import pytest

from contracts.naming.software import named
from contracts.words.causes import Cause
from emulators.xero.faults import Kind
from rules.runs.surveying import waits
from tests.journeys.fixtures import MakePrepared
from tests.journeys.nights import a_night_later, begin_night, check, health, reconnect_all
from tests.journeys.people import change, everything_added
from tests.journeys.platforms.marks import OWN_ANSWERS
from tests.journeys.scene import Json, Scene

pytestmark = OWN_ANSWERS

PROFILE = "GET /api.xro/2.0/Organisation"


async def added(make_prepared: MakePrepared, organisations: int = 3) -> tuple[Scene, list[str]]:
    """A practice with clients; gives their organisations too."""
    scene = await make_prepared(everything_added, organisations=organisations, people=1)
    return scene, [client["connection"]["organisation_id"] for client in await scene.clients()]


async def read_ago(scene: Scene, hours: int) -> None:
    """Nothing was read of any client for so long, and no list is due."""
    await a_night_later(scene, are_lists_due=False)
    await change(scene, f"UPDATE connections SET last_good_at = now() - interval '{hours} hours'")  # noqa: S608


async def by_organisation(scene: Scene) -> dict[str, Json]:
    return {one["organisation_id"]: one for one in (await health(scene))["connections"]}


@pytest.mark.thorough
async def test_one_that_is_listed_and_refuses_every_reading_is_not_healthy(make_prepared):
    scene, (refusing, *others) = await added(make_prepared)
    scene.fault(Kind.ACCESS_REFUSED, refusing)
    await read_ago(scene, 25)
    before = await by_organisation(scene)
    async with scene.worker():
        report = await check(scene)
    assert (report.healthy, report.refreshed, report.causes) == (2, 0, {"access_lost": 1})
    assert scene.world.calls.by_path[PROFILE] == 3
    shown = await by_organisation(scene)
    assert (shown[refusing]["status"], shown[refusing]["cause"]) == ("needs_reconnect", "access_lost")
    assert shown[refusing]["last_good_at"] == before[refusing]["last_good_at"]
    assert shown[refusing]["listed_at"] > before[refusing]["last_good_at"]
    for other in others:
        assert shown[other]["last_good_at"] > before[other]["last_good_at"]
        assert shown[other]["next_refresh_at"] == before[other]["next_refresh_at"]
    told = "SELECT count(*) FROM events WHERE kind = 'connection.refreshed'"
    assert await scene.rows(told) == [(0,)]


@pytest.mark.thorough
async def test_what_was_read_within_the_day_is_not_read_again(make_prepared):
    scene, _ = await added(make_prepared)
    await read_ago(scene, 23)
    async with scene.worker():
        await check(scene)
    assert PROFILE not in scene.world.calls.by_path


@pytest.mark.thorough
@pytest.mark.parametrize(("hours", "calls"), [(26, 0), (29, 3)])
async def test_the_night_does_not_read_again_what_the_night_before_read_late(make_prepared, hours, calls):
    scene, _ = await added(make_prepared)
    await read_ago(scene, hours)
    async with scene.worker():
        night = await begin_night(scene)
        await night.result()
    assert scene.world.calls.by_path.get(PROFILE, 0) == calls


@pytest.mark.thorough
async def test_reconnect_all_calls_nothing_healthy_that_it_has_not_read(make_prepared):
    scene, (refusing, offline, *_) = await added(make_prepared, 4)
    scene.fault(Kind.ACCESS_REFUSED, refusing)
    scene.is_(scene.platform.offline, offline)
    await read_ago(scene, 25)
    async with scene.worker():
        run = await reconnect_all(scene, person=0)
    assert run["counts"] == {"failed": 1, "healthy": 3}
    rows = {row["organisation_id"]: row for row in run["organisations"]}
    assert (rows[refusing]["outcome"], rows[refusing]["cause"]) == ("failed", "access_lost")
    told = named(waits(Cause.PROVIDER_UNAVAILABLE) or "", scene.platform.title)
    assert (rows[offline]["outcome"], rows[offline]["message"]) == ("healthy", told)
    shown = await by_organisation(scene)
    assert (shown[refusing]["status"], shown[offline]["status"]) == ("needs_reconnect", "connected")
