"""``python -m emulators.xero``, as a process."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.emulators.standing_in import started
from tests.emulators.xero.client import App
from tests.emulators.xero.wire import open_call, until

pytestmark = pytest.mark.thorough


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_when_it_is_ready_and_ends_cleanly(number: signal.Signals) -> None:
    with started("xero", "Xero", "--organisations", "2", "--people", "1") as (process, address):
        with httpx2.Client(base_url=address) as http:
            tokens = App(http).connect()
            tenant = App(http).tenants(tokens)[0]
            App(http).control("faults", kind="timeout", organisation_id=tenant)
            held = open_call(address, tokens, tenant)
            until(lambda: App(http).calls()["peak_concurrency_by_organisation"].get(tenant) == 1)
        process.send_signal(number)
        out, errors = process.communicate(timeout=60)
        held.close()
        assert (process.returncode, out, errors) == (0, "", ""), "and it logs nothing, least of all tokens"


def test_its_flags_reach_the_sandbox() -> None:
    flags = ("--seed", "9", "--organisations", "3", "--tier-day-limit", "1000", "--scenario", "plain")
    with started("xero", "Xero", *flags, "--redirect-uri", "https://app.example.com/cb") as (_, address):
        state = httpx2.get(f"{address}/sandbox/api/state").json()
        assert (state["seed"], state["scenario"], len(state["organisations"])) == (9, "plain", 3)
        assert state["limits"]["day"] == 1000
        with httpx2.Client(base_url=address) as http:
            assert App(http).authorize().status_code == 303


def test_a_taken_port_is_said_plainly(address: str) -> None:
    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "emulators.xero", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "cannot listen on 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.thorough
def test_a_state_file_keeps_sign_ins_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    flags = ("--organisations", "3", "--state-file", str(file))
    with started("xero", "Xero", *flags) as (_, address), httpx2.Client(base_url=address) as http:
        tokens = App(http).connect()
        rows = App(http).connections(tokens).json()
    assert file.stat().st_mode & 0o777 == 0o600
    with started("xero", "Xero", *flags) as (process, address), httpx2.Client(base_url=address) as http:
        assert App(http).connections(tokens).json() == rows, "it was killed, and nothing is lost"
        assert App(http).refresh(tokens.refresh).status_code == 200
        process.terminate()
        process.wait()
    with started("xero", "Xero", "--seed", "8", *flags) as (_, address), httpx2.Client(base_url=address) as http:
        assert App(http).connections(tokens).status_code == 401, "another seed has other organisations"
