"""``make bench-memory``: what a worker's memory grows to while clients with long lists are added.

For each number of contacts, clients are added twice: first so that the stand-in has written its books, and then by new
processes, of which the one with the greatest resident memory counts.
"""

import argparse
import asyncio
import sys
from dataclasses import dataclass

import httpx2
import uvloop
from rich.console import Console
from rich.table import Table

from bench.contenders import run_ours
from bench.harness.journey import RunWentWrongError
from bench.harness.servers import Servers, servers
from runtime.embedded.processes import ProcessFailedError


@dataclass(frozen=True, slots=True)
class Size:
    """What is measured.

    Attributes:
        clients: How many are added.
        contacts: How many each has.
        megabytes: The most that a process of the worker may take.
    """

    clients: int
    contacts: int
    megabytes: int


SIZES = (Size(300, 100, 220), Size(100, 2_000, 260), Size(24, 20_000, 300))


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one size: the peak of the worker's largest process in megabytes, the seconds of adding, and CPU seconds."""

    size: Size
    megabytes: float
    seconds: float
    cpu: float
    postgres: float


async def measure(running: Servers, size: Size, reading: int) -> Measured:
    """Add the clients twice.

    Raises:
        RunWentWrongError: A run did not end as it must.
    """
    async with httpx2.AsyncClient(base_url=running.sandbox.url, timeout=60) as http:
        words = {"organisations": size.clients, "people": 1}
        state = (await http.post("/sandbox/api/reset", json=words)).raise_for_status().json()
        for one in state["organisations"]:
            place = f"/sandbox/api/organisations/{one['organisation_id']}"
            (await http.post(place, json={"contacts": size.contacts})).raise_for_status()
    await run_ours(running, size.clients, reading=reading)
    timing = await run_ours(running, size.clients, reading=reading)
    peak, used = timing.usage.peak_bytes["worker"] / 1e6, timing.usage.cpu_seconds
    return Measured(size, peak, timing.adding, used["worker"], used["PostgreSQL"])


async def _all(sizes: list[Size], latency_ms: int, reading: int, console: Console) -> list[Measured]:
    most = max(size.clients for size in sizes)
    async with servers(organisations=most, latency_ms=latency_ms) as running, running.without_limits() as free:
        measured = []
        for size in sizes:
            measured.append(await measure(free, size, reading))
            console.print(measured[-1])
        return measured


def main() -> None:
    """Entry point of ``python -m bench.memory``; exit status 1 when a budget is not kept or a run went wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    parser.add_argument("--reading", type=int, default=2, help="processes that read for the worker")
    parser.add_argument("--contacts", type=int, nargs="*", default=[size.contacts for size in SIZES])
    parser.add_argument("--clients", type=int, help="as many of each size, instead of the usual number")
    asked = parser.parse_args()
    sizes = [
        Size(asked.clients or one.clients, one.contacts, one.megabytes)
        for one in SIZES
        if one.contacts in asked.contacts
    ]
    console = Console()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            measured = runner.run(_all(sizes, asked.latency_ms, asked.reading, console))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    table = Table("clients", "contacts each", "peak MB", "at most", "adding, s", "worker's CPU s", "PostgreSQL's CPU s")
    for one in measured:
        size = one.size
        numbers = (
            size.clients,
            f"{size.contacts:,}",
            f"{one.megabytes:.0f}",
            size.megabytes,
            f"{one.seconds:.1f}",
            f"{one.cpu:.1f}",
            f"{one.postgres:.1f}",
        )
        table.add_row(*map(str, numbers))
    console.print(table)
    if any(one.megabytes > one.size.megabytes for one in measured):
        sys.exit("More than a worker may take.")


if __name__ == "__main__":
    main()
