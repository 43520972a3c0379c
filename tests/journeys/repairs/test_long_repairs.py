"""Repairs and moves whose history grows long go on in a new one."""

import pytest
from temporalio.api.enums.v1 import EventType

from contracts.words.runs import RunKind
from tests.journeys.people import adds, joined, logins, owners, reaches, reassignable, started
from tests.journeys.platforms.marks import MANY_AT_ONCE
from tests.journeys.scene import Scene, chosen
from tests.journeys.stage import peculiar_server

MANY = 80
"""More than are worked on at once, so that some are left when the server suggests a new history."""


async def histories(scene: Scene, workflow_id: str) -> int:
    """How many histories a workflow has had so far."""
    count, run_id = 1, (await scene.handle(workflow_id).describe()).run_id
    while run_id:
        handle = scene.temporal.get_workflow_handle(workflow_id, run_id=run_id)
        first = (await handle.fetch_history()).events[0]
        assert first.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
        run_id = first.workflow_execution_started_event_attributes.continued_execution_run_id
        count += bool(run_id)
    return count


@pytest.mark.long
@MANY_AT_ONCE
async def test_they_go_on_in_new_histories(make_scene, temporal_settings):
    async with peculiar_server(temporal_settings, "limit.historyCount.suggestContinueAsNew=30") as server:
        ann = await make_scene(client=server.client, organisations=MANY, small_books=True)
        ben = await joined(ann, "Ben")
        reached = reaches(ann, 1, 0, MANY)
        async with ann.worker(concurrency=32):
            await adds(ann, 0, reached)
            before = await logins(ann)
            reconnecting = await started(ben, RunKind.RECONNECT_ALL, 1, query="?all=true", action="allow")
            run = await ben.until_stage(reconnecting, "finished")
            assert (run["result"], run["counts"]) == ("completed", {"repaired": MANY})
            assert all(login != before[identity] for identity, login in (await logins(ann)).items())
            assert await histories(ben, reconnecting) > 2
            assert str(MANY) in await ben.details(reconnecting)
            listed = await reassignable(ben, 1, action="continue")
            await ben.select(listed["run_id"], organisations=chosen(listed))
            run = await ben.until_stage(listed["run_id"], "finished")
            assert (run["result"], run["counts"]) == ("completed", {"reassigned": MANY})
            assert set((await owners(ann)).values()) == {ben.actor.colleague_id}
            assert await histories(ben, listed["run_id"]) > 1
