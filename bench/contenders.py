"""The runs that are compared, each on a database of its own, timed and accounted for in the same way."""

import asyncio
import secrets
import sys
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2

from bench import accounting, bare
from bench.databases import Practice, add_grant, count_rows
from bench.results import History, Timing
from bench.servers import Servers
from contracts.runs import Result, Stage
from contracts.selection import SelectedOrganisation, Selection
from providers.port import ConsentRequest
from runtime.temporal import connect
from starter.bootstrap import build_provider, open_database
from starter.demo.api import Api
from starter.web.answers import RunSummaryAnswer, StartedAnswer

LOOK_SECONDS = 0.05
"""Between two looks at our run while it lists; what this adds to the time counts against us."""

LOOK_WHILE_PULLING_SECONDS = 0.25
PATIENCE_SECONDS = 600.0

WARM_UP_ORGANISATIONS = 16
"""Two groups of a run, so that two workers have something to do."""


class RunWentWrongError(Exception):
    """A run did not end as it must; its time would mean nothing."""


async def run_bare(servers: Servers, organisations: int) -> Timing:
    """The bare script, once."""
    practice = await servers.databases.fresh(organisations)
    order = await _order(servers, practice)
    command = [sys.executable, "-m", "bench.bare"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None  # noqa: S101  # both are pipes
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(order.model_dump_json().encode() + b"\n")
        await process.stdout.readline()
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


async def run_ours(servers: Servers, organisations: int, *, workers: int = 1, is_warm: bool = True) -> Timing:
    """The product, once, through its JSON API.

    Args:
        servers: What it stands on.
        organisations: How many the stand-in has.
        workers: Worker processes.
        is_warm: Whether the processes have added a few of another practice's clients before, as they will have in
            service; what a process does once in its life is not timed then.
    """
    practice = await servers.databases.fresh(organisations)
    async with servers.product(practice, workers=workers) as pids:
        processes = {**pids, **servers.processes}
        if is_warm:
            await _warm_up(servers, practice)
        await servers.databases.settle()
        there = await count_rows(practice)
        async with Api(str(servers.settings.public_url), practice.token) as api:
            await servers.sandbox.forget()
            started = await api.start()
            callback = await _consent(servers, started)
            before = accounting.snapshot(processes)
            returned = datetime.now(UTC)
            await _come_back(callback)
            await _until(api, started.run_id, Stage.AWAITING_SELECTION, LOOK_SECONDS)
            listed = datetime.now(UTC)
            choice = await _all_of(api, started.run_id)
            chosen = datetime.now(UTC)
            await api.select(started.run_id, choice)
            ended = await _until(api, started.run_id, Stage.FINISHED, LOOK_WHILE_PULLING_SECONDS)
            used = accounting.usage(before, accounting.snapshot(processes), processes)
        if ended.result is not Result.COMPLETED or ended.finished_at is None:
            raise RunWentWrongError(f"Our run ended {ended.result}: {ended.counts}, {ended.causes}.")
        history = await _history(servers, practice, started.run_id)
    return Timing(
        listing=(listed - returned).total_seconds(),
        adding=(ended.finished_at - chosen).total_seconds(),
        rows={table: rows - there[table] for table, rows in (await count_rows(practice)).items()},
        calls=await servers.sandbox.calls(),
        usage=used,
        history=history,
    )


async def _warm_up(servers: Servers, practice: Practice) -> None:
    beside = await servers.databases.another(practice, WARM_UP_ORGANISATIONS)
    async with Api(str(servers.settings.public_url), beside.token) as api:
        await servers.sandbox.forget()
        started = await api.start()
        await _come_back(await _consent(servers, started, WARM_UP_ORGANISATIONS))
        await _until(api, started.run_id, Stage.AWAITING_SELECTION, LOOK_SECONDS)
        await api.select(started.run_id, await _all_of(api, started.run_id))
        await _until(api, started.run_id, Stage.FINISHED, LOOK_SECONDS)


async def _consent(servers: Servers, started: StartedAnswer, organisations: int | None = None) -> str:
    if started.authorize_url is None:
        raise RunWentWrongError("Our run asks for no sign-in.")
    return await servers.sandbox.consent(started.authorize_url, organisations=organisations)


async def _all_of(api: Api, run_id: str) -> Selection:
    listed = (await api.run(run_id)).organisations
    return Selection(organisations=tuple(SelectedOrganisation(organisation_id=row.organisation_id) for row in listed))


async def _order(servers: Servers, practice: Practice) -> bare.Order:
    """What the bare script needs, with the code of a sign-in that has just taken place."""
    await servers.sandbox.forget()
    redirect_uri = f"{servers.settings.public_url}/connect/xero/callback"
    request = await _sign_in_request(servers, practice, redirect_uri)
    callback = await servers.sandbox.consent(request.authorize_url)
    form = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(callback).query)["code"][0],
        "code_verifier": request.code_verifier,
        "redirect_uri": redirect_uri,
        "client_id": servers.settings.required("xero_client_id"),
        "client_secret": servers.settings.required("xero_client_secret"),
    }
    grant_id = await add_grant(practice)
    await servers.databases.settle()
    return bare.Order(
        token_url=f"{servers.sandbox.url}/connect/token",
        token_form=form,
        api_url=servers.sandbox.url,
        database_url=practice.url.replace("+asyncpg", ""),
        practice_id=practice.practice_id,
        colleague_id=practice.colleague_id,
        grant_id=grant_id,
    )


async def _sign_in_request(servers: Servers, practice: Practice, redirect_uri: str) -> ConsentRequest:
    settings = servers.on(practice)
    async with open_database(settings) as database:
        provider = build_provider(settings, database)
        try:
            return await provider.begin_consent(state=secrets.token_urlsafe(), redirect_uri=redirect_uri)
        finally:
            await provider.close()


async def _come_back(callback: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as browser:
        (await browser.get(callback)).raise_for_status()


async def _until(api: Api, run_id: str, stage: Stage, pause: float) -> RunSummaryAnswer:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (seen := await api.progress(run_id)).stage is not stage:
            if seen.stage is Stage.FINISHED:
                raise RunWentWrongError(f"Our run ended too early: {seen.message}")
            await asyncio.sleep(pause)
    return seen


async def _history(servers: Servers, practice: Practice, run_id: str) -> History:
    """Over all executions of the run, should it have begun a new history."""
    client = await connect(servers.on(practice), environment={})
    events = size = 0
    async for execution in client.list_workflows(f"WorkflowId = '{run_id}'"):
        described = await client.get_workflow_handle(run_id, run_id=execution.run_id).describe()
        events += described.history_length
        size += described.raw_description.workflow_execution_info.history_size_bytes
    return History(events, size)
