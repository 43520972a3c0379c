"""``make bench-outage``, about four minutes: PostgreSQL gone in the middle of a run, for 25 and for 60 seconds.

Every process is there as in service, with the waits that it has in service. What counts is that every client is made
and none fails, and by how much the run takes longer than the outage and a run without one.
"""

import argparse
import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import uvloop
from rich.console import Console

from bench.harness.journey import LOOK_SECONDS, RunWentWrongError, listed, until, warm_up
from bench.harness.servers import Servers, servers
from cli.demo.api import Api
from contracts.words.runs import Outcome, Stage
from runtime.embedded.processes import ProcessFailedError

ORGANISATIONS = 120
OUTAGES = (25.0, 60.0)
"""Seconds: a restart with recovery, and a failover to another server."""

MOST_BEYOND = 20.0
"""Seconds that a run may take longer than the outage and a run without one together."""


@dataclass(frozen=True, slots=True)
class Survived:
    """A run with an outage.

    Attributes:
        outage: Seconds without PostgreSQL.
        seconds: Seconds from the choice to the end of the run.
        before: How many clients were done when PostgreSQL went away.
        counts: Numbers by outcome.
    """

    outage: float
    seconds: float
    before: int
    counts: dict[Outcome, int]


def main() -> None:
    """Entry point of ``python -m bench.outage``; exit status 1 when a client was not made, or it took too long."""
    asked = _arguments()
    console = Console()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runs = runner.run(measure(asked.organisations, asked.reading, (0.0, *asked.seconds), console))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    plain = runs[0].seconds
    if any(run.counts != {Outcome.CREATED: asked.organisations} for run in runs):
        sys.exit("Not every client was made.")
    if any(run.seconds - run.outage - plain > MOST_BEYOND for run in runs[1:]):
        sys.exit(f"A run took more than {MOST_BEYOND:.0f} s longer than its outage and a run without one.")


async def measure(
    organisations: int, reading: int, outages: tuple[float, ...], console: Console
) -> tuple[Survived, ...]:
    """Run once for each outage.

    Args:
        organisations: How many are added in each run.
        reading: Processes that read for the worker.
        outages: Seconds without PostgreSQL; 0 for none.
        console: Where results are shown, one line each.

    Raises:
        ProcessFailedError: A server or a process of ours did not come up.
        RunWentWrongError: A run did not end.
    """
    done: list[Survived] = []
    async with servers(organisations=organisations, latency_ms=400) as running:
        for outage in outages:
            run = await _survive(running, organisations, reading, outage)
            counts = ", ".join(f"{number} {outcome.value}" for outcome, number in run.counts.items())
            console.print(
                f"away for {run.outage:.0f} s with {run.before} done: {run.seconds:.1f} s from choice to end; {counts}"
            )
            done.append(run)
    return tuple(done)


async def _survive(servers: Servers, organisations: int, reading: int, outage: float) -> Survived:
    practice = await servers.databases.fresh(organisations)
    async with servers.product(practice, reading=reading):
        await warm_up(servers, practice)
        await servers.databases.checkpoint()
        async with Api(str(servers.settings.public_url), practice.token) as api:
            run_id, choice = await listed(servers, api, organisations)
            chosen, before = datetime.now(UTC), 0
            await api.select(run_id, choice)
            if outage:
                while not before:
                    await asyncio.sleep(LOOK_SECONDS)
                    before = (await api.progress(run_id)).counts.get(Outcome.CREATED, 0)
                async with servers.without_postgres():
                    await asyncio.sleep(outage)
            ended = await until(api, run_id, Stage.FINISHED, LOOK_SECONDS)
    if ended.finished_at is None:
        raise RunWentWrongError(f"Our run ended {ended.result}: {ended.counts}, {ended.causes}.")
    return Survived(outage, (ended.finished_at - chosen).total_seconds(), before, dict(ended.counts))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.outage", description=__doc__)
    parser.add_argument("--organisations", type=int, default=ORGANISATIONS)
    parser.add_argument("--reading", type=int, default=2, help="processes that read for the worker")
    parser.add_argument("--seconds", type=float, nargs="+", default=OUTAGES, help="without PostgreSQL, one run each")
    return parser.parse_args()


if __name__ == "__main__":
    main()
