"""PostgreSQL is gone in the middle, for longer than anything is tried, and comes back: everything goes on."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client, WorkflowHandle

from runtime.settings.settings import Settings
from tests.conftest import EMPTYING, administer
from tests.journeys.kit.news import steps_of
from tests.journeys.kit.own_postgres import OwnPostgres, own_postgres
from tests.journeys.nights import begin_night
from tests.journeys.scene import PATIENCE, Scene
from tests.journeys.stage import clear, staged
from tests.web.house import visitor
from workflows.plans.sizes import CLIENTS_PULLED_TOGETHER

MANY = 3 * CLIENTS_PULLED_TOGETHER


@pytest_asyncio.fixture(scope="module")
async def postgres(tmp_path_factory) -> AsyncIterator[OwnPostgres]:
    async with own_postgres(tmp_path_factory.mktemp("taken-away")) as server:
        yield server


@pytest_asyncio.fixture
async def scene(temporal_settings: Settings, temporal: Client, postgres: OwnPostgres) -> AsyncIterator[Scene]:
    await administer(postgres.url, EMPTYING)
    async with staged(
        temporal_settings, temporal, postgres.url, organisations=MANY, latency_ms=60, small_books=True
    ) as scene:
        yield scene
    await clear(temporal)


async def waits_for_the_database(handle: WorkflowHandle[Any, Any]) -> None:
    """Until the workflow's tries are used up, and it only looks whether the database is back."""
    async with asyncio.timeout(PATIENCE):
        async for event in steps_of(handle):
            if event.activity_task_scheduled_event_attributes.activity_type.name == "see_database":
                return


@pytest.mark.thorough
async def test_a_bulk_run_makes_all_of_them(scene: Scene, postgres: OwnPostgres):
    async with scene.worker(groups_at_once=1):  # several groups, one after the other
        run = await scene.listed()
        await scene.select_all(run)
        await scene.until(run["run_id"], lambda run: run["counts"].get("created", 0) > 0)
        await postgres.crash()
        await waits_for_the_database(scene.handle(run["run_id"]))
        await postgres.start()
        run = await scene.until_stage(run["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("completed", {"created": MANY})
    assert {row["cause"] for row in run["organisations"]} == {None}
    assert await scene.rows("SELECT kind, cause FROM events WHERE cause IS NOT NULL") == []
    assert await scene.rows("SELECT name FROM clients GROUP BY name HAVING count(*) > 1") == []


@pytest.mark.thorough
async def test_a_night_blames_no_login(scene: Scene, postgres: OwnPostgres):
    async with scene.worker():
        run = await scene.listed(choose=list(scene.world.library.organisations)[:2])
        await scene.select_all(run)
        await scene.until_stage(run["run_id"], "finished")
        with contextlib.suppress(SQLAlchemyError):  # of the transaction that is held here
            async with scene.nothing_new_in("grant_reach"):
                night = await begin_night(scene)
                async with asyncio.timeout(PATIENCE):
                    while not await scene.held_up("DELETE FROM grant_reach"):
                        pass
                await postgres.crash()
        await waits_for_the_database(night)
        await postgres.start()
        report = await night.result()
    assert (report.logins, report.unanswered, report.causes) == (1, 0, {})
    assert await scene.rows("SELECT kind FROM events WHERE cause IS NOT NULL") == []


@pytest.mark.thorough
async def test_people_are_told_to_try_again(scene: Scene, postgres: OwnPostgres, caplog):
    asked = ("/clients", "/connect/xero/callback?state=s&code=c")
    await postgres.crash()
    for path in asked:
        page = await visitor(scene, "somebody").get(path, headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "Not available just now" in page.text
        assert "Our database does not answer just now." in page.text
        assert 'href=""' in page.text  # the very address, with all that stands in it
        assert one_line_of(caplog) == f"the database is away: GET {path.partition('?')[0]}"
    await postgres.start()
    for path in asked:
        assert (await visitor(scene, "somebody").get(path, headers={"Accept": "text/html"})).status_code < 500


@pytest.mark.thorough
async def test_programs_are_told_to_try_again(scene: Scene, postgres: OwnPostgres, caplog):
    asked = (("GET", "/api/v1/clients"), ("POST", "/api/v1/runs/some-run/cancel"))
    await postgres.crash()
    for method, path in asked:
        answer = await scene.http.request(method, path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["error"]["code"] == "unavailable"
        assert ("before you send it again" in answer.text) == (method == "POST")
        assert one_line_of(caplog) == f"the database is away: {method} {path}"
    await postgres.start()
    for method, path in asked:
        assert (await scene.http.request(method, path)).status_code < 500


def one_line_of(caplog: pytest.LogCaptureFixture) -> str:
    """The one line of the log since the last look, which has no stack."""
    [record] = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert record.exc_info is None
    caplog.clear()
    return record.getMessage()
