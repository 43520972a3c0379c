#!/usr/bin/env bash
# When FastAPI builds the routes of a router that is included in an app.
#
# Packages: fastapi 0.165.0. Python 3.11 or newer.
#
# A guess: `include_router` copies the routes at once, as it did for years. An app that has started is ready, its first
# call takes what any other takes, and a route that a router gets after it was included is not in the app.
#
# What happens: including only notes the router. All routes of an app are built a second time by the first call that has
# to look through them, on the event loop, which takes about as much CPU time as declaring them did: 0.35 s for a hundred
# with three parameters each, during which nothing else is answered. A health check that asks for the first route that
# was included builds little; the first person pays for the rest. Every further app of the same routers, as tests make
# them, pays again. And a route that is added to a router later is served, and described in the schema.
#
# Seen (CPU time; 200 routes):
#   including them took less than a hundredth of declaring them: True
#   the first call took at least half of declaring them: True
#   the second call took less than a tenth of the first: True
#   another app of the same router pays again: True
#   a route that was added after including: 200
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install fastapi==0.165.0

cat >"$folder/routes.py" <<'PYTHON'
import asyncio
from time import process_time
from typing import Any

from fastapi import APIRouter, FastAPI


async def call(app: FastAPI, path: str) -> int:
    """The status of one call, without any server or client around the app."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http"}
    scope |= {"path": path, "raw_path": path.encode(), "query_string": b"", "headers": [], "root_path": ""}
    await app(scope | {"server": ("example.com", 80), "client": ("192.0.2.1", 1024)}, receive, send)
    return sent[0]["status"]


def took(step: Any) -> float:
    """CPU seconds."""
    before = process_time()
    step()
    return process_time() - before


router = APIRouter()


def declare() -> None:
    for number in range(200):

        @router.get(f"/{number}/{{key}}")
        def answer(key: int, word: str | None = None, numbers: list[int] | None = None) -> dict[str, int]:
            return {}


declared = took(declare)
app, another = FastAPI(), FastAPI()
included = took(lambda: app.include_router(router))
first = took(lambda: asyncio.run(call(app, "/nowhere")))
second = took(lambda: asyncio.run(call(app, "/nowhere")))
another.include_router(router)
again = took(lambda: asyncio.run(call(another, "/nowhere")))


@router.get("/later")
def later() -> str:
    return "later"


print("including them took less than a hundredth of declaring them:", included < declared / 100)
print("the first call took at least half of declaring them:", first >= declared / 2)
print("the second call took less than a tenth of the first:", second < first / 10)
print("another app of the same router pays again:", again >= declared / 2)
print("a route that was added after including:", asyncio.run(call(app, "/later")))
PYTHON

seen=$("$folder/venv/bin/python" "$folder/routes.py")
echo "$seen"
diff <(echo "$seen") - <<'SEEN'
including them took less than a hundredth of declaring them: True
the first call took at least half of declaring them: True
the second call took less than a tenth of the first: True
another app of the same router pays again: True
a route that was added after including: 200
SEEN
