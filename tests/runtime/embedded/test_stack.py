"""The embedded stack on real servers: it goes on where it was, keeps others out, and leaves nothing behind."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from temporalio.client import WorkflowExecutionStatus

from runtime.embedded.stack import DataDirInUseError, Stack, embedded_stack
from runtime.settings.settings import MissingSettingError
from runtime.temporal.connection import connect
from tests.runtime.conftest import settings_in

ROOT = Path(__file__).parents[3]
PARENT = """
import asyncio, json, sys
from pathlib import Path
from runtime.settings.settings import Settings
from runtime.embedded.stack import embedded_stack

async def main():
    async with embedded_stack(Settings(_env_file=None, data_dir=Path(sys.argv[1]))) as stack:
        await stack.start("worker", [sys.executable, "-c", "import signal; signal.pause()"])
        print(json.dumps({child.name: child.pid for child in stack.supervisor._children}), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def query(stack: Stack, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(stack.settings.required("database_url").replace("+asyncpg", ""))
    try:
        return await connection.fetch(sql)
    finally:
        await connection.close()


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in descendants(int(child)))]


def held(pids: Iterable[int]) -> Iterator[int]:
    """Handles of those that live. A number may soon be another process's; a handle stays the one's."""
    for pid in pids:
        with suppress(ProcessLookupError):
            yield os.pidfd_open(pid)


async def gone(handle: int) -> None:
    """Wait until the kernel says that a process has ended."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(handle, ended.set)
    try:
        async with asyncio.timeout(60):
            await ended.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)


@pytest.mark.thorough
async def test_a_restart_goes_on_where_it_was(tmp_path):
    async with embedded_stack(settings_in(tmp_path)) as first:
        await query(first, "CREATE TABLE kept AS SELECT 'a row' AS what")
        client = await connect(first.settings, environment={})
        await client.start_workflow("Nobody", id="still-there", task_queue="none")
        before = first.environment
    async with embedded_stack(settings_in(tmp_path)) as second:
        assert second.environment == before
        assert [row["what"] for row in await query(second, "SELECT what FROM kept")] == ["a row"]
        client = await connect(second.settings, environment={})
        found = await client.get_workflow_handle("still-there").describe()
        assert found.status is WorkflowExecutionStatus.RUNNING


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds the life of a child to its parent's")
async def test_a_killed_parent_leaves_no_process_and_a_usable_directory(tmp_path):
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    children = json.loads(await parent.stdout.readline())
    assert set(children) == {"postgres", "temporal", "worker"}
    everything = [pid for child in children.values() for pid in descendants(child)]
    assert len(everything) > len(children)  # PostgreSQL has processes of its own
    handles = list(held(everything))
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    for handle in handles:
        await gone(handle)
    async with embedded_stack(settings_in(tmp_path)) as again:
        assert await query(again, "SELECT 1")


async def test_a_data_directory_has_one_stack_at_a_time(stack: Stack):
    with pytest.raises(DataDirInUseError, match="CLIENTSYNC_DATA_DIR"):
        async with embedded_stack(settings_in(stack.settings.data_dir)):
            pass


@pytest.mark.thorough
async def test_the_database_asks_for_its_password(stack: Stack):
    url = stack.settings.required("database_url").replace("+asyncpg", "")
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url.replace(password, "guess"))
    [(how,)] = await query(stack, "SELECT DISTINCT auth_method FROM pg_hba_file_rules")
    assert how == "scram-sha-256"


@pytest.mark.thorough
async def test_secrets_and_logs_on_disk_are_for_their_owner_alone(stack: Stack):
    directory = stack.settings.data_dir
    for name in ("keys", "lock", "postgres/password", "postgres", "postgres/data", "temporal", "logs"):
        assert (directory / name).stat().st_mode & 0o077 == 0, name


async def test_keys_are_not_made_up_when_a_server_is_somebody_elses(tmp_path):
    with pytest.raises(MissingSettingError, match="CLIENTSYNC_ENCRYPTION_KEYS"):
        async with embedded_stack(settings_in(tmp_path, temporal_address="127.0.0.1:7233")):
            pass
    assert not (tmp_path / "keys").exists()


async def test_a_server_that_is_set_is_not_started(tmp_path, stack: Stack):
    theirs = stack.settings
    settings = settings_in(
        tmp_path,
        database_url=theirs.required("database_url"),
        temporal_address=theirs.required("temporal_address"),
        encryption_keys=theirs.required("encryption_keys"),
    )
    async with embedded_stack(settings) as ours:
        assert await query(ours, "SELECT 1")
        assert not (tmp_path / "postgres").exists()
        assert not (tmp_path / "temporal").exists()


async def test_processes_of_the_stack_get_its_environment_and_nothing_stray(stack: Stack, monkeypatch):
    monkeypatch.setenv("CLIENTSYNC_LOG_LEVEL", "ERROR")
    monkeypatch.setenv("TEMPORAL_API_KEY", "somebody-elses")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    child = await stack.start("shows", [sys.executable, "-c", code], environment={"CLIENTSYNC_WEB_PORT": "9"})
    assert await child.wait() == 0
    seen = json.loads(child.log.read_text())
    assert seen["CLIENTSYNC_DATABASE_URL"] == stack.settings.required("database_url")
    assert seen["CLIENTSYNC_LOG_LEVEL"] == "INFO"
    assert seen["CLIENTSYNC_WEB_PORT"] == "9"
    assert "TEMPORAL_API_KEY" not in seen
    assert "PATH" in seen


@pytest.mark.thorough
async def test_a_first_start_that_fails_says_why_and_stops_the_rest(tmp_path):
    (tmp_path / "postgres" / "data").mkdir(parents=True)  # not a database
    with pytest.raises(Exception, match="postgres ended with status") as raised:
        async with embedded_stack(settings_in(tmp_path)):
            pass
    assert type(raised.value).__name__ == "ProcessFailedError"
