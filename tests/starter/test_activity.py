"""Activity through the one door: runs, reports, lists and looking on, for one's own practice alone."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from contracts.refusals import RefusalCode, Refused
from contracts.runs import Outcome, RunKind, Stage
from models.run_reports import OrganisationFilter
from models.run_views import RunFilter
from starter.actor import Actor
from tests.journeys.scene import PATIENCE, Scene
from tests.starter.conftest import Neighbour


async def test_a_run_from_the_click_to_its_report(scene: Scene):
    runs, actor = scene.operations.runs, scene.actor
    run_id, authorize_url = await scene.start()
    (active,), _ = await runs.activity(actor, RunFilter(is_active=True))
    assert (active.run.id, active.total) == (run_id, 0)
    watching = await runs.watch(actor, run_id)
    assert (await anext(watching)).stage is Stage.AWAITING_CONSENT
    async with asyncio.timeout(PATIENCE), scene.worker():
        await scene.sign_in(authorize_url)
        await scene.until_stage(run_id, "awaiting_selection")
        await scene.select(run_id, all_new=True)
        seen = [snapshot async for snapshot in watching]
    assert (seen[-1].is_over, seen[-1].counts, seen[-1].with_client) == (True, {Outcome.CREATED: 12}, 12)
    assert len({snapshot.version for snapshot in seen}) == len(seen)
    report = await runs.report(actor, run_id)
    assert [(group.outcome, group.count) for group in report.groups] == [(Outcome.CREATED, 12)]
    assert (report.total, report.can_retry, report.colleague_name) == (12, False, actor.colleague_name)
    (first, *_), total = await runs.organisations(actor, run_id, OrganisationFilter(outcome=Outcome.CREATED), limit=5)
    assert (total, first.client_name, first.owner_name) == (12, first.organisation.name, actor.colleague_name)
    assert (await runs.activity(actor, RunFilter(kind=RunKind.ADD_CLIENTS, is_active=False)))[1] == 1


@pytest.mark.parametrize("call", ["report", "organisations", "watch"])
async def test_another_practice_sees_no_run(scene: Scene, neighbour: Neighbour, call: str):
    run_id, _ = await scene.start()
    ask: Callable[[Actor, str], Awaitable[object]] = getattr(scene.operations.runs, call)
    await ask(scene.actor, run_id)
    with pytest.raises(Refused) as refused:
        await ask(neighbour.actor, run_id)
    assert refused.value.refusal.code is RefusalCode.NOT_FOUND
    assert await scene.operations.runs.activity(neighbour.actor) == ([], 0)
