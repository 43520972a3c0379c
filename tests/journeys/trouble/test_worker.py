"""The worker's process ends when one of its sides cannot go on: half a worker would look like a whole one."""

import asyncio
import gc
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import pytest

import worker
from tests.journeys.scene import PATIENCE, Scene


class FatalError(Exception):
    """What a Temporal worker ends with when its polls are refused."""


class Failing:
    """Takes the place of a Temporal worker: it cancels whoever entered it, and raises when it is left."""

    async def __aenter__(self) -> Self:
        owner = asyncio.current_task()
        assert owner is not None
        asyncio.get_running_loop().call_soon(owner.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        raise FatalError

    async def shutdown(self) -> None:
        """Nothing to finish."""


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    """What a worker changes in its process."""
    between, thresholds = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(between)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.mark.usefixtures("_as_it_was")
@pytest.mark.parametrize("side", ["provider_workers", "workflow_workers"])
async def test_it_ends_with_the_side_that_failed(scene: Scene, monkeypatch: pytest.MonkeyPatch, side: str):
    owners: list[asyncio.Task[object]] = []
    both_entered = threading.Event()

    @asynccontextmanager
    async def watched(*arguments: Any) -> AsyncIterator[None]:
        if owner := asyncio.current_task():
            owners.append(owner)
        if len(owners) == 2:
            both_entered.set()
        async with serving(*arguments):
            yield

    serving = worker.serving
    monkeypatch.setattr(worker, "serving", watched)
    monkeypatch.setattr(worker, side, lambda *_parts, **_settings: (Failing(),))
    running = asyncio.create_task(worker.run(scene.settings))
    try:
        await asyncio.wait({running}, timeout=PATIENCE)
        assert running.done(), "it goes on with the other side alone"
        (ended,) = await asyncio.gather(running, return_exceptions=True)
        # Which it is by now, unless it was left behind before it came that far.
        assert await asyncio.to_thread(both_entered.wait, PATIENCE)
        assert isinstance(ended, FatalError)
        assert all(owner.done() for owner in owners), "a thread is left behind"
    finally:
        for owner in owners:
            if not owner.done():  # or the process would wait for it for ever
                owner.get_loop().call_soon_threadsafe(owner.cancel)
