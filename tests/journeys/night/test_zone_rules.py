"""Nights on the real server, over both changes of 2027; and a server, or a Python, with rules of another year."""

import json
import zoneinfo
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest
from temporalio.client import Client

from models.kit.database import Database
from models.practices import writes as practices
from rules.night.schedule_hours import JITTER, Older
from runtime.embedded.stack import environment_of
from runtime.settings.zone_rules import GO_VARIABLE, pinned_rules, use_pinned_rules
from starter.connections.schedules import Schedules
from tests.cli.test_cli import run
from tests.journeys.night.test_schedules import no_schedules
from tests.journeys.scene import Scene
from tests.journeys.stage import peculiar_server

NIGHTS = {
    "America/Vancouver": {"2027-03-14": "2027-03-14T11", "2027-11-07": "2027-11-07T11"},
    "America/Edmonton": {"2027-03-14": "2027-03-14T10", "2027-11-07": "2027-11-07T10"},
    "Africa/Casablanca": {"2027-02-07": "2027-02-07T04", "2027-03-14": "2027-03-14T04"},
    "Europe/London": {"2027-03-28": "2027-03-28T03", "2027-10-31": "2027-10-31T04"},
    "Pacific/Auckland": {"2027-04-04": "2027-04-03T16", "2027-09-26": "2027-09-25T15"},
    "Australia/Lord_Howe": {"2027-04-04": "2027-04-03T17:30", "2027-10-03": "2027-10-02T17"},
    "America/New_York": {"2027-03-14": "2027-03-14T08", "2027-11-07": "2027-11-07T09"},
    "Europe/Athens": {"2027-03-28": "2027-03-28T01", "2027-10-31": "2027-10-31T02"},
}
"""By zone: nights of a change, and when four o'clock is then, in UTC."""


@pytest_asyncio.fixture
async def schedules(scene: Scene) -> AsyncIterator[Schedules]:
    yield Schedules(scene.database, scene.temporal)
    await no_schedules(scene)


async def made_practice(database: Database, name: str, zone: str) -> str:
    async with database.transaction() as session:
        return (await practices.create_practice(session, name, time_zone=zone)).slug


async def begun(client: Client, schedule_id: str, year: int) -> list[datetime]:
    asked = ListScheduleMatchingTimesRequest(namespace=client.namespace, schedule_id=schedule_id)
    asked.start_time.FromDatetime(datetime(year, 1, 1, tzinfo=UTC))
    asked.end_time.FromDatetime(datetime(year + 1, 1, 1, tzinfo=UTC))
    answer = await client.workflow_service.list_schedule_matching_times(asked)
    return [one.ToDatetime(tzinfo=UTC) for one in answer.start_time]


async def test_every_night_of_a_year_comes_once_also_when_the_clock_changes(scene: Scene, schedules: Schedules):
    slugs = {zone: await made_practice(scene.database, zone, zone) for zone in NIGHTS}
    applied = {one.practice: one for one in await schedules.apply()}
    for zone, expected in NIGHTS.items():
        one = applied[slugs[zone]]
        assert (one.time_zone, one.difference) == (zone, None)
        by_day: dict[date, list[datetime]] = {}
        for at in await begun(scene.temporal, one.schedule_id, 2027):
            by_day.setdefault(at.astimezone(zoneinfo.ZoneInfo(zone)).date(), []).append(at)
        assert len(by_day) >= 364
        assert {len(times) for times in by_day.values()} == {1}
        for day, begins in expected.items():
            late = by_day[date.fromisoformat(day)][0] - datetime.fromisoformat(begins).replace(tzinfo=UTC)
            assert timedelta() <= late <= JITTER, (zone, day)


@pytest.fixture
def old_rules(tmp_path: Path) -> Path:
    """British Columbia's rules as they were before 2026: those of its neighbours to the south."""
    (tmp_path / "America").mkdir()
    file = tmp_path / "America" / "Vancouver"
    file.write_bytes((pinned_rules() / "America" / "Los_Angeles").read_bytes())
    return tmp_path


@pytest.fixture
def python_with_old_rules(old_rules: Path) -> Iterator[None]:
    zoneinfo.reset_tzpath([str(old_rules)])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    use_pinned_rules()


@pytest.mark.thorough
async def test_a_server_with_old_rules_is_told_of_after_applying_and_by_the_doctor(
    scene: Scene, old_rules: Path, monkeypatch: pytest.MonkeyPatch
):
    slug = await made_practice(scene.database, "Burrard Street", "America/Vancouver")
    monkeypatch.setenv(GO_VARIABLE, str(old_rules))
    async with peculiar_server(scene.settings) as server:
        applied = {one.practice: one for one in await Schedules(scene.database, server.client).apply()}
        assert applied["harbour-lane"].difference is None
        found = applied[slug].difference
        assert found is not None
        assert found.older is Older.TEMPORAL
        address = {"CLIENTSYNC_TEMPORAL_ADDRESS": server.client.service_client.config.target_host}
        environment = environment_of(scene.settings) | address
        zone = "America/Vancouver"
        for command in (("schedules", "apply"), ("practice", "change", "--practice", slug, "--time-zone", zone)):
            told = await run(environment, *command)
            assert f"{slug}: On " in told.stderr
        told = await run(environment, "schedules", "apply")
        assert f"{slug}: On " in told.stderr
        assert "Temporal's rules of time zones are older than ours" in told.stderr
        result = await run(environment, "doctor", "--json")
    assert result.exit_code == 1
    nights = next(one for one in json.loads(result.stdout)["findings"] if one["check"] == "nightly checks")
    assert not nights["ok"]
    assert "Temporal's rules of time zones are older than ours" in nights["said"]
    assert "the machine or image that runs Temporal" in nights["what_to_do"]


@pytest.mark.usefixtures("python_with_old_rules")
async def test_rules_of_ours_that_are_old_are_told_of_too(scene: Scene, schedules: Schedules):
    slug = await made_practice(scene.database, "Burrard Street", "America/Vancouver")
    (one,) = await schedules.apply(slug)
    assert one.difference is not None
    assert one.difference.older is Older.OURS
