"""One performance of the demo for all tests of it, in this process, and what it wrote down while it ran.

It is the demo as its command plays it, with two additions: its processes log all that they can, and before they stop
a second practice does everything that tempts to write a secret down: a declined sign-in, a refresh whose answer is
lost, bodies that cannot be read, faults, lost access. Then all that was written down is read.
"""

import asyncio
import io
import signal
import tempfile
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cli.demo import FEWEST, journey, performance, script
from cli.demo.api import Api
from cli.demo.awkward import AwkwardPart, cast_parts
from cli.demo.browser import Browser
from cli.demo.progress import Steps
from cli.demo.report import Report
from cli.demo.sandbox import FaultToAdd, Sandbox
from cli.demo.stand_ins import stand_in_of
from contracts.payloads.selection import Selection
from contracts.words.practices import Plan
from contracts.words.runs import Stage
from runtime.settings.settings import Settings
from starter.access.tokens import Tokens
from starter.answers.runs import RunAnswer
from starter.bootstrap import open_database
from starter.embedded import Product, embedded_product
from starter.first_look import ADA, BEN, CLEO, PRACTICE
from starter.people.colleagues import Colleagues
from tests.cli.demo.demo_process import ASTRAY
from tests.cli.demo.written_down import written_down

MEL = "mel@mill-street.example"
WAIT = 120.0


@dataclass(frozen=True)
class Aftermath:
    """What is left after the second practice's run, while everything still runs.

    Attributes:
        run: The run, finished.
        chosen: The organisations in it that were added, or should have been, by name.
        secrets: What the sandbox handed out, by kind.
        places: What was written down, by where.
    """

    run: RunAnswer
    chosen: list[str]
    secrets: dict[str, list[str]] = field(repr=False)
    places: dict[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class Performed:
    """What came of the performance.

    Attributes:
        status: Its exit status.
        output: What it printed for scripts.
        told: What it told people.
        left: Files that it left behind.
        aftermath: What had been written down before it stopped.
    """

    status: int
    output: str
    told: str
    left: list[str]
    aftermath: Aftermath = field(repr=False)


async def performed(files: Path) -> Performed:
    """Perform the demo.

    Args:
        files: An empty folder for its files.
    """
    after: list[Aftermath] = []

    async def play(product: Product, progress: Steps) -> Report:
        came_of_it = await script.play(product, progress)
        after.append(await tempted(product))
        return came_of_it

    def telling_all(settings: Settings, **words: Any) -> AbstractAsyncContextManager[Product]:
        return embedded_product(settings.model_copy(update={"log_level": "DEBUG"}), **words)

    with (
        pytest.MonkeyPatch.context() as patch,
        own_signals(),
        redirect_stdout(io.StringIO()) as output,
        redirect_stderr(io.StringIO()) as told,
    ):
        for name, value in ASTRAY.items():
            patch.setenv(name, value)
        patch.setattr(tempfile, "tempdir", str(files))
        patch.setattr(performance, "play", play)
        patch.setattr(performance, "embedded_product", telling_all)
        status = await asyncio.create_task(performance.perform(FEWEST, 7, keep=False, json=True))
    assert after, told.getvalue()
    left = [file.name for file in Path(files).iterdir()]  # noqa: ASYNC240  # a few names
    return Performed(status, output.getvalue(), told.getvalue(), left, after[0])


@contextmanager
def own_signals() -> Iterator[None]:
    """What the demo does about signals ends with it."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, handler)


async def tempted(product: Product) -> Aftermath:
    """A second practice declines a sign-in, and then adds clients while much goes wrong."""
    async with open_database(product.settings) as database:
        words = {"time_zone": "Europe/London", "admin_email": MEL, "admin_name": "Mel Miller"}
        await Colleagues(database).create_practice(name="Mill Street", plan=Plan.ADVANCED, allowance=50, **words)
        token = (await Tokens(database).create_for(MEL, name="For the API")).secret
    async with (
        Sandbox(product.stand_ins["xero"]) as sandbox,
        Api(product.web_url, token) as api,
        Browser() as browser,
    ):
        email = (await sandbox.state()).people[0].email
        await decline(api, browser, email)
        run, chosen = await add_some(api, browser, email, sandbox, product)
        async with httpx2.AsyncClient(base_url=product.stand_ins["xero"]) as http:
            secrets: dict[str, list[str]] = (await http.get("/sandbox/api/secrets")).json()
    secrets["email"] += [ADA, BEN, CLEO, MEL]
    return Aftermath(run, chosen, private(secrets, run), await written_down(product.settings))


async def decline(api: Api, browser: Browser, email: str) -> None:
    """A sign-in that is declined ends its run."""
    started = await api.start("xero")
    page = await browser.press(await browser.open(started.authorize_url or ""), "Agree and continue")
    page = await browser.press(page, "Sign in", fill={"email": email})
    await browser.press(page, "Cancel")
    await journey.until(api, started.run_id, Stage.FINISHED, WAIT)


async def add_some(
    api: Api, browser: Browser, email: str, sandbox: Sandbox, product: Product
) -> tuple[RunAnswer, list[str]]:
    """A run in which tokens expire, an answer to a refresh is lost, and organisations answer badly.

    Those to which nothing has happened in the demo are chosen; gives the run and their names.
    """
    state = await sandbox.state()
    parts = cast_parts(state.organisations, state.people[1].organisation_ids, stand_in_of("xero").PARTS)
    started = await api.start("xero")
    await journey.sign_in(browser, stand_in_of("xero"), started.authorize_url or "", email, None)
    listed = await journey.until(api, started.run_id, Stage.AWAITING_SELECTION, WAIT)
    quiet = {None, AwkwardPart.NAMESAKE, AwkwardPart.OTHER_NAMESAKE}
    chosen = [one for one in listed.organisations if parts.part_of(one.organisation_id) in quiet]
    bad, gone, faulty = (one.organisation_id for one in chosen[:3])
    await sandbox.add_fault(FaultToAdd("malformed_body", organisation_id=bad, path="/Contacts"))
    await sandbox.add_fault(FaultToAdd("access_removed", organisation_id=gone))
    await sandbox.add_fault(FaultToAdd("server_error", organisation_id=faulty, path="/Contacts", times=1))
    await sandbox.add_fault(FaultToAdd("drop_refresh_response", times=1))
    async with httpx2.AsyncClient(base_url=product.stand_ins["xero"]) as http:
        (await http.post("/sandbox/api/clock", json={"advance_seconds": 31 * 60})).raise_for_status()
    selected = [{"organisation_id": one.organisation_id} for one in chosen]
    await api.select(started.run_id, Selection.model_validate({"organisations": selected}))
    return await journey.until(api, started.run_id, Stage.FINISHED, WAIT), [one.name for one in chosen]


def private(secrets: dict[str, list[str]], run: RunAnswer) -> dict[str, list[str]]:
    """The secrets without contacts that are called as an organisation or a colleague is: those names may be told."""
    public = " ".join([*(organisation.name for organisation in run.organisations), "Ada Harbour", PRACTICE])
    return {kind: [text for text in texts if text not in public] for kind, texts in secrets.items()}
