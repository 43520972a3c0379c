"""The demo in front of the stand-ins that are not the first: it ends well, with its own awkward organisations."""

import asyncio
import json
from pathlib import Path

import pytest

from cli.demo import FEWEST
from cli.demo.stand_ins import stand_in_of
from providers.registry import NAMES
from tests.cli.demo.demo_process import start_demo

TAKES_AT_MOST = 300.0
"""Seconds after which it hangs, on however slow a machine."""


def left_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


@pytest.mark.thorough
@pytest.mark.parametrize("provider", NAMES[1:])
async def test_it_ends_well_and_its_totals_add_up(provider: str, tmp_path: Path):
    process = await start_demo(tmp_path, "--provider", provider, "--organisations", str(FEWEST))
    async with asyncio.timeout(TAKES_AT_MOST):
        output, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    report = json.loads(output)
    stand_in = stand_in_of(provider)
    listed = FEWEST - (stand_in.OWN is not None)  # the practice's own books are taken off again
    assert (report["ok"], report["unmet"], report["listed"]) == (True, [], listed)
    assert sum(report["counts"].values()) == listed
    parts = {part.name.lower() for part in stand_in.PARTS}
    assert {row["part"] for row in report["awkward"]} == parts
    assert not left_in(tmp_path)
