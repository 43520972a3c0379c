"""One performance of the demo: starts everything, plays it, reports, and stops everything whatever happens."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cli.demo import report
from cli.demo.failure import DemoError
from cli.demo.progress import Steps
from cli.demo.report import Report
from cli.demo.script import play
from cli.kit.output import out, print_json
from runtime.embedded.processes import ProcessFailedError
from runtime.settings.settings import Settings
from starter.embedded import Product, embedded_product
from starter.exit_statuses import FAILED, end, err
from starter.software import NAMES, TITLES


async def perform(organisations: int, seed: int, *, provider: str = NAMES[0], keep: bool, json: bool) -> int:
    """Play the demo on a product of its own.

    Args:
        organisations: How many the stand-in has.
        seed: Decides what the stand-in generates.
        provider: The accounting software whose stand-in is used.
        keep: Keep everything running afterwards until it is told to stop.
        json: The report as JSON on standard output; what people read goes to standard error.

    Returns:
        The exit status: 0 if every expectation was met, 1 if not, 130 or 143 if it was told to stop.

    Raises:
        typer.Exit: It could not be played to the end; why has been said.
    """
    console, told = err if json else out, _stop_once()
    try:
        async with _product(provider, organisations, seed, progress := Steps(console)) as product:
            came_of_it = await _unless_one_fails(product, progress)
            _tell(came_of_it, console, json=json)
            if keep:
                _tell_addresses(product, console)
                raise await product.stack.first_failure()
            return FAILED if came_of_it.unmet else 0
    except (DemoError, ProcessFailedError) as error:
        raise end(str(error), FAILED) from None
    except asyncio.CancelledError:
        if not told:
            raise
        return 128 + told[0]


@asynccontextmanager
async def _product(provider: str, organisations: int, seed: int, progress: Steps) -> AsyncIterator[Product]:
    """The product on free ports, with files that are deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="clientsync-demo-", ignore_cleanup_errors=True) as directory:
        # Built without reading the environment: the demo must never meet a real database or a real app.
        settings = Settings.model_construct(data_dir=Path(directory) / "data")
        arguments = ["--organisations", str(organisations), "--seed", str(seed)]
        async with AsyncExitStack() as stack:
            with progress.step(f"Temporal, PostgreSQL, {TITLES[provider]} sandbox, worker and web backend"):
                started = embedded_product(settings, sandbox=arguments, stand_ins=(provider,))
                product = await stack.enter_async_context(started)
            yield product


async def _unless_one_fails(product: Product, progress: Steps) -> Report:
    """The report; raises if a process ends without having been asked to."""
    playing = asyncio.ensure_future(play(product, progress))
    failing = asyncio.ensure_future(product.stack.first_failure())
    try:
        await asyncio.wait((playing, failing), return_when=asyncio.FIRST_COMPLETED)
        if failing.done():
            raise failing.result()
        return await playing
    finally:
        for task in (playing, failing):
            task.cancel()
        await asyncio.gather(playing, failing, return_exceptions=True)


def _stop_once() -> list[int]:
    """Make the first Ctrl-C or SIGTERM cancel the current task, whose contexts then stop everything in order.

    Returns:
        A list that gets the signal's number when it comes; further signals change nothing.
    """
    told: list[int] = []
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # called from a coroutine

    def stop(number: int) -> None:
        if not told:
            told.append(number)
            err.print("Stopping.")
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    return told


def _tell(came_of_it: Report, console: Console, *, json: bool) -> None:
    console.print(report.outcome_table(came_of_it.run, came_of_it.casting))
    console.print(came_of_it.looked, highlight=False, soft_wrap=True)
    console.print(came_of_it.repeated, highlight=False, soft_wrap=True)
    console.print(Text(came_of_it.totals, style="bold"), soft_wrap=True)
    for sentence in came_of_it.unmet:
        err.print(Text(sentence, style="red"), soft_wrap=True)
    if json:
        print_json(came_of_it.as_json())


def _tell_addresses(product: Product, console: Console) -> None:
    for name, address in (
        ("Web backend", product.web_url),
        ("API", f"{product.web_url}/api/docs"),
        ("Temporal UI", product.temporal_ui_url),
        *((f"{TITLES[name]} sandbox", address) for name, address in product.stand_ins.items()),
    ):
        console.print(f"{name:13}{address}", highlight=False)
    console.print("Running. Ctrl-C stops all of it and removes its files.")
