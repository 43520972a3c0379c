"""Runs that older code began go on with the code of today.

If one of these fails, a run that is under way would break at the next deployment: keep the order of a workflow's steps,
or guard the change with ``workflow.patched``.
"""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from contracts.payloads.pulling import ClientsToPull
from runtime.sealing.keyring import KeyRing
from runtime.temporal.connection import data_converter
from tests.replay.keys import KEYS
from workflows.registry import WORKFLOWS

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


@pytest.fixture(scope="module")
def replayer() -> Replayer:
    """Without Temporal's sandbox, which imports all modules anew for each history; journeys run in it."""
    return Replayer(
        workflows=WORKFLOWS,
        data_converter=data_converter(KeyRing.parse(KEYS)),
        workflow_runner=UnsandboxedWorkflowRunner(),
    )


def recorded(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text())


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_recorded_history_replays(replayer, file):
    await replayer.replay_workflow(recorded(file))


@pytest.mark.parametrize("name", ["happy", "in-even-groups", "reconnected"])
async def test_a_run_of_older_code_whose_pages_todays_code_has_looked_up_replays(replayer: Replayer, name: str):
    """While a release is replaced: answers say already that no page follows, and the older workflow asks for one."""
    history = recorded(HISTORIES[0].with_stem(name))
    converter = data_converter(KeyRing.parse(KEYS))
    asked = {
        event.event_id
        for event in history.events
        if event.activity_task_scheduled_event_attributes.activity_type.name == "clients_to_pull"
    }
    for event in history.events:
        told = event.activity_task_completed_event_attributes
        if told.scheduled_event_id in asked:
            (page,) = await converter.decode(told.result.payloads, [ClientsToPull])
            (payload,) = await converter.encode([page.model_copy(update={"is_last": True})])
            told.result.payloads[0].CopyFrom(payload)
    assert asked
    await replayer.replay_workflow(history)


def test_every_workflow_has_a_recorded_history():
    kinds = {
        recorded(file).events[0].workflow_execution_started_event_attributes.workflow_type.name for file in HISTORIES
    }
    missing = {workflow.__name__ for workflow in WORKFLOWS} - kinds
    assert not missing, "add a journey to tests/replay/record.py and run it"
