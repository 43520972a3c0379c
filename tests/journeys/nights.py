"""What journeys of the night share: it comes, it looks, and what it found is asked for."""

import asyncio
from typing import cast

from temporalio.api.enums.v1 import EventType
from temporalio.client import ScheduleActionStartWorkflow, WorkflowHandle

from contracts.payloads.check_connections import CheckConnectionsInput, CheckReport
from models.practices.tables import Practice
from starter.connections.schedules import nightly
from tests.journeys.kit.news import steps_of
from tests.journeys.people import change, reconnected
from tests.journeys.scene import PATIENCE, Json, Scene
from workflows.check_connections import CheckConnections


async def check(scene: Scene) -> CheckReport:
    """Check now, as the command does."""
    return await scene.operations.health.check(scene.actor, lambda _: None)


async def a_night_later(scene: Scene, *, are_lists_due: bool) -> None:
    """Token sets are old and access tokens over, and the lists due or not, as the night finds them."""
    due = "now() - interval '1 minute'" if are_lists_due else "now() + interval '1 day'"
    await change(
        scene,
        "UPDATE grants SET refreshed_at = refreshed_at - interval '2 days',"
        " access_expires_at = access_expires_at - interval '2 days'",
    )
    await change(scene, f"UPDATE connections SET next_refresh_at = {due}")  # noqa: S608
    scene.control.zero_calls()
    # Not a second has passed, and a new worker does not know of the calls of the one before.
    scene.world.limits.begin_short_windows()


async def begin_night(scene: Scene) -> WorkflowHandle[CheckConnections, CheckReport]:
    """Start what the schedule starts."""
    async with scene.database.session() as session:
        action = nightly(await session.get_one(Practice, scene.actor.practice_id)).action
    assert isinstance(action, ScheduleActionStartWorkflow)
    (asked,) = action.args
    assert isinstance(asked, CheckConnectionsInput)
    return await scene.temporal.start_workflow(CheckConnections.run, asked, id=action.id, task_queue=action.task_queue)


async def night_waits(night: WorkflowHandle[CheckConnections, CheckReport]) -> None:
    """Look at each step of the night, until it waits for the next try."""
    async with asyncio.timeout(PATIENCE):
        async for event in steps_of(night):
            if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
                return


async def health(scene: Scene, **wanted: str) -> Json:
    """The practice's connections, as the API lists and counts them."""
    answer = await scene.http.get("/api/v1/connections", params={"limit": 500, **wanted})
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()
    return shown


async def connected(scene: Scene) -> int:
    """How many of the practice's connections are connected."""
    return cast("int", (await health(scene))["by_status"].get("connected", 0))


async def reconnect_all(scene: Scene, person: int) -> Json:
    """One person signs in to repair all; gives the report."""
    return await reconnected(scene, person, action="allow")
