"""``make bench-due``: nights in which every client's lists are due, beside the first pull of the same clients.

All in one run on the same servers and processes: everything is added; then each night finds all as it is a day after it
was read, with nothing changed, with one contact in fifty changed, and with the whole read of the week due.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import httpx2
import orjson
import uvloop
from rich.console import Console
from rich.table import Table

from bench.harness.databases import Practice
from bench.harness.journey import LOOK_SECONDS, RunWentWrongError, listed, until, warm_up
from bench.harness.sandbox import READS
from bench.harness.servers import Servers, servers
from cli.demo.api import Api
from contracts.words.runs import Result, Stage
from runtime.embedded.processes import ProcessFailedError
from starter.bootstrap import open_operations

HIGHEST_UNCHANGED, HIGHEST_CHANGED, HIGHEST_CALLS = 0.4, 0.5, 3.0
"""A night's time by that of the first pull, and a client's calls a night over a week, may not be more than this."""

CHANGED_IN = 50
"""One contact of so many is changed."""

_A_DAY_LATER = """
    UPDATE receipts SET pulled_at = now() - interval '{days} days', attempted_at = now() - interval '{days} days';
    UPDATE connections
    SET next_refresh_at = now() - interval '1 minute', last_good_at = now() - interval '1 day',
        contacts_complete_at = now() - interval '{days} days';
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One pull of all clients: its seconds, and its calls of lists for each client."""

    seconds: float
    calls: float


async def measure(clients: int, latency_ms: int, workers: int, console: Console) -> Mapping[str, Measured]:
    """Add clients and let nights come.

    Args:
        clients: How many.
        latency_ms: Mean wait of a provider call, give or take half.
        workers: How many worker processes.
        console: Where progress is shown.
    """
    found: dict[str, Measured] = {}
    async with servers(organisations=clients, latency_ms=latency_ms) as limited, limited.without_limits() as running:
        practice = await running.databases.fresh(clients)
        async with running.product(practice, workers=workers):
            await warm_up(running, practice)
            await running.databases.settle()
            with console.status("Adding"):
                found["first pull"] = await _added(running, practice, clients)
            for name, days in (("nothing changed", 1), ("2 % changed", 1), ("whole read of the week", 7)):
                with console.status(name):
                    await _a_day_later(practice, days)
                    if name == "2 % changed":
                        await _change(running)
                    found[name] = await _night(running, practice, clients)
    return found


async def _added(running: Servers, practice: Practice, clients: int) -> Measured:
    async with Api(str(running.settings.public_url), practice.token) as api:
        run_id, choice = await listed(running, api)
        chosen = datetime.now(UTC)
        await api.select(run_id, choice)
        ended = await until(api, run_id, Stage.FINISHED, LOOK_SECONDS)
    if ended.result is not Result.COMPLETED or ended.finished_at is None:
        raise RunWentWrongError(f"Our run ended {ended.result}: {ended.counts}, {ended.causes}.")
    return Measured((ended.finished_at - chosen).total_seconds(), await _calls(running, clients))


async def _night(running: Servers, practice: Practice, clients: int) -> Measured:
    await running.databases.settle()
    await running.sandbox.zero()
    async with open_operations(running.on(practice)) as operations:
        actor = await operations.colleagues.by_id(practice.colleague_id)
        began = time.perf_counter()
        report = await operations.health.check(actor, lambda _: None)
        seconds = time.perf_counter() - began
    if report.refreshed < clients or report.causes:
        raise RunWentWrongError(f"The night refreshed {report.refreshed} of {clients}: {report.causes}.")
    return Measured(seconds, await _calls(running, clients))


async def _calls(running: Servers, clients: int) -> float:
    counted = await running.sandbox.calls_by_path()
    return sum(number for path, number in counted.items() if READS.TOKEN_PATH not in path) / clients


async def _a_day_later(practice: Practice, days: int) -> None:
    connection = await asyncpg.connect(practice.url.replace("+asyncpg", ""))
    try:
        await connection.execute(_A_DAY_LATER.format(days=days))
    finally:
        await connection.close()


async def _change(running: Servers) -> None:
    async with httpx2.AsyncClient(base_url=running.sandbox.url, timeout=60) as http:
        state = (await http.get("/sandbox/api/state")).raise_for_status().json()
        for one in state["organisations"]:
            place = f"/sandbox/api/organisations/{one['organisation_id']}"
            contacts = (await http.get(f"{place}/books")).raise_for_status().json()["Contacts"]
            for contact in contacts[::-CHANGED_IN]:
                words = {"list": "Contacts", "id": contact["ContactID"], "fields": {"Name": f"{contact['Name']} & Co"}}
                (await http.post(f"{place}/records", json=words)).raise_for_status()


def main() -> None:
    """Entry point of ``python -m bench.due_nights``; exit status 1 when a budget is not kept or a run went wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.due_nights", description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="results as JSON on standard output")
    asked = parser.parse_args()
    console = Console(stderr=asked.json)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(measure(asked.clients, asked.latency_ms, asked.workers, console))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    first, usual, changed, whole = found.values()
    table = Table("", "s", "÷ first pull", "calls a client")
    for name, one in found.items():
        table.add_row(name, f"{one.seconds:.2f}", f"{one.seconds / first.seconds:.2f}", f"{one.calls:.2f}")
    console.print(table)
    # A usual night has a seventh of the clients in their turn. With 48 hours, a client is due in half the nights.
    without = (7 * usual.calls - whole.calls) / 6
    every_night, every_second = usual.calls, (2.5 * without + whole.calls) / 7
    console.print(
        f"Over a week: {every_night:.2f} calls a night where clients are due every night, "
        f"{every_second:.2f} with the usual 48 hours."
    )
    if asked.json:
        data = {name: {"seconds": one.seconds, "calls": one.calls} for name, one in found.items()}
        sys.stdout.buffer.write(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
    if usual.seconds > HIGHEST_UNCHANGED * first.seconds or changed.seconds > HIGHEST_CHANGED * first.seconds:
        sys.exit(f"More than {HIGHEST_UNCHANGED} and {HIGHEST_CHANGED} of the first pull.")
    if every_second > HIGHEST_CALLS:
        sys.exit(f"More than {HIGHEST_CALLS} calls.")


if __name__ == "__main__":
    main()
