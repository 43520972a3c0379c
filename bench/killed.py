"""``make bench-killed``: ``kill -9`` of the only worker in the middle of a run, while another one starts at once.

What counts is after how many seconds work goes on, and what the whole run takes in time and calls beside one that
nobody disturbs, in the same run on the same servers.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import uvloop
from rich.console import Console

from bench.harness.databases import Practice
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
        silence: After the kill, seconds until the next clients were done; None in a run without one.
    """

    seconds: float
    calls: int
    silence: float | None = None


async def run_once(running: Servers, organisations: int, *, is_killed: bool) -> Run:
    """Add all organisations with one worker, killed when a third of them are done, or not.

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
            silence = None
            if is_killed:
                await _done(api, run_id, organisations // 3)
                silence = await _killed(running, practice, api, run_id, pids["worker"])
            ended = await until(api, run_id, Stage.FINISHED, LOOK_SECONDS)
        counted = await running.sandbox.calls_by_path()
    if ended.result is not Result.COMPLETED or ended.finished_at is None:
        raise RunWentWrongError(f"Our run ended {ended.result}: {ended.counts}, {ended.causes}.")
    calls = sum(number for path, number in counted.items() if READS.TOKEN_PATH not in path)
    return Run((ended.finished_at - chosen).total_seconds(), calls, silence)


async def _killed(running: Servers, practice: Practice, api: Api, run_id: str, worker: int) -> float:
    """Kill the worker, start another one, and wait until more is done; gives the seconds since the kill."""
    os.kill(worker, signal.SIGKILL)
    killed = time.perf_counter()
    done = await _done(api, run_id, 0)
    argv = [sys.executable, "-m", "worker"]
    await running.stack.start("worker-again", argv, environment=environment_of(running.on(practice)))
    await _done(api, run_id, done + 1)
    return time.perf_counter() - killed


async def _done(api: Api, run_id: str, least: int) -> int:
    while True:
        seen = await api.progress(run_id)
        if (done := seen.counts.get(Outcome.CREATED, 0)) >= least or seen.stage is Stage.FINISHED:
            return done
        await asyncio.sleep(LOOK_SECONDS)


async def measure(organisations: int, latency_ms: int) -> tuple[Run, Run]:
    """One run that nobody disturbs, and one whose worker is killed."""
    async with servers(organisations=organisations, latency_ms=latency_ms) as running, running.without_limits() as free:
        plain = await run_once(free, organisations, is_killed=False)
        return plain, await run_once(free, organisations, is_killed=True)


def main() -> None:
    """Entry point of ``python -m bench.killed``; exit status 1 when a budget is not kept or a run went wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.killed", description=__doc__)
    parser.add_argument("--organisations", type=int, default=1_000)
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    asked = parser.parse_args()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            plain, killed = runner.run(measure(asked.organisations, asked.latency_ms))
    except (ProcessFailedError, RunWentWrongError) as error:
        sys.exit(str(error))
    ratio, calls = killed.seconds / plain.seconds, killed.calls / plain.calls
    silence = killed.silence or 0.0
    Console().print(
        f"{asked.organisations} organisations, one worker: {plain.seconds:.1f} s undisturbed, {killed.seconds:.1f} s "
        f"with a kill ({ratio:.2f}); work went on after {silence:.1f} s; calls {calls:.2f}."
    )
    if silence > HIGHEST_SILENCE or ratio > HIGHEST_RATIO or calls > HIGHEST_CALLS:
        sys.exit(f"More than {HIGHEST_SILENCE:.0f} s, {HIGHEST_RATIO} and {HIGHEST_CALLS}.")


if __name__ == "__main__":
    main()
