"""``make bench-long-list``: one organisation with 150,000 contacts, read through a minute's limits and a killed worker.

The limits of the stand-in are on. When a part of the pages is there, the only worker is killed and another one starts.
What counts is how often each page was asked for, and that all contacts are stored.
"""

import argparse
import asyncio
import os
import signal
import sys
import time

import httpx2
import uvloop
from rich.console import Console

from bench.harness.databases import Practice, connect, count_rows
from bench.harness.journey import LOOK_SECONDS, RunWentWrongError, listed, until
from bench.harness.servers import Servers, servers
from cli.demo.api import Api
from contracts.words.runs import Result, Stage
from runtime.embedded.processes import ProcessFailedError
from runtime.embedded.stack import environment_of

PAGE_SIZE = 1_000
"""Contacts on a page, as they are asked for."""

KILLED_AT = 0.3
"""Of the pages."""

HIGHEST_CALLS = 1.1
"""Calls for contacts, without those that were refused, for each page: a list that was begun anew would take more."""


async def read_through(running: Servers, contacts: int) -> tuple[float, int, int]:
    """Add the organisation; gives the seconds, the calls for contacts, and how many of all calls were refused.

    Raises:
        RunWentWrongError: The run did not end as it must, or contacts are missing.
    """
    async with httpx2.AsyncClient(base_url=running.sandbox.url, timeout=300) as http:
        (one,) = (await http.get("/sandbox/api/state")).raise_for_status().json()["organisations"]
        place = f"/sandbox/api/organisations/{one['organisation_id']}"
        (await http.post(place, json={"contacts": contacts})).raise_for_status()
        practice = await running.databases.fresh(1)
        async with running.product(practice) as pids, Api(str(running.settings.public_url), practice.token) as api:
            run_id, choice = await listed(running, api, 1)
            began = time.perf_counter()
            await api.select(run_id, choice)
            await _staged(practice, int(contacts / PAGE_SIZE * KILLED_AT))
            os.kill(pids["worker"], signal.SIGKILL)
            argv = [sys.executable, "-m", "worker"]
            await running.stack.start("worker-again", argv, environment=environment_of(running.on(practice)))
            ended = await until(api, run_id, Stage.FINISHED, LOOK_SECONDS)
            seconds = time.perf_counter() - began
        counted = (await http.get("/sandbox/api/calls")).raise_for_status().json()
    if ended.result is not Result.COMPLETED:
        raise RunWentWrongError(f"Our run ended {ended.result}: {ended.counts}, {ended.causes}.")
    if (stored := (await count_rows(practice))["contacts"]) != contacts:
        raise RunWentWrongError(f"{stored:,} of {contacts:,} contacts are stored.")
    calls = sum(number for path, number in counted["by_path"].items() if "contacts" in path.lower())
    return seconds, calls, sum(counted["rejected_429"].values())


async def _staged(practice: Practice, pages: int) -> None:
    connection = await connect(practice.url)
    try:
        while (await connection.fetchval("SELECT max(pages) FROM stagings") or 0) < pages:  # noqa: ASYNC110  # of others
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await connection.close()


async def _measure(contacts: int, latency_ms: int) -> tuple[float, int, int]:
    async with servers(organisations=1, latency_ms=latency_ms) as running:
        return await read_through(running, contacts)


def main() -> None:
    """Entry point of ``python -m bench.long_list``; exit status 1 when pages were read again or a run went wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.long_list", description=__doc__)
    parser.add_argument("--contacts", type=int, default=150_000)
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    asked = parser.parse_args()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            seconds, calls, refused = runner.run(_measure(asked.contacts, asked.latency_ms))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    pages = -(-asked.contacts // PAGE_SIZE)
    Console().print(
        f"{asked.contacts:,} contacts on {pages} pages, with a kill: {seconds:.0f} s, {calls} calls for contacts, "
        f"{refused} calls refused by a limit."
    )
    if calls - refused > HIGHEST_CALLS * pages:
        sys.exit(f"More than {HIGHEST_CALLS} calls a page.")


if __name__ == "__main__":
    main()
