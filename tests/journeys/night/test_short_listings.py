"""A list of organisations that comes empty or short for a moment takes nobody's connection away."""

import pytest

from emulators.xero.faults import Kind
from tests.journeys.fixtures import MakePrepared
from tests.journeys.nights import check, health
from tests.journeys.people import everything_added
from tests.journeys.platforms.marks import OWN_ANSWERS
from tests.journeys.scene import Scene

pytestmark = [pytest.mark.thorough, OWN_ANSWERS]


@pytest.mark.parametrize(
    ("times", "by_cause", "lists"), [(1, {}, 2), (2, {"disconnected_at_provider": 3}, 2)], ids=["once", "both times"]
)
async def test_an_empty_list_is_asked_for_once_more(make_prepared: MakePrepared, times, by_cause, lists):
    scene: Scene = await make_prepared(everything_added, organisations=3, people=1)
    async with scene.worker():
        before = scene.world.calls.by_path["GET /connections"]
        scene.fault(Kind.NO_CONNECTIONS, times=times)
        await check(scene)
        assert scene.world.calls.by_path["GET /connections"] == before + lists
        assert (await health(scene))["by_cause"] == by_cause
        await check(scene)
    assert (await health(scene))["by_cause"] == {}
