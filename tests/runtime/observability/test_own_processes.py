"""Processes beside a program: ready before they are counted on, started again when one dies, gone when it is gone."""

import asyncio
import logging
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from runtime.observability import own_processes as own
from runtime.observability.own_processes import ProcessEndedError, own_processes

PATIENCE = timedelta(seconds=20)
CHILD = """
import asyncio, os, sys
from runtime.observability.own_processes import until_program_ends
def note(word):
    with open(sys.argv[1], "a") as file:
        file.write(f"{word} {os.getpid()}\\n")
note("began")
asyncio.run(until_program_ends(asyncio.Event()))
note("ended")
"""
PROGRAM = """
import asyncio, sys
from datetime import timedelta
from runtime.observability.own_processes import own_processes
async def main():
    argv = [sys.executable, "-c", sys.argv[2], sys.argv[1]]
    async with own_processes(argv, 2, asyncio.Event(), patience=timedelta(seconds=20)) as all_ready:
        await all_ready
        print("ready", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


class Journal:
    """A pipe into which processes say who has begun and who has ended."""

    def __init__(self, path: Path) -> None:
        self.argv = (sys.executable, "-c", CHILD, str(path))
        self.path = path
        self._lines = asyncio.StreamReader()

    async def open(self) -> None:
        """Begin to listen."""
        os.mkfifo(self.path)
        end = os.fdopen(os.open(self.path, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0)  # never at its end
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(self._lines), end)

    async def who(self, word: str) -> int:
        """Wait for the next that has ``began`` or ``ended``; gives its process id."""
        async with asyncio.timeout(PATIENCE.total_seconds()):
            said, pid = (await self._lines.readline()).split()
        assert said.decode() == word
        return int(pid)

    async def nobody(self) -> None:
        """Nothing more has been said."""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self._lines.readline(), 0)


@pytest_asyncio.fixture
async def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setattr(own, "AGAIN_AFTER", timedelta(0))
    found = Journal(tmp_path / "journal")
    await found.open()
    return found


async def test_all_are_ready_and_end_with_the_block(journal: Journal):
    async with own_processes(journal.argv, 2, asyncio.Event(), patience=PATIENCE) as all_ready:
        await all_ready
        began = {await journal.who("began"), await journal.who("began")}
        await journal.nobody()
    assert {await journal.who("ended"), await journal.who("ended")} == began


async def test_one_that_dies_is_started_again(journal: Journal, caplog: pytest.LogCaptureFixture):
    async with own_processes(journal.argv, 1, asyncio.Event(), patience=PATIENCE) as all_ready:
        await all_ready
        os.kill(await journal.who("began"), signal.SIGKILL)
        another = await journal.who("began")
    assert await journal.who("ended") == another
    assert "with status -9; it is started again" in caplog.text


async def test_they_are_told_with_the_program(journal: Journal, caplog: pytest.LogCaptureFixture):
    told = asyncio.Event()
    async with own_processes(journal.argv, 1, told, patience=PATIENCE) as all_ready:
        await all_ready
        told.set()
        assert await journal.who("began") == await journal.who("ended")
    await journal.nobody()
    assert "started again" not in caplog.text


async def test_nothing_is_left_of_a_program_that_was_killed(journal: Journal):
    words = [sys.executable, "-c", PROGRAM, str(journal.path), CHILD]
    program = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    assert program.stdout is not None
    assert await program.stdout.readline() == b"ready\n"
    program.kill()
    await program.wait()
    began = {await journal.who("began"), await journal.who("began")}
    assert {await journal.who("ended"), await journal.who("ended")} == began


async def test_one_that_cannot_start_is_an_error():
    argv = (sys.executable, "-c", "raise SystemExit(3)")
    with pytest.raises(ProcessEndedError):
        async with own_processes(argv, 1, asyncio.Event(), patience=PATIENCE) as all_ready:
            await all_ready


async def test_a_program_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        async with own_processes(("/nothing/here",), 1, asyncio.Event(), patience=PATIENCE) as all_ready:
            await asyncio.wait_for(all_ready, PATIENCE.total_seconds())


class Mending(logging.Handler):
    """Puts the program back as soon as it is said that it could not be started."""

    def __init__(self, program: Path) -> None:
        super().__init__()
        self.program = program

    def emit(self, record: logging.LogRecord) -> None:
        """Look at what is said."""
        if "could not be started" in record.getMessage():
            self.program.symlink_to(sys.executable)


async def test_one_that_cannot_be_started_again_is_tried_until_it_can(
    journal: Journal, tmp_path: Path, request: pytest.FixtureRequest
):
    program = tmp_path / "program"
    program.symlink_to(sys.executable)
    mending = Mending(program)
    own.logger.addHandler(mending)
    request.addfinalizer(lambda: own.logger.removeHandler(mending))
    async with own_processes((str(program), *journal.argv[1:]), 1, asyncio.Event(), patience=PATIENCE) as all_ready:
        await all_ready
        program.unlink()
        os.kill(await journal.who("began"), signal.SIGKILL)
        await journal.who("began")


async def test_one_that_does_not_heed_is_killed(journal: Journal):
    deaf = CHILD.replace("asyncio.run(", "os.write(0, b'ready\\n'); import signal; signal.pause(); (")
    argv = (sys.executable, "-c", deaf, str(journal.path))
    async with own_processes(argv, 1, asyncio.Event(), patience=timedelta(seconds=0.1)) as all_ready:
        await all_ready
        pid = await journal.who("began")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await journal.nobody()


async def test_none_are_wanted():
    async with own_processes(("unused",), 0, asyncio.Event(), patience=PATIENCE) as all_ready:
        await all_ready
