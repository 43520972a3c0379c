"""Signs of life of a worker, while an activity waits for an answer."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ExecuteActivityInput

from activities.shared import progress
from activities.shared.liveness import SIGN_OF_LIFE, SIGNS, LivenessInterceptor
from activities.shared.progress import STUCK, LastProgress
from tests.activities.shared.test_discretion import Innermost
from workflows.plans import policies


class Time:
    """Passes by one pause at each step."""

    def __init__(self) -> None:
        self.pauses: asyncio.Queue[float] = asyncio.Queue()
        self.passes = asyncio.Semaphore(0)

    async def pause(self, seconds: float) -> None:
        self.pauses.put_nowait(seconds)
        await self.passes.acquire()


async def told(timeout: timedelta | None, steps: int) -> tuple[int, list[float]]:
    """How often an activity that waits for so many pauses tells that it lives, and how long the pauses are."""
    time, signs, answer, pauses = Time(), [], asyncio.Event(), []

    @activity.defn
    async def waits() -> str:
        await answer.wait()
        return "answer"

    environment = ActivityEnvironment()
    environment.info = replace(environment.info, heartbeat_timeout=timeout)
    environment.on_heartbeat = lambda *_: signs.append(1)
    before = LivenessInterceptor(time.pause).intercept_activity(Innermost())
    asked = ExecuteActivityInput(fn=waits, args=[], executor=None, headers={})
    running = asyncio.create_task(environment.run(before.execute_activity, asked))
    for _ in range(steps):
        pauses.append(await time.pauses.get())
        time.passes.release()
    if steps:
        pauses.append(await time.pauses.get())  # the sign before it is told
    answer.set()
    assert await running == "answer"
    time.passes.release()
    assert time.pauses.empty(), "nothing is told by a clock after the end"
    return len(signs), pauses


async def test_whoever_waits_tells_several_times_in_each_time_out():
    timeout = timedelta(seconds=20)
    signs, pauses = await told(timeout, steps=3)
    assert signs == 3
    assert set(pauses) == {timeout.total_seconds() / SIGNS}


@pytest.mark.parametrize("timeout", [None, timedelta(seconds=60)])
async def test_progress_is_not_told_by_a_clock(timeout):
    assert await told(timeout, steps=0) == (0, [])


async def test_of_an_activity_that_gets_on_no_more_nothing_is_told():
    time, signs, seconds = Time(), [], [0.0]
    answer, gets_on, has_got_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @activity.defn
    async def reads() -> str:
        progress.made()
        await gets_on.wait()
        await asyncio.create_task(page())  # feeds are read in tasks of their own
        await answer.wait()
        return "answer"

    async def page() -> None:
        progress.made()
        has_got_on.set()

    environment = ActivityEnvironment()
    environment.info = replace(environment.info, heartbeat_timeout=timedelta(seconds=8))
    environment.on_heartbeat = lambda *_: signs.append(seconds[0])
    liveness = LivenessInterceptor(time.pause, lambda: LastProgress(lambda: seconds[0])).intercept_activity(Innermost())
    asked = ExecuteActivityInput(fn=reads, args=[], executor=None, headers={})
    running = asyncio.create_task(environment.run(liveness.execute_activity, asked))
    for at in (STUCK.total_seconds() - 1, STUCK.total_seconds(), STUCK.total_seconds() + 1):
        await time.pauses.get()
        seconds[0] = at
        time.passes.release()
    await time.pauses.get()
    gets_on.set()
    await has_got_on.wait()
    seconds[0] += 1
    time.passes.release()
    await time.pauses.get()
    answer.set()
    assert await running == "answer"
    assert signs == [STUCK.total_seconds() - 1, STUCK.total_seconds() + 2]


POLICIES = {
    name: policy
    for name, policy in vars(policies).items()
    if isinstance(policy, dict) and "start_to_close_timeout" in policy
}
PROGRESS = {"MAIL", "OUTBOX"}
"""Those whose activities tell the server of their progress themselves."""


@pytest.mark.parametrize("name", sorted(POLICIES.keys() - PROGRESS))
def test_a_killed_worker_is_noticed_soon_whatever_it_was_at(name):
    policy = POLICIES[name]
    noticed = policy.get("heartbeat_timeout") or policy["start_to_close_timeout"]
    assert noticed <= SIGN_OF_LIFE, "give it heartbeat_timeout=ALIVE_WITHIN"
