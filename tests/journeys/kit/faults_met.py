"""A test whose fault no call meets shows nothing: after every journey each fault that it added has to have been met."""

import asyncio

import pytest

from emulators.kit.faults.faults import ACCESS_REMOVED, Fault
from tests.journeys.promises import HAS_FAILED
from tests.journeys.scene import PATIENCE, Scene


async def until_met(scene: Scene, fault: Fault) -> None:
    """Look until a call has met it, such as one that is held up by it."""
    async with asyncio.timeout(PATIENCE):
        while not fault.met:
            await scene.http.get("/api/v1/connections")


def judge_faults(request: pytest.FixtureRequest, *scenes: Scene) -> None:
    """Fail if no call met a fault that was added in these scenes by a test which has passed; each is judged once.

    Args:
        request: The test's, or that of a module whose tests share a scene.
        scenes: Where it may have added some.
    """
    added: list[Fault] = []
    for faults in (control.world.faults for scene in scenes for control, _ in scene.beside.values()):
        added += faults.added
        faults.added.clear()
    if request.node.stash.get(HAS_FAILED, False):
        return
    # Who has lost access is no fault of a call: it is looked up.
    unmet = [str(fault) for fault in added if not fault.met and fault.kind != ACCESS_REMOVED]
    if unmet:
        pytest.fail("\n".join(["no call met:", *unmet]), pytrace=False)
