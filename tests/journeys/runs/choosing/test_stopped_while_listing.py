"""A run is stopped while its list is read: what the reading brings after its books were closed changes nothing."""

import asyncio

import pytest
from temporalio.client import WorkflowFailureError

from contracts.words.runs import RunKind
from emulators.xero.faults import Kind
from tests.journeys.fixtures import MakePrepared
from tests.journeys.kit.faults_met import until_met
from tests.journeys.one_client import one_of
from tests.journeys.people import check, everything_added, joined
from tests.journeys.scene import PATIENCE, Scene

pytestmark = pytest.mark.thorough


async def begun(scene: Scene, kind: RunKind) -> tuple[str, str]:
    """Start a run of a kind; its id and the authorize URL. Where a sign-in ends one that works, something is broken."""
    if kind is RunKind.RECONNECT_ALL and scene.platform.brings_one:
        scene.is_(scene.platform.removed, next(iter(scene.world.library.organisations)))
        await check(scene)
    if kind is RunKind.CHANGE_CONNECTION:
        answer = await scene.http.post(f"{(await one_of(scene)).path}/change", json=scene.platform.asked)
    else:
        answer = await scene.asked(kind)
    assert answer.status_code == 201, answer.text
    return answer.json()["run_id"], answer.json()["authorize_url"]


@pytest.mark.parametrize("kind", RunKind)
async def test_it_stays_as_it_ended(make_prepared: MakePrepared, kind: RunKind):
    scene = await make_prepared(everything_added, organisations=3)
    async with scene.worker():
        someone = await joined(scene, "Ben") if kind is RunKind.REASSIGN_CLIENTS else scene
        run_id, authorize_url = await begun(someone, kind)
        slow = scene.fault(Kind.LATENCY, path=scene.platform.listing, seconds=2)
        await someone.sign_in(authorize_url, action="continue")
        await someone.until_stage(run_id, "listing")
        await until_met(scene, slow)
        assert (await someone.cancel(run_id)).status_code == 202
        with pytest.raises(WorkflowFailureError):
            await asyncio.wait_for(scene.handle(run_id).result(), PATIENCE)
        ended = await someone.show(run_id)
    # By now the worker has done what was under way.
    assert (ended["stage"], ended["result"], ended["organisations"]) == ("finished", "cancelled", [])
    assert await someone.show(run_id) == ended
    finished = await scene.rows("SELECT after FROM events WHERE run_id = :id AND kind = 'run.finished'", id=run_id)
    assert finished == [("cancelled",)]
