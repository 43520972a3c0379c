"""``make bench-due``: nights in which every client's lists are due, beside the first pull of the same clients.

All in one run on the same servers and processes: everything is added; then each night finds all as it is a day after it
was read: with the whole read of the week due, for the first time; with nothing changed; with one contact in fifty
changed; and with the whole read due again.
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

from bench.contenders import LOOK_WHILE_PULLING_SECONDS, run_bare
from bench.harness import accounting
from bench.harness.databases import COUNTED, Practice
from bench.harness.histories import history_of
from bench.harness.journey import RunWentWrongError, listed, until, warm_up
from bench.harness.sandbox import READS
from bench.harness.servers import Servers, servers
from cli.demo.api import Api
from contracts.words.names import check_now_id
from contracts.words.runs import Result, Stage
from runtime.embedded.processes import ProcessFailedError
from starter.bootstrap import open_operations

HIGHEST_UNCHANGED, HIGHEST_CHANGED, HIGHEST_CALLS = 0.4, 0.5, 3.0
"""A night's time by that of the first pull, and a client's calls a night over a week, may not be more than this."""

CHANGED_IN = 50
"""One contact of so many is changed."""

_NIGHTS = (
    ("whole read of the week, the first", 7),
    ("nothing changed", 1),
    ("2 % changed", 1),
    ("whole read of the week", 7),
)
"""A client's first whole read at night gives its answers their fingerprints; all other nights of its life follow."""

_A_DAY_LATER = """
    UPDATE receipts
    SET pulled_at = now() - interval '{days} days', attempted_at = now() - interval '{days} days',
        answered_at = now() - interval '{days} days';
    UPDATE connections
    SET next_refresh_at = now() - interval '1 minute', last_good_at = now() - interval '1 day',
        contacts_complete_at = now() - interval '{days} days';
"""


