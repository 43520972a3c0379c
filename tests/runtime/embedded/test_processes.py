"""Supervised children: ready before they are used, stopped in reverse order, gone whatever happens."""

import asyncio
import os
import signal
import sys

import pytest

from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Command, ProcessFailedError, Supervisor, listens

PYTHON = sys.executable
WAITS = "import signal; print('up', flush=True); signal.pause()"
STOPS_TIDILY = """
import signal, sys
def stop(*_):
    with open(sys.argv[1], "a") as file:
        file.write(sys.argv[2])
    sys.exit(0)
signal.signal(signal.SIGINT, stop)
print("up", flush=True)
while True:
    signal.pause()
"""


def says_up(supervisor_logs, name):
    async def ready() -> bool:
        return "up" in (supervisor_logs / f"{name}.log").read_text()

    return ready


async def test_children_stop_in_reverse_order(tmp_path):
    order = tmp_path / "order"
    async with Supervisor(tmp_path) as supervisor:
        for name in ("a", "b", "c"):
            await supervisor.start(
                Command(name, [PYTHON, "-c", STOPS_TIDILY, str(order), name]), says_up(tmp_path, name)
            )
    assert order.read_text() == "cba"


async def test_a_child_that_does_not_heed_is_killed_after_the_grace(tmp_path):
    async with Supervisor(tmp_path) as supervisor:
        code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); " + WAITS.removeprefix("import signal; ")
        child = await supervisor.start(Command("deaf", [PYTHON, "-c", code]), says_up(tmp_path, "deaf"))
        await child.stop(grace=0.1)
        assert child.returncode == -signal.SIGKILL


async def test_a_child_that_ends_before_it_is_ready_shows_its_log(tmp_path):
    async with Supervisor(tmp_path) as supervisor:
        with pytest.raises(ProcessFailedError, match=r"(?s)broken ended with status 3.*no such table"):
            await supervisor.start(
                Command("broken", [PYTHON, "-c", "import sys; print('no such table'); sys.exit(3)"]),
                lambda: listens(1),
            )


async def test_a_child_that_is_never_ready_is_given_up(tmp_path):
    async with Supervisor(tmp_path) as supervisor:
        child = await supervisor.start(Command("slow", [PYTHON, "-c", WAITS]))
        with pytest.raises(ProcessFailedError, match="slow was not ready after"):
            await child.wait_ready(lambda: listens(1), timeout=0.1)


async def test_a_death_is_noticed(tmp_path):
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(Command("steady", [PYTHON, "-c", WAITS]))
        child = await supervisor.start(Command("victim", [PYTHON, "-c", WAITS]), says_up(tmp_path, "victim"))
        asked = await supervisor.start(Command("asked", [PYTHON, "-c", WAITS]))
        failure = asyncio.create_task(supervisor.first_failure())
        await asked.stop()
        assert not failure.done()
        os.kill(child.pid, signal.SIGKILL)
        assert "victim ended with status -9" in str(await failure)


async def test_children_are_out_of_reach_of_the_terminals_ctrl_c(tmp_path):
    async with Supervisor(tmp_path) as supervisor:
        child = await supervisor.start(Command("apart", [PYTHON, "-c", WAITS]))
        assert os.getpgid(child.pid) == child.pid
        assert os.getsid(child.pid) != os.getsid(0)


async def test_the_log_before_is_kept_and_logs_are_private(tmp_path):
    logs = tmp_path / "logs"
    for text in ("first", "second"):
        async with Supervisor(logs) as supervisor:
            await (await supervisor.start(Command("talk", [PYTHON, "-c", f"print('{text}')"]))).wait()
    assert (logs / "talk.log").read_text() == "second\n"
    assert (logs / "talk.previous.log").read_text() == "first\n"
    assert (logs / "talk.log").stat().st_mode & 0o077 == 0


async def test_a_child_is_ready_when_its_port_answers(tmp_path):
    port = Ports(tmp_path / "ports.json").get("web")
    argv = [PYTHON, "-m", "http.server", "--bind", HOST, str(port)]
    assert not await listens(port)
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(Command("web", argv), lambda: listens(port))
        assert await listens(port)
    assert not await listens(port)


async def test_a_one_shot_is_run_to_its_end_and_its_failure_shown(tmp_path):
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.run(Command("fine", [PYTHON, "-c", "print('done')"]))
        assert (tmp_path / "fine.log").read_text() == "done\n"
        with pytest.raises(ProcessFailedError, match=r"(?s)bad ended with status 1.*ZeroDivisionError"):
            await supervisor.run(Command("bad", [PYTHON, "-c", "1/0"]))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process as somebody else")
async def test_somebody_else_may_pass_through_a_closed_folder_and_is_told_so_before(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    program = closed / "program"
    program.write_text("")
    program.chmod(0o755)
    code = f"import os; print(os.getuid(), os.access({str(program)!r}, os.X_OK), open({str(program)!r}).read())"
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.run(Command("other", [PYTHON, "-c", code], user=(65534, 65534)))
    assert (tmp_path / "other.log").read_text() == "65534 True \n"
