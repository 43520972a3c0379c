"""``clientsync demo`` as people run it: a process of its own, in an environment that would lead it astray."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

ASTRAY = {
    # Settings of a real installation: the demo must not use them.
    "CLIENTSYNC_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "CLIENTSYNC_TEMPORAL_ADDRESS": "127.0.0.1:1",
    "CLIENTSYNC_XERO_CLIENT_ID": "REAL",
    "CLIENTSYNC_WEB_PORT": "1",
}


BETWEEN_LOOKS = 0.05
"""Seconds: the list of processes tells nobody of news, so that its end is waited for, with a look now and then."""


async def start_demo(temporary: Path, *arguments: str) -> Process:
    """Start it with its temporary files in an empty directory of the test."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", "demo", "--json", *arguments),
        env={**os.environ, **ASTRAY, "TMPDIR": str(temporary)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )


async def is_starting(process: Process, words: str) -> dict[int, str]:
    """Wait until it has started a process whose command ends in these words; gives all that it has started by then."""
    while process.returncode is None:
        started = descendants(process.pid)
        if any(command.strip().endswith(words) for command in started.values()):
            return started
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BETWEEN_LOOKS):
                await process.wait()
    raise AssertionError(f"it ended before {words!r}: {await process.communicate()}")


def descendants(pid: int) -> dict[int, str]:
    """Every process that a process started, directly or not: id and command line."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while we looked
            children.setdefault(parent, []).append(int(entry.name))
    found, left = {}, children.get(pid, [])
    while left:
        one = left.pop()
        found[one] = command_line(one)
        left += children.get(one, [])
    return found


def command_line(pid: int) -> str:
    """What a process runs; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""
