"""Runs further processes of a program beside it, each with an interpreter and thus a processor of its own.

Program and process hold the two ends of a socket, which is the process's standard input. The process says on it that it
is ready, and ends when the other end is closed: whatever ended the program, ``kill -9`` too, nothing is left behind.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=1)
"""How long after a process has ended by itself it is started again: one that ends at once must not fill the log."""

_READY = b"ready\n"


class ProcessEndedError(Exception):
    """A process ended before it was ready; why, it has said itself, on the standard error that both share."""


@asynccontextmanager
async def own_processes(
    argv: Sequence[str], number: int, told: asyncio.Event, *, patience: timedelta
) -> AsyncIterator[Awaitable[object]]:
    """Keep processes running until the end of the block; one that ends by itself is started again.

    Args:
        argv: The program of each, which calls ``until_program_ends``, and its arguments.
        number: How many.
        told: Set when this program is told to stop; they are told at the same time.
        patience: For how long one that was told may still work. After that it is killed.

    Yields:
        What is done when all are ready; it raises ``ProcessEndedError`` if one ended before, and
            ``OSError`` if one could not be started.
    """
    first: list[asyncio.Future[None]] = [asyncio.get_running_loop().create_future() for _ in range(number)]
    kept = [asyncio.create_task(_keep(argv, told, patience, ready)) for ready in first]
    all_ready = asyncio.gather(*first)
    try:
        yield all_ready
    finally:
        all_ready.cancel()
        for task in kept:
            task.cancel()
        await asyncio.gather(all_ready, *kept, return_exceptions=True)


async def until_program_ends(told: asyncio.Event) -> None:
    """In such a process: say that it is ready, then wait until the program has ended or wants it to.

    Args:
        told: Set when this process itself is told to stop.
    """
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=0))
    writer.write(_READY)
    await _either(reader.read(), told.wait())
    writer.close()


async def _keep(argv: Sequence[str], told: asyncio.Event, patience: timedelta, first: asyncio.Future[None]) -> None:
    """Run one process after the other until the program is told to stop; ``first`` says how the first one began."""
    while True:
        try:
            process = await _Process.start(argv)
        except OSError as error:  # such as no memory for it, which may pass
            if not first.done():
                first.set_exception(error)
                return
            logger.error("a process could not be started (%s); it is tried again", error)  # noqa: TRY400  # known
            await asyncio.sleep(AGAIN_AFTER.total_seconds())
            continue
        try:
            is_ready = await process.is_ready()
            if not first.done():
                if not is_ready:
                    first.set_exception(ProcessEndedError("A process of this program ended before it was ready."))
                    return
                first.set_result(None)
            await _either(process.process.wait(), told.wait())
        finally:
            await process.end(patience)
        if told.is_set():
            return
        logger.error("a process ended by itself, with status %s; it is started again", process.process.returncode)
        await asyncio.sleep(AGAIN_AFTER.total_seconds())


async def _either(*waits: Any) -> None:
    """Wait until one of them is done; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


@dataclass(frozen=True, slots=True)
class _Process:
    """A process, and the program's end of the socket."""

    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def start(cls, argv: Sequence[str]) -> Self:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(*argv, stdin=theirs.fileno())
        reader, writer = await asyncio.open_connection(sock=ours)
        return cls(process, reader, writer)

    async def is_ready(self) -> bool:
        """Wait until it says that it is, or has ended."""
        try:
            return await self.reader.readline() == _READY
        except ConnectionError:
            return False

    async def end(self, patience: timedelta) -> None:
        """Let it end, and see that it does; nothing happens where it has."""
        self.writer.close()
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await self.process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
