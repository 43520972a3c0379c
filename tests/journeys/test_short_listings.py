"""A list of organisations that comes empty or short for a moment takes nobody's connection away."""

import pytest

from activities.shared.grant_reader import is_much_missing
from emulators.xero.faults import Kind
from tests.journeys.conftest import MakePrepared
from tests.journeys.nights import check, health
from tests.journeys.people import everything_added
from tests.journeys.scene import Scene

ALL = {"a", "b", "c"}


@pytest.mark.parametrize(
    ("reached", "is_asked_again"), [(ALL, False), ({"a", "b"}, False), ({"a"}, True), (set(), True), ({"d"}, True)]
)
def test_several_at_once_or_all_are_seldom_gone(reached, is_asked_again):
    assert is_much_missing(ALL, reached) is is_asked_again


def test_the_only_one_is_all():
    assert is_much_missing({"a"}, set())
    assert not is_much_missing(set(), set())


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
