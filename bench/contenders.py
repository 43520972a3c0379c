"""The runs that are compared; each has a database of its own and is measured in the same way."""

import asyncio
import secrets
import sys
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import orjson

from bench.baselines import bare, one_by_one
from bench.harness import accounting
from bench.harness.databases import PROVIDER, Practice, add_grant, count_rows
from bench.harness.histories import history_of
from bench.harness.journey import (
    LOOK_SECONDS,
    RunWentWrongError,
    all_of,
    come_back,
    last_consent,
    until,
    until_listed,
    warm_up,
)
from bench.harness.minutes import whole_minutes
from bench.harness.sandbox import READS
from bench.harness.servers import Servers
from bench.reporting.results import Timing
from cli.demo.api import Api
from contracts.words.runs import Result, Stage
from providers import registry
from providers.port.provider import BegunSignIn
from starter.bootstrap import build_providers, open_database

LOOK_WHILE_PULLING_SECONDS = 1.0
"""As often as somebody's script would look; the run says itself when it ended."""


async def run_bare(servers: Servers, organisations: int, *, beside: int = 2, only_lists: bool = False) -> Timing:
    """Run the bare script once.

    Args:
        servers: The running servers.
        organisations: How many the stand-in has.
        beside: It makes as many calls at once as so many processes of ours that read; with 0, our worker itself reads.
        only_lists: Whether it ends with its list.
    """
    practice = await servers.databases.fresh(organisations)
    order = await _order(servers, practice, organisations, beside, only_lists=only_lists)
    command = [sys.executable, "-m", "bench.baselines.bare"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None  # noqa: S101  # both are pipes
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(order.model_dump_json().encode() + b"\n")
        await process.stdout.readline()
        await _count_from_here(servers)
        processes = {"script": process.pid, **servers.processes}
        before = accounting.snapshot(processes)
        process.stdin.write(b"go\n")
        answer = await process.stdout.readline()
        used = accounting.usage(before, accounting.snapshot(processes), processes)
        if not answer:
            raise RunWentWrongError("The bare script failed.")
    finally:
        process.stdin.close()
        await process.wait()
    times = bare.Times.model_validate_json(answer)
    calls = await servers.sandbox.calls()
    return Timing(times.listing, times.adding, await count_rows(practice), calls, used)


async def run_one_by_one(servers: Servers, sample: int) -> float:
    """Run the script with the official SDK on a sample; returns the seconds for one organisation."""
    practice = await servers.databases.fresh(sample)
    order = one_by_one.Sample(order=await _order(servers, practice, sample), organisations=sample)
    command = [sys.executable, "-m", "bench.baselines.one_by_one"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate(order.model_dump_json().encode() + b"\n")
    if process.returncode:
        raise RunWentWrongError("The script with the official SDK failed.")
    return float(answer)


async def run_ours(servers: Servers, organisations: int, *, reading: int = 1, is_warm: bool = True) -> Timing:
    """Run the product once, through its JSON API.

    Args:
        servers: The running servers.
        organisations: How many the stand-in has.
        reading: How many processes read for the worker.
        is_warm: Whether the processes first add a few clients of another practice, so that work which a process does
            only once is not measured.
    """
    practice = await servers.databases.fresh(organisations)
    async with servers.product(practice, reading=reading) as pids:
        processes = {**pids, **servers.processes}
        if is_warm:
            await warm_up(servers, practice)
        await servers.databases.checkpoint()
        there = await count_rows(practice)
        async with Api(str(servers.settings.public_url), practice.token) as api:
            await servers.sandbox.forget()
            started = await api.start(PROVIDER, READS.REGION)
            callback = await last_consent(servers, api, started, organisations)
            if READS.ONE_EACH:  # no time is taken of sign-ins, as of the script's
                await come_back(callback)
                await until_listed(api, started.run_id, organisations)
            await _count_from_here(servers)
            async with whole_minutes(servers.sandbox) as minutes:
                before = accounting.snapshot(processes)
                returned = datetime.now(UTC)
                if not READS.ONE_EACH:
                    await come_back(callback)
                await until(api, started.run_id, Stage.AWAITING_SELECTION, LOOK_SECONDS)
                listed = datetime.now(UTC)
                choice = await all_of(api, started.run_id)
                chosen = datetime.now(UTC)
                await api.select(started.run_id, choice)
                ended = await until(api, started.run_id, Stage.FINISHED, LOOK_WHILE_PULLING_SECONDS)
            used = accounting.usage(before, accounting.snapshot(processes), processes)
        if ended.result is not Result.COMPLETED or ended.finished_at is None:
            raise RunWentWrongError(f"Our run ended {ended.result}: {ended.counts}, {ended.causes}.")
        history = await history_of(servers, practice, started.run_id)
    return Timing(
        listing=(listed - returned).total_seconds(),
        adding=(ended.finished_at - chosen).total_seconds(),
        rows={table: rows - there[table] for table, rows in (await count_rows(practice)).items()},
        calls=await servers.sandbox.calls(),
        usage=used,
        history=history,
        minutes=minutes,
    )


async def _count_from_here(servers: Servers) -> None:
    """Leave the calls of sign-ins uncounted that no time is taken of."""
    if READS.ONE_EACH:
        await servers.sandbox.zero()


async def _order(
    servers: Servers, practice: Practice, organisations: int, beside: int = 1, *, only_lists: bool = False
) -> bare.Order:
    """The order for the bare script, with the code of a new sign-in, or of one for each organisation."""
    await servers.sandbox.forget()
    redirect_uri = f"{servers.settings.public_url}/connect/{PROVIDER}/callback"
    (app,) = registry.those_on(servers.settings.providers)
    forms, realms = list[dict[str, str]](), list[str]()
    for place in range(organisations if READS.ONE_EACH else 1):
        request = await _sign_in_request(servers, practice, redirect_uri)
        most = 1 if READS.ONE_EACH else None
        callback = await servers.sandbox.consent(request.address, organisations=most, first=place)
        brought = parse_qs(urlsplit(callback).query)
        form = {
            "grant_type": "authorization_code",
            "code": brought["code"][0],
            "redirect_uri": redirect_uri,
            "client_id": app.client_id or "",
            "client_secret": app.secret() or "",
        }
        kept = orjson.loads(request.kept)
        forms.append(form | ({"code_verifier": kept["code_verifier"]} if "code_verifier" in kept else {}))
        realms += brought.get(READS.ONE_EACH or "", [])
    grant_id = await add_grant(practice)
    await servers.databases.checkpoint()
    return bare.Order(
        token_url=f"{servers.sandbox.url}{READS.TOKEN_PATH}",
        token_forms=forms,
        realms=realms,
        api_url=servers.sandbox.url,
        database_url=practice.url.replace("+asyncpg", ""),
        practice_id=practice.practice_id,
        colleague_id=practice.colleague_id,
        grant_id=grant_id,
        calls_at_once=min(max(1, beside) * READS.CALLS_AT_ONCE, READS.MOST_AT_ONCE or sys.maxsize),
        only_lists=only_lists,
    )


async def _sign_in_request(servers: Servers, practice: Practice, redirect_uri: str) -> BegunSignIn:
    settings = servers.on(practice)
    async with open_database(settings) as database:
        (provider,) = build_providers(settings, database).values()
        try:
            return await provider.begin_sign_in(
                state=secrets.token_urlsafe(), redirect_uri=redirect_uri, region=READS.REGION
            )
        finally:
            await provider.close()