_RECORDS = " UNION ALL ".join(
    f"SELECT sum(octet_length(record)) FROM {table}"  # noqa: S608  # our own tables' names
    for table in COUNTED
    if table not in {"clients", "connections", "receipts"}
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One pull of all clients, of which all but the seconds is for each client.

    Attributes:
        seconds: Wall time.
        calls: Calls of lists.
        cpu_ms: CPU time in milliseconds by process, with those that read for the worker.
        events: Events in Temporal's histories.
        history_bytes: Bytes of them, sealed.
        actions: Events for which Temporal's cloud charges.
    """

    seconds: float
    calls: float
    cpu_ms: Mapping[str, float]
    events: float
    history_bytes: float
    actions: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a client after its first pull, in bytes.

    Attributes:
        database: Of the database, indexes included.
        records: Of them, records as the provider sent them: about what a whole read takes over the line.
    """

    database: float
    records: float


class Meter:
    """Takes the time, the CPU time and the history of one pull of all clients.

    Args:
        running: The servers.
        practice: Whose clients.
        processes: Process ids by name.
        clients: How many there are.
    """

    def __init__(self, running: Servers, practice: Practice, processes: Mapping[str, int], clients: int) -> None:
        self._running, self._practice = running, practice
        self._processes, self.clients = {**processes, **running.processes}, clients

    def begin(self) -> None:
        """From here on."""
        self._began, self._before = datetime.now(UTC), accounting.snapshot(self._processes)

    async def end(self, seconds: float, workflow_id: str, *, is_night: bool) -> Measured:
        """What was used until now, of a pull that took so long; nights have one workflow id, one after the other."""
        used = accounting.usage(self._before, accounting.snapshot(self._processes), self._processes).cpu_seconds
        cpu_ms: dict[str, float] = {}
        for name, spent in used.items():
            kind = "worker" if name.startswith("worker") else name
            cpu_ms[kind] = cpu_ms.get(kind, 0.0) + spent * 1000 / self.clients
        counted = await self._running.sandbox.calls_by_path()
        calls = sum(number for path, number in counted.items() if READS.TOKEN_PATH not in path)
        history = await history_of(self._running, self._practice, workflow_id, self._began if is_night else None)
        each = self.clients
        return Measured(
            seconds, calls / each, cpu_ms, history.events / each, history.bytes / each, history.actions / each
        )


async def measure(clients: int, latency_ms: int, reading: int, console: Console) -> tuple[Mapping[str, Measured], Kept]:
    """Add clients and let nights come.

    Args:
        clients: How many.
        latency_ms: Mean wait of a provider call, give or take half.
        reading: How many processes read for the worker.
        console: Where progress is shown.
    """
    found: dict[str, Measured] = {}
    async with servers(organisations=clients, latency_ms=latency_ms) as limited, limited.without_limits() as running:
        with console.status("The stand-in writes its books"):
            await run_bare(running, clients)
        practice = await running.databases.fresh(clients)
        async with running.product(practice, reading=reading) as processes:
            await warm_up(running, practice)
            await running.databases.checkpoint()
            meter, before = Meter(running, practice, processes, clients), await _sizes(practice)
            with console.status("Adding"):
                found["first pull"] = await _added(running, practice, meter)
            after = await _sizes(practice)
            kept = Kept(*((late - early) / clients for early, late in zip(before, after, strict=True)))
            for name, days in _NIGHTS:
                with console.status(name):
                    await _a_day_later(practice, days)
                    if name == "2 % changed":
                        await _change(running)
                    found[name] = await _night(running, practice, meter, clients)
    return found, kept


async def _sizes(practice: Practice) -> tuple[int, int]:
    connection = await asyncpg.connect(practice.url.replace("+asyncpg", ""))
    try:
        records = sum(row[0] or 0 for row in await connection.fetch(_RECORDS))
        return await connection.fetchval("SELECT pg_database_size(current_database())"), records
    finally:
        await connection.close()


async def _added(running: Servers, practice: Practice, meter: Meter) -> Measured:
    async with Api(str(running.settings.public_url), practice.token) as api:
        run_id, choice = await listed(running, api, meter.clients)
        meter.begin()
        chosen = datetime.now(UTC)
        await api.select(run_id, choice)
        ended = await until(api, run_id, Stage.FINISHED, LOOK_WHILE_PULLING_SECONDS)
    if ended.result is not Result.COMPLETED or ended.finished_at is None:
        raise RunWentWrongError(f"Our run ended {ended.result}: {ended.counts}, {ended.causes}.")
    return await meter.end((ended.finished_at - chosen).total_seconds(), run_id, is_night=False)


async def _night(running: Servers, practice: Practice, meter: Meter, clients: int) -> Measured:
    await running.databases.checkpoint()
    await running.sandbox.zero()
    async with open_operations(running.on(practice)) as operations:
        actor = await operations.colleagues.by_id(practice.colleague_id)
        meter.begin()
        began = time.perf_counter()
        report = await operations.health.check(actor, lambda _: None)
        seconds = time.perf_counter() - began
    if report.refreshed < clients or report.causes:
        raise RunWentWrongError(f"The night refreshed {report.refreshed} of {clients}: {report.causes}.")
    return await meter.end(seconds, check_now_id(actor.practice_slug), is_night=True)


async def _a_day_later(practice: Practice, days: int) -> None:
    connection = await asyncpg.connect(practice.url.replace("+asyncpg", ""))
    try:
        await connection.execute(_A_DAY_LATER.format(days=days))
    finally:
        await connection.close()


async def _change(running: Servers) -> None:
    of, key, name = READS.NAMES
    async with httpx2.AsyncClient(base_url=running.sandbox.url, timeout=60) as http:
        state = (await http.get("/sandbox/api/state")).raise_for_status().json()
        for one in state["organisations"]:
            place = f"/sandbox/api/organisations/{one['organisation_id']}"
            contacts = (await http.get(f"{place}/books")).raise_for_status().json()[of]
            for contact in contacts[::-CHANGED_IN]:
                words = {"list": of, "id": contact[key], "fields": {name: f"{contact[name]} & Co"}}
                (await http.post(f"{place}/records", json=words)).raise_for_status()


def main() -> None:
    """Entry point of ``python -m bench.due_nights``; exit status 1 when a budget is not kept or a run went wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.due_nights", description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    parser.add_argument("--reading", type=int, default=2, help="processes that read for the worker")
    parser.add_argument("--json", action="store_true", help="results as JSON on standard output")
    asked = parser.parse_args()
    console = Console(stderr=asked.json)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found, kept = runner.run(measure(asked.clients, asked.latency_ms, asked.reading, console))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    first, _, usual, changed, whole = found.values()
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
        words = {"date": datetime.now(UTC).date(), "clients": asked.clients, "workers": asked.reading}
        data = {**words, "pulls": dict(found), "kept": kept}
        sys.stdout.buffer.write(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
    if usual.seconds > HIGHEST_UNCHANGED * first.seconds or changed.seconds > HIGHEST_CHANGED * first.seconds:
        sys.exit(f"More than {HIGHEST_UNCHANGED} and {HIGHEST_CHANGED} of the first pull.")
    if every_second > HIGHEST_CALLS:
        sys.exit(f"More than {HIGHEST_CALLS} calls.")


if __name__ == "__main__":
    main()
