"""``make bench-killed``: ``kill -9`` of the only worker in the middle of a run, while another one starts at once.

What counts is after how many seconds work goes on, and what the whole run takes in time and calls beside one that
nobody disturbs, in the same run on the same servers. With ``--all-processes`` its processes that read are killed too,
as when its container is.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import uvloop
from rich.console import Console

from bench.harness.accounting import family
from bench.harness.journey import LOOK_SECONDS, RunWentWrongError, listed, until, warm_up
from bench.harness.sandbox import READS
from bench.harness.servers import Servers, servers
from cli.demo.api import Api
from contracts.words.runs import Outcome, Result, Stage
from runtime.embedded.processes import ProcessFailedError
from runtime.embedded.stack import environment_of

HIGHEST_SILENCE, HIGHEST_RATIO, HIGHEST_CALLS = 12.0, 1.3, 1.1


@dataclass(frozen=True, slots=True)
class Run:
    """A run of all organisations.

    Attributes:
        seconds: From the choice to its end.
        calls: Of the provider's lists.
        silence: After a kill, seconds until the next clients were done, the most; 0 in a run without one.
    """

    seconds: float
    calls: int
    silence: float = 0.0


@dataclass(frozen=True, slots=True)
class Kills:
    """What is killed in a run.

    Attributes:
        number: How often the worker is, each time when its share of the clients is done.
        all_processes: Whether its processes that read are killed with it.
    """

    number: int
    all_processes: bool


async def run_once(running: Servers, organisations: int, kills: Kills | None) -> Run:
    """Add all organisations with one worker at a time.

    Raises:
        RunWentWrongError: It did not end as it must.
    """
    practice = await running.databases.fresh(organisations)
    async with running.product(practice) as pids:
        await warm_up(running, practice)
        await running.databases.checkpoint()
        async with Api(str(running.settings.public_url), practice.token) as api:
            run_id, choice = await listed(running, api, organisations)
            chosen = datetime.now(UTC)
            await api.select(run_id, choice)
            silence, worker, number = 0.0, pids["worker"], kills.number if kills else 0
            for place in range(number):
                await _done(api, run_id, organisations * (place + 1) // (number + 2))
                _kill(worker, is_all=kills is not None and kills.all_processes)
                killed, done = time.perf_counter(), await _done(api, run_id, 0)
                environment = environment_of(running.on(practice))
                argv = [sys.executable, "-m", "worker"]
                worker = (await running.stack.start(f"worker-{place}", argv, environment=environment)).pid
                await _done(api, run_id, done + 1)
                silence = max(silence, time.perf_counter() - killed)
            ended = await until(api, run_id, Stage.FINISHED, LOOK_SECONDS)
        counted = await running.sandbox.calls_by_path()
    if ended.result is not Result.COMPLETED or ended.finished_at is None:
        raise RunWentWrongError(f"Our run ended {ended.result}: {ended.counts}, {ended.causes}.")
    calls = sum(number for path, number in counted.items() if READS.TOKEN_PATH not in path)
    return Run((ended.finished_at - chosen).total_seconds(), calls, silence)


def _kill(worker: int, *, is_all: bool) -> None:
    for pid in family(worker) if is_all else [worker]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def _done(api: Api, run_id: str, least: int) -> int:
    while True:
        seen = await api.progress(run_id)
        if (done := seen.counts.get(Outcome.CREATED, 0)) >= least or seen.stage is Stage.FINISHED:
            return done
        await asyncio.sleep(LOOK_SECONDS)


async def measure(organisations: int, latency_ms: int, kills: Kills) -> tuple[Run, Run]:
    """One run that nobody disturbs, and one whose worker is killed."""
    async with servers(organisations=organisations, latency_ms=latency_ms) as running, running.without_limits() as free:
        plain = await run_once(free, organisations, None)
        return plain, await run_once(free, organisations, kills)


def main() -> None:
    """Entry point of ``python -m bench.killed``; exit status 1 when a budget is not kept or a run went wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.killed", description=__doc__)
    parser.add_argument("--organisations", type=int, default=1_000)
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    parser.add_argument("--kills", type=int, default=1, help="how often the worker is killed")
    parser.add_argument("--all-processes", action="store_true", help="kill its processes that read, too")
    asked = parser.parse_args()
    kills = Kills(asked.kills, asked.all_processes)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            plain, killed = runner.run(measure(asked.organisations, asked.latency_ms, kills))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    ratio, calls = killed.seconds / plain.seconds, killed.calls / plain.calls
    silence = killed.silence
    Console().print(
        f"{asked.organisations} organisations, one worker: {plain.seconds:.1f} s undisturbed, {killed.seconds:.1f} s "
        f"with {kills.number} kills ({ratio:.2f}); work went on after {silence:.1f} s; calls {calls:.2f}."
    )
    if silence > HIGHEST_SILENCE or ratio > HIGHEST_RATIO or calls > HIGHEST_CALLS:
        sys.exit(f"More than {HIGHEST_SILENCE:.0f} s, {HIGHEST_RATIO} and {HIGHEST_CALLS}.")


if __name__ == "__main__":
    main()
