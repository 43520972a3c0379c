"""Measures whether a small practice waits for a big one: three clients alone, then beside a thousand others."""

from datetime import UTC, datetime
from statistics import median

from bench.harness.databases import PROVIDER, Practice
from bench.harness.journey import LOOK_SECONDS, RunWentWrongError, all_of, come_back, consent, until, warm_up
from bench.harness.servers import Servers
from bench.reporting.results import Fairness
from cli.demo.api import Api
from contracts.words.runs import Result, Stage

SMALL = 3
"""Clients of the small practice."""

SMALL_RUNS = 3
"""Of each kind, beside one big run; the middle one counts."""


async def measure(servers: Servers, organisations: int, *, reading: int, times: int) -> Fairness:
    """Run small practices alone and beside a big one, several times; the middle ratio counts.

    Args:
        servers: The running servers.
        organisations: How many clients the big practice has.
        reading: How many processes read for the worker.
        times: How many big runs.

    Raises:
        RunWentWrongError: The big run ended before the small ones, or one did not end well.
    """
    compared = [await _compare(servers, organisations, reading) for _ in range(times)]
    return sorted(compared, key=lambda one: one.beside / one.alone)[times // 2]


async def _compare(servers: Servers, organisations: int, reading: int) -> Fairness:
    await servers.sandbox.forget()  # where the app's minute has no room for the big run, it waits for another
    big = await servers.databases.fresh(organisations)
    async with servers.product(big, reading=reading):
        await warm_up(servers, big)
        # Listed before: a thousand take seconds only.
        smalls = [await _small(servers, big) for _ in range(2 * SMALL_RUNS)]
        alone = median([await _chosen(servers, *small) for small in smalls[:SMALL_RUNS]])
        async with Api(str(servers.settings.public_url), big.token) as api:
            run_id = await _listed(servers, api, None)
            await api.select(run_id, await all_of(api, run_id))
            await until(api, run_id, Stage.PULLING, LOOK_SECONDS)
            beside = median([await _chosen(servers, *small) for small in smalls[SMALL_RUNS:]])
            if (await api.progress(run_id)).stage is not Stage.PULLING:
                raise RunWentWrongError("The big run ended too early for a comparison.")
            await until(api, run_id, Stage.FINISHED, LOOK_SECONDS)
    await servers.sandbox.calls()  # which it takes into account before the next run
    return Fairness(alone, beside)


async def _small(servers: Servers, big: Practice) -> tuple[Practice, str]:
    """Create a small practice with a run that waits for its choice."""
    small = await servers.databases.another(big, SMALL)
    async with Api(str(servers.settings.public_url), small.token) as api:
        return small, await _listed(servers, api, SMALL)


async def _chosen(servers: Servers, small: Practice, run_id: str) -> float:
    """Seconds from the choice to the end of a small practice's run."""
    async with Api(str(servers.settings.public_url), small.token) as api:
        choice = await all_of(api, run_id, SMALL)  # what this sign-in has allowed comes first
        chosen = datetime.now(UTC)
        await api.select(run_id, choice)
        ended = await until(api, run_id, Stage.FINISHED, LOOK_SECONDS)
        if ended.result is not Result.COMPLETED or ended.finished_at is None:
            raise RunWentWrongError(f"A small run ended {ended.result}.")
        return (ended.finished_at - chosen).total_seconds()


async def _listed(servers: Servers, api: Api, organisations: int | None) -> str:
    started = await api.start(PROVIDER)
    await come_back(await consent(servers, started.authorize_url, organisations))
    await until(api, started.run_id, Stage.AWAITING_SELECTION, LOOK_SECONDS)
    return started.run_id
