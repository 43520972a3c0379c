"""``make bench``: everything side by side in one run, at several sizes; half an hour and more, for a machine alone.

The bare script, ours with one worker and ours with two take turns on the same servers; the official SDK, one
organisation after the other, on a sample. At the largest size ours runs alone: there, the app's limit of calls
a minute decides, for which the bare script does not plan.
"""

import argparse
import asyncio
import sys
from pathlib import Path

import orjson
import uvloop
from rich.console import Console

from bench import document, fair
from bench.contenders import run_bare, run_one_by_one, run_ours
from bench.journey import RunWentWrongError
from bench.results import Run, Size, Whole
from bench.servers import servers
from runtime.processes import ProcessFailedError

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
        largest: Organisations of the run against the app's limit; 0 for none.
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
            await run_bare(running, organisations)  # the stand-in writes its books
            runs: list[Run] = []
            for _ in range(times):
                runs.append(Run("bare", await run_bare(running, organisations)))
                runs.append(Run("ours, 1", await run_ours(running, organisations, workers=1)))
                runs.append(Run("ours, 2", await run_ours(running, organisations, workers=2)))
                words = (f"{run.contender} {run.timing.total:.2f} s" for run in runs[-3:])
                console.print(", ".join(words), style="dim")
            measured.append(Size(organisations, runs))
            if organisations == max(sizes):
                one_by_one = await run_one_by_one(running, min(SAMPLE, organisations))
                if organisations >= FAIR_BESIDE:
                    fairness = await fair.measure(running, organisations, workers=2, times=times)
                    console.print(f"small practice {fairness.alone:.2f} s, beside {fairness.beside:.2f} s", style="dim")
    if largest:
        console.print(f"{largest} organisations, against the app's limit", style="bold")
        async with servers(organisations=largest, latency_ms=latency_ms) as running:
            runs = []
            for _ in range(times):
                runs.append(Run("ours, 2", await run_ours(running, largest, workers=2)))
                console.print(f"ours, 2 {runs[-1].timing.total:.2f} s", style="dim")
            measured.append(Size(largest, runs))
    return Whole(latency_ms, measured, one_by_one, fairness)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.full", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000], help="organisations of the comparisons")
    parser.add_argument("--largest", type=int, default=5000, help="of the run against the app's limit; 0 for none")
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    parser.add_argument("--times", type=int, default=3, help="runs of each; medians count")
    parser.add_argument("--out", type=Path, default=Path("bench-results.json"), help="everything, as JSON")
    parser.add_argument("--write", action="store_true", help="put table and plot into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
