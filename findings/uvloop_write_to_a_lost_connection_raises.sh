#!/usr/bin/env bash
# Writing to a connection that was lost a moment before, on two event loops.
#
# Packages: uvloop 0.23.0 beside asyncio's own loop. Python 3.11 or newer.
#
# A guess: `StreamWriter.write` behaves alike on both loops, as uvloop replaces asyncio's loop without a change of code:
# it never raises where the other side has gone, and `drain` tells of it with a ConnectionError. So a server of streams
# that catches ConnectionError around both needs nothing else.
#
# What happens: on asyncio's loop it is so. On uvloop, `write` raises RuntimeError, which is no OSError, as soon as the
# transport has been closed: by ourselves, or by the loop after an earlier write was answered with a reset. `drain` raises
# the same as on asyncio's loop. Code that writes twice with anything awaited in between therefore meets RuntimeError
# now and then, by how quickly the reset arrives; in our case a test server that sent an answer drop by drop.
#
# Seen:
#   asyncio  closed by us: write nothing, drain ConnectionResetError
#   asyncio  reset by the other side: write nothing, drain ConnectionError
#   uvloop   closed by us: write RuntimeError, drain ConnectionResetError
#   uvloop   reset by the other side: write RuntimeError, drain ConnectionError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install uvloop==0.23.0

cat >"$folder/writes.py" <<'PYTHON'
import asyncio
from collections.abc import Callable

import uvloop


async def outcome(step: Callable[[], object]) -> str:
    """The name of what a step raises."""
    try:
        waited = step()
        if waited is not None:
            await waited
    except (OSError, RuntimeError) as error:
        return type(error).__name__
    return "nothing"


async def told(closed_by_us: bool) -> str:
    """What the last write and the last drain of a server raise."""
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await outcome(reader.read)  # until the other side has gone
        if closed_by_us:
            writer.close()
            await outcome(writer.wait_closed)
            wrote, drained = await outcome(lambda: writer.write(b"more")), await outcome(writer.drain)
        else:
            for _ in range(20):  # the answer to the first of these is a reset, whenever that comes
                wrote, drained = await outcome(lambda: writer.write(b"more")), await outcome(writer.drain)
                await asyncio.sleep(0.05)
            drained = "ConnectionError" if drained in ("ConnectionResetError", "BrokenPipeError") else drained
        answer.set_result(f"write {wrote}, drain {drained}")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.transport.abort()
    found = await answer
    server.close()
    return found


for name, factory in (("asyncio", asyncio.new_event_loop), ("uvloop", uvloop.new_event_loop)):
    with asyncio.Runner(loop_factory=factory) as runner:
        for closed_by_us, words in ((True, "closed by us"), (False, "reset by the other side")):
            print(f"{name:8} {words}: {runner.run(told(closed_by_us))}")
PYTHON

seen=$("$folder/venv/bin/python" "$folder/writes.py")
echo "$seen"
diff <(echo "$seen") - <<'SEEN'
asyncio  closed by us: write nothing, drain ConnectionResetError
asyncio  reset by the other side: write nothing, drain ConnectionError
uvloop   closed by us: write RuntimeError, drain ConnectionResetError
uvloop   reset by the other side: write RuntimeError, drain ConnectionError
SEEN
