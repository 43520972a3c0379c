"""A run whose history grows long goes on in a new one."""

import pytest
from temporalio.api.enums.v1 import EventType

from tests.journeys.one_by_one import each_signed_in
from tests.journeys.platforms.marks import MANY_AT_ONCE, ONE_BY_ONE
from tests.journeys.stage import peculiar_server
from workflows.plans.sizes import PAGE_OF_PULLS


@pytest.mark.long
@MANY_AT_ONCE
async def test_a_long_run_goes_on_in_a_new_history(make_scene, temporal_settings):
    # More than a page of pulls, so that some are left when the server suggests a new history.
    size = PAGE_OF_PULLS + 10
    async with peculiar_server(temporal_settings, "limit.historyCount.suggestContinueAsNew=60") as server:
        scene = await make_scene(client=server.client, organisations=size, small_books=True)
        async with scene.worker(concurrency=32):
            run = await scene.listed()
            first = await scene.handle(run["run_id"]).describe()
            await scene.select_all(run)
            run = await scene.until_stage(run["run_id"], "finished")
            details = await scene.details(run["run_id"])
        last = await scene.handle(run["run_id"]).describe()
        assert last.run_id != first.run_id
        earlier = await server.client.get_workflow_handle(run["run_id"], run_id=first.run_id).fetch_history()
        assert earlier.events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
    assert (run["result"], run["counts"]) == ("completed", {"created": size})
    assert str(size) in details
    assert len(await scene.clients()) == size
    # The profile when listed, and all else when pulled: nothing was read twice.
    *others, first = sorted(scene.world.calls.by_organisation.values())
    assert set(others) == {scene.platform.calls["all"]}
    assert first - others[0] <= 1  # what is the same for all is asked for in the name of one


@pytest.mark.thorough
@ONE_BY_ONE
async def test_many_sign_ins_one_after_the_other_go_on_in_new_histories(make_scene, temporal_settings):
    async with peculiar_server(temporal_settings, "limit.historyCount.suggestContinueAsNew=60") as server:
        scene = await make_scene(client=server.client, organisations=5, bulk_connect=False, small_books=True)
        async with scene.worker():
            run_id, address = await scene.start()
            first = await scene.handle(run_id).describe()
            await each_signed_in(scene, run_id, address)
            run = await scene.until_stage(run_id, "awaiting_selection")
            waiting = await scene.handle(run_id).describe()
            details = await scene.details(run_id)
            await scene.select_all(run)
            run = await scene.until_stage(run_id, "finished")
    assert waiting.run_id != first.run_id
    assert waiting.history_length < 60
    assert "5 new" in details
    assert (run["result"], run["counts"]) == ("completed", {"created": 5})
