"""Full groups of clients are read by a process beside the worker; it is missed, and started again, when it dies."""

import os
import signal
from pathlib import Path

import pytest

from tests.journeys.fixtures import MakeScene
from tests.journeys.scene import Scene, chosen

pytestmark = pytest.mark.thorough

MANY = 60


def children_of(pid: int) -> list[int]:
    """The processes that a process has started (proc_pid_task(5))."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def readers_of(scene: Scene, run_id: str) -> set[int]:
    """The processes that have taken the groups of a run; those of a history name themselves ``pid@host``."""
    events = (await scene.temporal.get_workflow_handle(run_id).fetch_history()).events
    groups = {
        event.event_id
        for event in events
        if event.activity_task_scheduled_event_attributes.activity_type.name == "pull_clients"
    }
    begun = [event.activity_task_started_event_attributes for event in events]
    return {int(one.identity.partition("@")[0]) for one in begun if one.scheduled_event_id in groups}


@pytest.mark.only("xero")  # who reads is the same everywhere
async def test_a_run_goes_on_when_the_reading_process_dies(make_scene: MakeScene, tmp_path: Path):
    scene = await make_scene(organisations=MANY, latency_ms=120, limits=False, small_books=True)
    worker = await scene.worker_process("worker", tmp_path, reading=1)
    (reading,) = children_of(worker.pid)
    run = await scene.listed()
    await scene.select_all(run)
    await scene.until(run["run_id"], lambda now: now["counts"].get("created", 0) >= 5)
    os.kill(reading, signal.SIGKILL)
    ended = await scene.until(run["run_id"], lambda now: now["stage"] == "finished")
    assert (ended["result"], ended["counts"]) == ("completed", {"created": MANY})
    (another,) = children_of(worker.pid)
    assert another != reading
    assert await readers_of(scene, run["run_id"]) <= {reading, another}
    assert "it is started again" in worker.log.read_text()


@pytest.mark.only("xero")
async def test_a_small_group_is_read_by_the_worker_itself(scene: Scene, tmp_path: Path):
    worker = await scene.worker_process("worker", tmp_path, reading=1)
    run = await scene.listed()
    await scene.select(run["run_id"], organisations=chosen(run)[:3])
    await scene.until(run["run_id"], lambda now: now["stage"] == "finished")
    assert await readers_of(scene, run["run_id"]) == {worker.pid}
