"""``make bench-quick``, about a minute: our run beside a bare script, in turn, in one go on the same servers."""

import argparse
import asyncio
import sys
from functools import partial

import orjson
import uvloop
from rich.console import Console

from bench.contenders import run_bare, run_ours
from bench.harness.journey import RunWentWrongError
from bench.harness.servers import servers
from bench.reporting import report
from bench.reporting.results import Comparison, Timing
from runtime.embedded.processes import ProcessFailedError

HIGHEST_RATIO = 2.0
"""Ours ÷ bare may not be more than this."""


def main() -> None:
    """Entry point of ``python -m bench.quick``; exit status 1 when the ratio is too high or a run went wrong."""
    asked = _arguments()
    console = Console(stderr=asked.json)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            comparison = runner.run(compare(asked.organisations, asked.latency_ms, asked.times, asked.reading, console))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    for table in report.tables(comparison):
        console.print(table)
    if asked.json:
        sys.stdout.buffer.write(orjson.dumps(report.data(comparison), option=orjson.OPT_INDENT_2) + b"\n")
    if differing := comparison.differing_tables():
        sys.exit(f"The two did not store the same: {differing} (table: bare's rows, ours).")
    if warning := report.warning(comparison):
        console.print(warning, style="yellow")
    console.print(report.verdict(comparison), style="bold")
    if comparison.ratio() > HIGHEST_RATIO:
        sys.exit(f"That is more than {HIGHEST_RATIO}.")


async def compare(organisations: int, latency_ms: int, times: int, reading: int, console: Console) -> Comparison:
    """Run the bare script and ours in turn.

    Args:
        organisations: How many are added in each run.
        latency_ms: Mean wait of a provider call, give or take half.
        times: How many runs of each.
        reading: How many processes read for our worker.
        console: Where progress is shown.

    Raises:
        ProcessFailedError: A server or a process of ours did not come up.
        RunWentWrongError: A run did not end as it must.
    """
    bare: list[Timing] = []
    ours: list[Timing] = []
    async with servers(organisations=organisations, latency_ms=latency_ms) as running:
        with console.status("Warming up: the stand-in writes its books"):
            await run_bare(running, organisations)
        for number in range(1, times + 1):
            for name, run, timings in (
                ("bare", partial(run_bare, beside=reading), bare),
                ("ours", partial(run_ours, reading=reading), ours),
            ):
                with console.status(f"{name}, {number} of {times}"):
                    timings.append(await run(running, organisations))
                console.print(f"{name} {timings[-1].listing:.2f} + {timings[-1].adding:.2f} s", style="dim")
    return Comparison(organisations, latency_ms, bare, ours)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.quick", description=__doc__)
    parser.add_argument("--organisations", type=int, default=300)
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    parser.add_argument("--times", type=int, default=2, help="runs of each; medians count")
    parser.add_argument("--reading", type=int, default=2, help="processes that read for our worker")
    parser.add_argument("--json", action="store_true", help="results as JSON on standard output")
    return parser.parse_args()


if __name__ == "__main__":
    main()
