"""A host's link goes down and comes up; where a machine has no namespaces, that is said; nothing is left of them."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from runtime.embedded.ports import Ports
from runtime.embedded.processes import Supervisor
from torture.faults.chaos import WORKERS
from torture.ordeal import Wish
from torture.stack.hosts import join_hosts, settings_of
from torture.stack.link import NoNamespaceError, way_in

CUT_OFF = [sys.executable, "-m", "tests.torture.stack.cut_off"]


@pytest.fixture
def words() -> Sequence[str]:
    try:
        return way_in()
    except NoNamespaceError as error:
        pytest.skip(str(error))


@pytest.mark.thorough
def test_what_is_sent_over_a_link_that_is_down_arrives_when_it_is_up(tmp_path: Path, words: Sequence[str]):
    ours = Path("/proc/net/dev").read_text().count(":")
    done = subprocess.run([*words, *CUT_OFF, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == ["BEFORE", "nothing", "DURING"]
    assert Path("/proc/net/dev").read_text().count(":") == ours, "the machine's own network has no card more"


def test_whoever_is_killed_leaves_no_namespace(tmp_path: Path, words: Sequence[str]):
    process = subprocess.Popen([*words, *CUT_OFF, str(tmp_path), "stays"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        holder = int(process.stdout.readline().split()[1])
        assert process.stdout.readline() == "BEFORE\n"
        handle = os.pidfd_open(holder)
        process.send_signal(signal.SIGKILL)
        assert select.select([handle], [], [], 30)[0], "the process that holds the namespace is still there"
        os.close(handle)


def test_a_machine_without_its_programs_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoNamespaceError, match=r"no ip \(iproute2\) and no unshare"):
        way_in()


def test_a_machine_that_does_not_let_us_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("ip", "unshare", "nsenter"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NoNamespaceError, match="does not let us: unshare failed: Operation not permitted"):
        way_in()


async def test_without_namespaces_hosts_are_cut_off_by_relays(tmp_path: Path):
    ports = Ports(tmp_path / "ports.json")
    async with Supervisor(tmp_path / "logs") as supervisor:
        hosts = await join_hosts(supervisor, ports, has_namespaces=False)
    settings = settings_of(tmp_path, ports).model_copy(
        update={"database_url": SecretStr(f"postgresql+asyncpg://a:b@127.0.0.1:{ports.get('postgres')}/c")}
    )
    for worker in WORKERS:
        there = hosts[worker].settings(settings)
        assert there.temporal_address == f"127.0.0.1:{ports.get(f'{worker.value}-temporal')}"
        assert there.required("database_url").endswith(f"@127.0.0.1:{ports.get(f'{worker.value}-postgres')}/c")
        assert hosts[worker].command(["worker"]) == ["worker"]
        await hosts[worker].close()


def test_a_report_says_which_it_was():
    assert Wish(1, 1, relays_because="no ip (iproute2)").hosts.endswith("by TCP relays: no ip (iproute2)")
    assert "network namespace each" in Wish(1, 1, relays_because="").hosts
