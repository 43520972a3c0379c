"""Schedules on the real server: one a practice, at four by its own clock, applied as often as one likes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from temporalio.client import (
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleDescription,
    ScheduleOverlapPolicy,
    ScheduleRange,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from models.practices import writes as practices
from starter.connections.schedules import Applied, ScheduleChange, Schedules
from tests.journeys.scene import PATIENCE, Scene

LONDON, AUCKLAND = "check-connections-harbour-lane", "check-connections-kauri-street"


@pytest_asyncio.fixture
async def schedules(scene: Scene) -> AsyncIterator[Schedules]:
    """Of two practices on either side of the world."""
    async with scene.database.transaction() as session:
        await practices.create_practice(session, "Kauri Street", time_zone="Pacific/Auckland")
    yield Schedules(scene.database, scene.temporal)
    await no_schedules(scene)


async def no_schedules(scene: Scene) -> None:
    """Delete every schedule; one that is deleted already is listed for a moment."""
    async for found in await scene.temporal.list_schedules():
        try:
            await scene.temporal.get_schedule_handle(found.id).delete()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise


async def described(scene: Scene, schedule_id: str) -> ScheduleDescription:
    return await scene.temporal.get_schedule_handle(schedule_id).describe()


def changes(applied: Sequence[Applied]) -> dict[str, ScheduleChange]:
    return {one.schedule_id: one.change for one in applied}


async def test_applying_twice_changes_nothing(scene: Scene, schedules: Schedules):
    assert changes(await schedules.apply()) == {LONDON: ScheduleChange.CREATED, AUCKLAND: ScheduleChange.CREATED}
    before = [await described(scene, schedule_id) for schedule_id in (LONDON, AUCKLAND)]
    assert changes(await schedules.apply()) == {LONDON: ScheduleChange.UNCHANGED, AUCKLAND: ScheduleChange.UNCHANGED}
    after = [await described(scene, schedule_id) for schedule_id in (LONDON, AUCKLAND)]
    assert [one.raw_description for one in before] == [one.raw_description for one in after]


async def test_each_practice_s_night_is_at_four_by_its_own_clock(scene: Scene, schedules: Schedules):
    await schedules.apply()
    for schedule_id, zone in ((LONDON, "Europe/London"), (AUCKLAND, "Pacific/Auckland")):
        times = (await described(scene, schedule_id)).info.next_action_times
        assert len(times) >= 5
        for at in (moment.astimezone(ZoneInfo(zone)) for moment in times):
            assert at.hour == 4
            assert timedelta() <= at - at.replace(minute=0, second=0, microsecond=0) <= timedelta(minutes=20)


async def test_what_differs_is_corrected_and_a_pause_stays(scene: Scene, schedules: Schedules):
    await schedules.apply()
    await scene.temporal.get_schedule_handle(LONDON).pause(note="Xero is moving house")
    async with scene.database.transaction() as session:
        practice = await practices.find_practice(session, "harbour-lane")
        await practices.change_practice(session, practice, time_zone="Australia/Perth")
    assert changes(await schedules.apply("harbour-lane")) == {LONDON: ScheduleChange.UPDATED}
    found = await described(scene, LONDON)
    assert found.schedule.spec.time_zone_name == "Australia/Perth"
    assert (found.schedule.state.paused, found.schedule.state.note) == (True, "Xero is moving house")
    assert changes(await schedules.apply("harbour-lane")) == {LONDON: ScheduleChange.UNCHANGED}


async def test_a_night_of_an_older_release_is_moved_to_the_hour_that_every_night_has(
    scene: Scene, schedules: Schedules
):
    await schedules.apply()
    handle = scene.temporal.get_schedule_handle(LONDON)

    async def at_two(found: ScheduleUpdateInput) -> ScheduleUpdate:
        old = found.description.schedule
        old.spec.calendars = [ScheduleCalendarSpec(hour=(ScheduleRange(2),))]
        return ScheduleUpdate(schedule=old)

    await handle.update(at_two)
    assert [one.change for one in await schedules.examine()] == [ScheduleChange.UPDATED, ScheduleChange.UNCHANGED]
    assert changes(await schedules.apply()) == {LONDON: ScheduleChange.UPDATED, AUCKLAND: ScheduleChange.UNCHANGED}
    assert [one.start for one in (await described(scene, LONDON)).schedule.spec.calendars[0].hour] == [4]
    assert [one.change for one in await schedules.examine()] == [ScheduleChange.UNCHANGED, ScheduleChange.UNCHANGED]
    await handle.delete()
    assert [one.change for one in await schedules.examine()] == [ScheduleChange.CREATED, ScheduleChange.UNCHANGED]


@pytest.mark.thorough
async def test_a_night_starts_late_work_behind_people_never_twice_and_ends(scene: Scene, schedules: Schedules):
    await schedules.apply()
    found = (await described(scene, LONDON)).schedule
    assert found.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert found.policy.catchup_window == timedelta(hours=6)
    assert isinstance(found.action, ScheduleActionStartWorkflow)
    assert found.action.execution_timeout is not None
    assert found.action.execution_timeout < timedelta(days=1)
    async with scene.worker():
        await scene.added()
        await scene.temporal.get_schedule_handle(LONDON).trigger()
        handle = scene.handle(await _first_night(scene))
        await handle.result()
    history = await handle.fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    assert (started.priority.priority_key, started.priority.fairness_key) == (4, "harbour-lane")
    assert handle.id.startswith(f"{LONDON}-2")


async def _first_night(scene: Scene) -> str:
    """The id of the workflow that the schedule has started; the server tells once it has."""
    async with asyncio.timeout(PATIENCE):
        while not (actions := (await described(scene, LONDON)).info.recent_actions):
            continue
    action = actions[0].action
    assert isinstance(action, ScheduleActionExecutionStartWorkflow)
    return action.workflow_id


async def test_no_night_depends_on_comparing_times(schedules: Schedules, monkeypatch: pytest.MonkeyPatch):
    """An account may not be allowed to ask for a schedule's times, and an older server may not know how."""

    async def refused(*_: object) -> None:
        raise RPCError("not for you", RPCStatusCode.PERMISSION_DENIED, b"")

    monkeypatch.setattr("starter.connections.schedules.compared", refused)
    assert changes(await schedules.apply()) == {LONDON: ScheduleChange.CREATED, AUCKLAND: ScheduleChange.CREATED}
    assert {one.difference for one in await schedules.examine()} == {None}
