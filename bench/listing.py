"""``make bench-listing``: from the browser's return from a sign-in to the page with the whole list to choose from.

Beside a bare script that exchanges the code, asks for the list and reads each profile: what the provider takes. Our
browser is one that a person has: signed in, it follows to the run's page, hears its events, and fetches the page anew
when they say that the list is there. It renders nothing.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import httpx2
import orjson
import uvloop
from rich.console import Console

from bench.contenders import run_bare
from bench.harness.databases import PROVIDER, Practice
from bench.harness.journey import TRUST, ComingBack, RunWentWrongError, consent, warm_up
from bench.harness.servers import Servers, servers
from cli.demo.api import Api
from contracts.words.runs import Stage
from models.access import sessions
from models.kit.columns import now
from models.kit.database import Database
from runtime.embedded.processes import ProcessFailedError

MOST_OVER_BARE = 0.25
"""Seconds that our page may take longer than the script, in the median."""

_COOKIE = "clientsync"
_FIRST, _ROW = 'class="to-come"', 'name="choose"'
"""By which a name is known while it lists, and a row of the list to choose from."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Seconds since the browser came back.

    Attributes:
        came_back: Until the product leads on to the run's page.
        first: Until the first names are on it.
        whole: Until the page with all of them is there.
    """

    came_back: float
    first: float
    whole: float


async def list_once(running: Servers, organisations: int, reading: int) -> Listed:
    """List all organisations once, in a new database.

    Raises:
        RunWentWrongError: The page showed something else.
    """
    practice = await running.databases.fresh(organisations)
    async with running.product(practice, reading=reading):
        await warm_up(running, practice)
        async with Api(str(running.settings.public_url), practice.token) as api:
            await running.sandbox.forget()
            started = await api.start(PROVIDER)
            back = await consent(running, started.authorize_url, organisations)
        back.cookies.set(_COOKIE, await _session(practice), domain=httpx2.URL(back.callback).host)
        await running.databases.checkpoint()
        listed = await _looked(back, started.run_id, organisations)
    await running.sandbox.calls()  # which it takes into account before the next run
    return listed


async def _session(practice: Practice) -> str:
    """The secret of a session of the practice's admin."""
    database = Database(practice.url, pool_size=1)
    try:
        async with database.transaction() as session:
            hour = timedelta(hours=1)
            secret, _ = await sessions.begin(session, practice.colleague_id, browser="", at=now(), valid_for=hour)
            return secret
    finally:
        await database.close()


async def _looked(back: ComingBack, run_id: str, organisations: int) -> Listed:
    first: float | None = None
    page = f"/activity/{run_id}"
    origin = str(httpx2.URL(back.callback).join("/"))
    async with httpx2.AsyncClient(base_url=origin, cookies=back.cookies, timeout=60, verify=TRUST) as browser:
        began = time.perf_counter()
        answer = await browser.get(back.callback)
        came_back = time.perf_counter() - began
        if answer.headers.get("location", "").partition("?")[0] != page:
            raise RunWentWrongError("The browser did not come back to the run's page.")
        shown = (await browser.get(answer.headers["location"])).raise_for_status().text
        first = time.perf_counter() - began if _FIRST in shown else None
        if shown.count(_ROW) < organisations:
            async for news in _events(browser, f"{page}/events"):
                if first is None and _FIRST in news["progress"]:
                    first = time.perf_counter() - began
                if news["view"].partition("/")[0] == Stage.AWAITING_SELECTION:
                    break
            shown = (await browser.get(page)).raise_for_status().text
        whole = time.perf_counter() - began
    if shown.count(_ROW) != organisations:
        raise RunWentWrongError(f"The page has {shown.count(_ROW)} organisations to choose from.")
    return Listed(came_back, whole if first is None else first, whole)


async def _events(browser: httpx2.AsyncClient, path: str) -> Any:
    async with browser.stream("GET", path) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                yield orjson.loads(line.removeprefix("data:"))


async def compare(
    organisations: int, latency_ms: int, times: int, reading: int, console: Console
) -> tuple[list[float], list[Listed]]:
    """Run the bare script and ours in turn; seconds of each."""
    bare, ours = list[float](), list[Listed]()
    async with servers(organisations=organisations, latency_ms=latency_ms) as running:
        await run_bare(running, organisations, only_lists=True)  # the stand-in writes its books
        for _ in range(times):
            bare.append((await run_bare(running, organisations, only_lists=True)).listing)
            ours.append(await list_once(running, organisations, reading))
            told = ours[-1]
            console.print(
                f"bare {bare[-1]:.2f}; ours {told.came_back:.2f}, {told.first:.2f}, {told.whole:.2f}", style="dim"
            )
    return bare, ours


def verdict(bare: Sequence[float], ours: Sequence[Listed]) -> tuple[str, float]:
    """A line with the medians, and by how many seconds ours took longer, in the median of the pairs."""
    over = median(one.whole - other for one, other in zip(ours, bare, strict=True))
    came_back, first, whole = (median(getattr(one, name) for one in ours) for name in Listed.__slots__)
    line = (
        f"bare {median(bare):.2f} s; ours: back {came_back:.2f}, first names {first:.2f}, "
        f"the whole list {whole:.2f} s, {over:.2f} s over bare"
    )
    return line, over


def main() -> None:
    """Entry point of ``python -m bench.listing``; exit status 1 when it takes too long over bare."""
    parser = argparse.ArgumentParser(prog="python -m bench.listing", description=__doc__)
    parser.add_argument("--organisations", type=int, default=1_000)
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    parser.add_argument("--times", type=int, default=7, help="pairs of runs; medians count")
    parser.add_argument("--reading", type=int, default=2, help="processes that read for our worker")
    asked, console = parser.parse_args(), Console()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(compare(asked.organisations, asked.latency_ms, asked.times, asked.reading, console))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    line, over = verdict(*found)
    console.print(f"{asked.organisations} organisations: {line}", style="bold")
    if over > MOST_OVER_BARE:
        sys.exit(f"That is more than {MOST_OVER_BARE}.")


if __name__ == "__main__":
    main()
