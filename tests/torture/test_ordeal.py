"""Two minutes of everything at once: nothing lost, doubled or untrue.

Small practices: most of its four minutes it waits.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.embedded.processes import Command
from torture.faults.chaos import Act, Target, plan
from torture.people.cast import COLLEAGUES

SEED, MINUTES, PRACTICES, ORGANISATIONS = 196, 2, 2, 6
"""A seed whose two minutes have every kind of blow, and a ``kill -9`` of everything that may be killed."""

CALM = 300
"""Seconds after which nobody waits for quiet any more. Quiet comes in half a minute as a rule; where a worker was
killed in the middle of an activity without a heartbeat it may take three, and only a hang takes as long as this."""

WORDS = ("--seed", SEED, "--minutes", MINUTES, "--practices", PRACTICES, "--organisations", ORGANISATIONS)


@pytest.mark.long
@pytest.mark.timeout(3 * CALM)
def test_two_minutes_under_fire(tmp_path: Path):
    """As a process of its own, so that it has network namespaces where the machine lets it; it ends when we do."""
    command = Command("ordeal", [sys.executable, "-m", "torture", *map(str, WORDS), "--calm", str(CALM)])
    # What it leaves where something is found is left where all tests leave their files.
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command.bound_argv(), env=environment, capture_output=True, text=True, check=False)
    if done.returncode or "Nothing lost, doubled, stuck or untrue." not in done.stdout:
        pytest.fail(f"{done.stdout}\n{done.stderr}\nstatus {done.returncode}", pytrace=False)


def test_its_plan_has_every_blow():
    blows = plan(SEED, MINUTES, PRACTICES * ORGANISATIONS, PRACTICES * COLLEAGUES)
    assert {blow.act for blow in blows} == set(Act)
    assert {blow.target for blow in blows if blow.act is Act.KILL} == set(Target) - {Target.PLATFORM}
    assert len(blows) >= 25
