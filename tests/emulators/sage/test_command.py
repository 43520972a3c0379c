"""``python -m emulators.sage`` as a process, and the command that becomes it."""

import signal
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
import typer

from cli.operate.processes import emulator, stand_ins
from emulators.sage import Config
from emulators.sage.world import World
from tests.emulators.sage.client import App
from tests.emulators.standing_in import started

pytestmark = pytest.mark.thorough


def test_sign_ins_outlive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    flags = ("--organisations", "14", "--state-file", str(file))
    with started("sage", "Sage", *flags) as (process, address), httpx2.Client(base_url=address) as http:
        tokens = App(http).connect()
        rows = App(http).read(tokens, "businesses").json()["$items"]
        process.send_signal(signal.SIGTERM)
        assert (process.communicate(timeout=60), process.returncode) == (("", ""), 0)
    again = World(Config(organisations=14, state_file=file))
    access = again.grants.access(tokens.access)
    assert access is not None
    assert [one.organisation_id for one in again.businesses(access)] == [row["id"] for row in rows]
    assert again.grants.rotate(tokens.refresh) is not None


def test_the_command_knows_every_stand_in() -> None:
    assert stand_ins() == ["quickbooks", "sage", "xero"]
    with pytest.raises(typer.BadParameter, match="quickbooks, sage, xero"):
        emulator(SimpleNamespace(args=["nonsense"]))  # type: ignore[arg-type]  # all that it looks at
