"""Counts calls in each whole minute of a run, to see whether the app's limit is fully used."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.harness.sandbox import Sandbox


@asynccontextmanager
async def whole_minutes(sandbox: Sandbox) -> AsyncIterator[list[int]]:
    """Count until the end of the block; the list has the calls of each minute that lies completely inside it."""
    counted: list[int] = []
    watching = asyncio.create_task(_watch(sandbox, counted))
    try:
        yield counted
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(sandbox: Sandbox, counted: list[int]) -> None:
    before = None
    while True:
        await asyncio.sleep(60 - time.time() % 60)
        until_now = sum((await sandbox.calls_by_path()).values())
        if before is not None:
            counted.append(until_now - before)
        before = until_now
