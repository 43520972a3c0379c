"""When connections were and will be checked, as the pages say it; without Temporal they say less, and do not fail."""

import asyncio
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contracts.words.names import SEARCH_ATTRIBUTES, check_connections_id
from models.kit.columns import now
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Supervisor
from runtime.embedded.temporal import start_temporal
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect
from starter.connections.check_times import CheckTimes, check_times
from starter.connections.schedules import Schedules
from tests.journeys.scene import PATIENCE, Scene
from tests.models.conftest import HandClock


async def until(scene: Scene, is_wanted: Callable[[CheckTimes], bool]) -> CheckTimes:
    """Ask until it is as wanted: Temporal's list follows its histories a moment later."""
    async with asyncio.timeout(PATIENCE):
        while not is_wanted(times := await scene.operations.health.times(scene.actor)):
            pass
    return times


async def test_the_last_check_and_the_next(scene: Scene):
    health, actor, began = scene.operations.health, scene.actor, now() - timedelta(seconds=1)
    assert await check_times(scene.temporal, "never-checked", UTC) == CheckTimes()
    await health.begin_check(actor)
    running = await until(scene, lambda times: times.is_running)
    assert running.last_began_at is not None
    assert began <= running.last_began_at <= now()
    assert (running.last_ended_at, running.next_at) == (None, None)
    async with scene.worker():
        ended = await until(scene, lambda times: not times.is_running)
    assert ended.last_began_at == running.last_began_at
    assert ended.last_ended_at is not None
    assert running.last_began_at <= ended.last_ended_at <= now()


async def test_the_next_night_unless_it_is_paused(scene: Scene):
    actor = scene.actor
    await Schedules(scene.database, scene.temporal).apply(actor.practice_slug)
    schedule = scene.temporal.get_schedule_handle(check_connections_id(actor.practice_slug))
    try:
        next_at = (await scene.operations.health.times(actor)).next_at
        assert next_at is not None
        assert next_at > now()
        assert next_at.astimezone(ZoneInfo(actor.time_zone_name)).hour == 4
        await schedule.pause()
        assert (await scene.operations.health.times(actor)).next_at is None
    finally:
        await schedule.delete()


async def test_the_next_night_is_never_one_that_has_passed(scene: Scene):
    """After an outage the server goes on naming what it missed, until the night after; here the clock is ahead."""
    actor, zone = scene.actor, scene.actor.time_zone
    await Schedules(scene.database, scene.temporal).apply(actor.practice_slug)
    schedule = scene.temporal.get_schedule_handle(check_connections_id(actor.practice_slug))
    try:
        named = (await schedule.describe()).info.next_action_times
        for late in (named[0], named[0] + timedelta(hours=7), named[-1], named[-1] + timedelta(days=30)):
            clock = HandClock(late)
            next_at = (await check_times(scene.temporal, actor.practice_slug, zone, clock)).next_at
            assert next_at is not None
            assert timedelta() < next_at - late <= timedelta(hours=25, minutes=20)
            assert next_at.astimezone(zone).hour == 4
    finally:
        await schedule.delete()


@pytest.mark.thorough
async def test_a_page_can_be_shown_without_temporal(temporal_settings: Settings, tmp_path: Path):
    ports = Ports(tmp_path / "ports.json")
    settings = temporal_settings.model_copy(update={"temporal_address": f"{HOST}:{ports.get('temporal')}"})
    async with Supervisor(tmp_path / "logs") as supervisor:
        await start_temporal(supervisor, settings, ports, tmp_path, search_attributes=SEARCH_ATTRIBUTES, codec_url=None)
        client = await connect(settings)
    assert await check_times(client, "harbour-lane", UTC) == CheckTimes()
