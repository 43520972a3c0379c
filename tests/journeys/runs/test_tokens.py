"""Access tokens that end in the middle of a run, with several workers at it."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from emulators.xero.faults import Kind
from runtime.temporal.connection import connect
from tests.journeys.platforms.marks import GRACE, MANY_AT_ONCE
from tests.journeys.promises import OPEN_RUN
from tests.journeys.scene import Json, Scene
from workflows.plans.sizes import CLIENTS_PULLED_TOGETHER

MANY = 3 * CLIENTS_PULLED_TOGETHER
"""A group for each of two workers, and some that are still to come when the tokens end."""


async def tokens_end_in_the_middle(scene: Scene) -> Json:
    """Run with two workers, a group of clients each, and let every access token end when a group is done."""
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(scene.worker(groups_at_once=1, client=await connect(scene.settings)))
        run = await scene.listed()
        await scene.select_all(run)
        run = await scene.until(run["run_id"], lambda run: run["counts"].get("created", 0) >= 4)
        assert run["counts"]["created"] < len(run["organisations"])
        scene.world.clock.advance(scene.world.policies.access_seconds + 1)
        return await scene.until_stage(run["run_id"], "finished")


@pytest.mark.thorough
async def test_two_workers_and_one_ended_token_make_one_refresh(make_scene):
    scene = await make_scene(organisations=MANY, latency_ms=60, small_books=True)
    run = await tokens_end_in_the_middle(scene)
    assert run["counts"] == {"created": MANY}
    assert 1 <= scene.world.calls.refreshes <= scene.platform.sign_ins(MANY)  # one for each login
    assert scene.world.calls.by_status[401] > 0


@pytest.mark.thorough
@MANY_AT_ONCE
async def test_a_pull_that_outlasts_its_tokens_never_uses_one_that_is_over(make_scene, monkeypatch):
    """Each is refreshed before it ends: a pull that takes many lives of a token is never answered 401."""
    scene = await make_scene(organisations=MANY, latency_ms=200, small_books=True)
    leeway = scene.providers[scene.platform.name].capabilities.leeway
    short = replace(scene.world.policies, access_seconds=int(leeway.total_seconds()) + 1)
    monkeypatch.setattr(type(scene.world), "policies", short)
    monkeypatch.setattr(scene.world.grants, "policies", short)
    async with scene.worker(groups_at_once=1):
        run = await scene.added()
    assert run["counts"] == {"created": MANY}
    assert scene.world.calls.refreshes >= 2
    assert scene.world.calls.by_status[401] == 0


@pytest.mark.thorough
@MANY_AT_ONCE
@pytest.mark.leaves(OPEN_RUN, because="the second sign-in's run waits for a choice")
async def test_a_second_sign_in_of_the_same_person_breaks_no_pull_under_way(make_scene):
    """Also where it ends the tokens of the first, and the first's have come to their end."""
    scene = await make_scene(organisations=MANY, latency_ms=200, small_books=True)
    async with scene.worker(groups_at_once=1):
        run = await scene.listed()
        await scene.select_all(run)
        await scene.until(run["run_id"], lambda run: run["counts"].get("created", 0) >= 4)
        _, address = await scene.start()
        await scene.sign_in(address)
        assert (await scene.show(run["run_id"]))["counts"]["created"] < MANY
        scene.world.clock.advance(scene.world.policies.access_seconds + 1)
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"] == {"created": MANY}
    assert scene.world.calls.token_exchanges == 2
    assert scene.world.calls.refreshes == 1


@pytest.mark.thorough
@GRACE
async def test_a_refresh_whose_answer_got_lost_is_made_good(make_scene):
    scene = await make_scene(organisations=MANY, latency_ms=60, small_books=True)
    scene.fault(Kind.DROP_REFRESH_RESPONSE, times=1)
    run = await tokens_end_in_the_middle(scene)
    assert run["counts"] == {"created": MANY}
    assert scene.world.calls.refreshes == 2


@pytest.mark.thorough
async def test_a_revoked_sign_in_is_told_for_every_client(scene: Scene):
    async with scene.worker():
        run = await scene.listed()
        scene.signed_out()
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("completed_with_failures", {"failed": 5})
    assert run["causes"] == {"signed_out": 5}
    for row in run["organisations"]:
        assert row["name"]
        assert row["message"].startswith("The sign-in that this connection uses is no longer valid.")
        assert row["next_step"].startswith("Reconnect: sign in again")
    assert {client["connection"]["status"] for client in await scene.clients()} == {"needs_reconnect"}
