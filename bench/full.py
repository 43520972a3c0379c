"""``make bench``: everything side by side in one run, at several sizes; half an hour and more, for a machine alone.

The bare script (with as many calls at once as one process of ours, and as two), ours with one reading process and ours
with two take turns on the same servers; the official SDK, one organisation after the other, on a sample. The largest
size would be decided by the app's limit of calls a minute, for which the bare script does not plan: there the two take
turns without limits, and then ours runs alone with them.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import orjson
import uvloop
from rich.console import Console

from bench import fair
from bench.contenders import run_bare, run_one_by_one, run_ours
from bench.harness.journey import RunWentWrongError
from bench.harness.servers import Servers, servers
from bench.reporting import document
from bench.reporting.results import Run, Size, Whole
from runtime.embedded.processes import ProcessFailedError

SAMPLE = 20
"""Organisations that are added one by one."""

FAIR_BESIDE = 1000
"""Organisations of the practice beside which a small one is timed."""


def main() -> None:
    """Entry point of ``python -m bench.full``."""
    asked = _arguments()
    console = Console(stderr=True)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            whole = runner.run(measure(asked.sizes, asked.largest, asked.latency_ms, asked.times, console))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    asked.out.write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2) + b"\n")
    if asked.write:
        document.write(whole, Path("docs"))
    print(document.table(whole))  # noqa: T201  # what was asked for


async def measure(sizes: list[int], largest: int, latency_ms: int, times: int, console: Console) -> Whole:
    """Run everything.

    Args:
        sizes: Organisations of the comparisons.
        largest: Organisations of the runs without limits and then against the app's; 0 for none.
        latency_ms: Mean wait of a provider call, give or take half.
        times: Runs of each in a comparison; medians count.
        console: Where progress is told.

    Raises:
        ProcessFailedError: A server or a process of ours did not come up.
        RunWentWrongError: A run did not end as it must.
    """
    measured = []
    one_by_one = 0.0
    fairness = None
    for organisations in sizes:
        console.print(f"{organisations} organisations", style="bold")
        async with servers(organisations=organisations, latency_ms=latency_ms) as running:
            measured.append(await _compare(running, organisations, times, console, reading=(1, 2)))
            if organisations == max(sizes):
                one_by_one = await run_one_by_one(running, min(SAMPLE, organisations))
                if organisations >= FAIR_BESIDE:
                    fairness = await fair.measure(running, organisations, reading=2, times=times)
                    console.print(f"small practice {fairness.alone:.2f} s, beside {fairness.beside:.2f} s", style="dim")
    if largest:
        async with servers(organisations=largest, latency_ms=latency_ms) as running:
            console.print(f"{largest} organisations, without limits", style="bold")
            async with running.without_limits() as unlimited:
                size = await _compare(unlimited, largest, times, console, reading=(2,))
            measured.append(replace(size, has_limits=False))
            console.print(f"{largest} organisations, against the app's limit", style="bold")
            alone = [_told(console, await _ours(running, largest, 2)) for _ in range(times)]
            measured.append(Size(largest, alone))
    return Whole(latency_ms, measured, one_by_one, fairness)


async def _compare(
    running: Servers, organisations: int, times: int, console: Console, *, reading: Sequence[int]
) -> Size:
    """The bare script and ours in turn, with so many reading processes."""
    await run_bare(running, organisations)  # the stand-in writes its books
    runs: list[Run] = []
    for _ in range(times):
        runs += [_told(console, await _bare(running, organisations, number)) for number in (1, 2)]
        runs += [_told(console, await _ours(running, organisations, number)) for number in reading]
    return Size(organisations, runs)


async def _bare(running: Servers, organisations: int, beside: int) -> Run:
    return Run(f"bare, {beside}", await run_bare(running, organisations, beside=beside))


async def _ours(running: Servers, organisations: int, reading: int) -> Run:
    return Run(f"ours, {reading}", await run_ours(running, organisations, reading=reading))


def _told(console: Console, run: Run) -> Run:
    console.print(f"{run.contender} {run.timing.total:.2f} s", style="dim")
    return run


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.full", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000], help="organisations of the comparisons")
    parser.add_argument("--largest", type=int, default=5000, help="of the runs without and with limits; 0 for none")
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    parser.add_argument("--times", type=int, default=3, help="runs of each; medians count")
    parser.add_argument("--out", type=Path, default=Path("bench-results.json"), help="everything, as JSON")
    parser.add_argument("--write", action="store_true", help="put table and plot into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
