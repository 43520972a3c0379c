"""A journey through the product over HTTP for benchmarks: sign in, come back, choose, wait."""

import asyncio
from dataclasses import dataclass
from html import unescape

import httpx2

from bench.harness.databases import PROVIDER, Practice
from bench.harness.sandbox import READS
from bench.harness.servers import Servers
from cli.demo.api import Api
from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.runs import Stage
from starter.answers.runs import RunSummaryAnswer, StartedAnswer

LOOK_SECONDS = 0.05
"""Between two looks at our run while it lists; what this adds to the time counts against us."""

PATIENCE_SECONDS = 900.0

TRUST = httpx2.create_ssl_context()
"""Of every browser here: to read the machine's certificates takes longer than much of what is measured."""

WARM_UP_ORGANISATIONS = 16
"""Two groups of a run, so that two processes have something to read."""


class RunWentWrongError(Exception):
    """A run did not end as it must, so its time means nothing."""


async def warm_up(servers: Servers, practice: Practice) -> None:
    """Add a few clients of another practice, so that work which a process does only once is done."""
    beside = await servers.databases.another(practice, WARM_UP_ORGANISATIONS)
    async with Api(str(servers.settings.public_url), beside.token) as api:
        await servers.sandbox.forget()
        started = await api.start(PROVIDER, READS.REGION)
        await come_back(await last_consent(servers, api, started, WARM_UP_ORGANISATIONS))
        await until_listed(api, started.run_id, WARM_UP_ORGANISATIONS)
        await api.select(started.run_id, await all_of(api, started.run_id, WARM_UP_ORGANISATIONS))
        await until(api, started.run_id, Stage.FINISHED, LOOK_SECONDS)


@dataclass(frozen=True, slots=True)
class ComingBack:
    """A browser that is about to come back to the product.

    Attributes:
        callback: The address to open, with the code.
        cookies: The cookies that it keeps of the product.
    """

    callback: str
    cookies: httpx2.Cookies


async def last_consent(servers: Servers, api: Api, started: StartedAnswer, organisations: int) -> ComingBack:
    """The sign-in for so many organisations; where each brings one, the last, after all others have come back.

    Raises:
        RunWentWrongError: As ``consent``.
    """
    if not READS.ONE_EACH:
        return await consent(servers, started.authorize_url, organisations)
    back = await consent(servers, started.authorize_url, 1)
    for place in range(1, organisations):
        await come_back(back)
        back = await consent(servers, await api.further_sign_in(started.run_id), 1, place)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len((await api.run(started.run_id)).organisations) < organisations - 1:  # noqa: ASYNC110  # over HTTP
            await asyncio.sleep(LOOK_SECONDS)
    return back


async def consent(
    servers: Servers, authorize_url: str | None, organisations: int | None = None, first: int = 0
) -> ComingBack:
    """Agree on the product's page, sign in, and allow access to ``organisations`` organisations, or to all.

    Raises:
        RunWentWrongError: The run asks for no sign-in, or its page does not lead to one.
    """
    if authorize_url is None:
        raise RunWentWrongError("Our run asks for no sign-in.")
    async with httpx2.AsyncClient(timeout=60, verify=TRUST) as browser:
        origin = str(servers.settings.public_url)
        leaving = (await browser.post(authorize_url, headers={"Origin": origin})).raise_for_status().text
        address = unescape(leaving.partition('content="0; url=')[2].partition('"')[0])
        if not address:
            raise RunWentWrongError("The page of our sign-in leads nowhere.")
        callback = await servers.sandbox.consent(address, organisations=organisations, first=first)
        return ComingBack(callback, browser.cookies)


async def come_back(back: ComingBack) -> None:
    """Open the callback."""
    async with httpx2.AsyncClient(timeout=60, cookies=back.cookies, verify=TRUST) as browser:
        (await browser.get(back.callback)).raise_for_status()


async def all_of(api: Api, run_id: str, most: int | None = None) -> Selection:
    """A choice of every organisation on a run's list, or of so many of them."""
    listed = (await api.run(run_id)).organisations[:most]
    return Selection(organisations=tuple(SelectedOrganisation(organisation_id=row.organisation_id) for row in listed))


async def listed(servers: Servers, api: Api, organisations: int) -> tuple[str, Selection]:
    """Start a run, sign in, and wait for the list; gives the run's id and the choice of everything. Counters are zero.

    Args:
        servers: The running servers.
        api: The product.
        organisations: How many the stand-in has.

    Raises:
        RunWentWrongError: The run asks for no sign-in, or ended before.
    """
    await servers.sandbox.forget()
    started = await api.start(PROVIDER, READS.REGION)
    await come_back(await last_consent(servers, api, started, organisations))
    await until_listed(api, started.run_id, organisations)
    choice = await all_of(api, started.run_id)
    await servers.sandbox.zero()
    return started.run_id, choice


async def until_listed(api: Api, run_id: str, organisations: int) -> None:
    """Read a run until it waits for a choice among so many organisations.

    Where each sign-in brings one, it waits for a choice after each of them, and lists again when the next comes back.

    Raises:
        RunWentWrongError: It ended before.
    """
    await until(api, run_id, Stage.AWAITING_SELECTION, LOOK_SECONDS)
    if READS.ONE_EACH:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len((await api.run(run_id)).organisations) < organisations:  # noqa: ASYNC110  # over HTTP
                await asyncio.sleep(LOOK_SECONDS)
        await until(api, run_id, Stage.AWAITING_SELECTION, LOOK_SECONDS)


async def until(api: Api, run_id: str, stage: Stage, pause: float) -> RunSummaryAnswer:
    """Read a run's progress until it has reached a stage.

    Raises:
        RunWentWrongError: It ended before.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (seen := await api.progress(run_id)).stage is not stage:
            if seen.stage is Stage.FINISHED:
                raise RunWentWrongError(f"Our run ended too early: {seen.message}")
            await asyncio.sleep(pause)
    return seen
