"""The demo tells the truth about a real run, and leaves nothing behind, however it ends."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from cli.demo import FEWEST
from cli.demo.awkward import Part
from tests.starter.demo_process import command_line, descendants, said, start_demo

TAKES_AT_MOST = 240.0
"""Seconds after which it hangs, on however slow a machine."""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Where the demo may put its files."""
    directory = tmp_path / "files"
    directory.mkdir()
    return directory


def left_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


async def test_the_demo_ends_well_and_its_totals_add_up(files: Path):
    process = await start_demo(files, "--organisations", str(FEWEST))
    async with asyncio.timeout(TAKES_AT_MOST):
        output, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    report = json.loads(output)
    assert report["ok"]
    assert report["unmet"] == []
    assert report["listed"] == FEWEST == sum(report["counts"].values())
    ordinary = FEWEST - len(Part)
    assert report["counts"] == {
        "created": ordinary + 7,  # trial, namesakes, many and no contacts, the faulty one, the minute's limit
        "linked": 1,
        "already_client": 1,
        "failed": 1,
        "retrying": 2,
        "skipped": 1,
    }
    endings = {row["part"]: (row["outcome"], row["cause"]) for row in report["awkward"]}
    assert len(endings) == len(Part)
    assert endings["access_lost"] == ("failed", "access_lost")
    assert endings["offline"] == ("retrying", "provider_unavailable")
    assert endings["out_of_calls"] == ("retrying", "rate_limited")
    assert endings["colleagues"] == ("already_client", None)
    assert endings["lookalike"] == ("linked", None)
    assert report["second_run"]["counts"]["created"] == report["second_run"]["counts"]["linked"] == 0
    assert left_in(files) == []


async def test_ctrl_c_in_the_middle_leaves_nothing_behind(files: Path):
    process = await start_demo(files, "--organisations", str(FEWEST))
    async with asyncio.timeout(TAKES_AT_MOST):
        await said(process, "A colleague adds one client first")
        started = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        output, told = await process.communicate()
    assert process.returncode == 128 + signal.SIGINT
    assert output == b""
    assert b"Traceback" not in told
    for part in ("temporal", "postgres", "emulators.xero", "worker", "-m web"):
        assert any(part in command for command in started.values()), f"{part} was not running: {started}"
    assert {pid: now for pid, command in started.items() if (now := command_line(pid)) == command} == {}
    assert left_in(files) == []


async def test_too_few_organisations_are_refused(files: Path):
    process = await start_demo(files, "--organisations", str(FEWEST - 1))
    _, told = await process.communicate()
    assert process.returncode == 2
    assert b"--organisations" in told
