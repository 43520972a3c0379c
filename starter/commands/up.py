"""Everything on this machine, kept running, going on where it was at the next start."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from contracts.refusals import RefusalCode, Refused
from contracts.runs import Plan
from models.database import Database
from runtime.private_file import write_private
from runtime.processes import ProcessFailedError
from runtime.stack import DataDirInUseError, environment_of
from starter.bootstrap import RUNNING, read_settings
from starter.colleagues import Colleagues
from starter.commands.output import FAILED, Json, end, err, execute, out, print_json, table
from starter.commands.schedules import apply_schedules
from starter.embedded import Product, embedded_product

DEMO_ADMIN = "admin@harbour-lane.example"
TOKEN_FILE = "demo-token"  # noqa: S105  # a file's name


def up(json: Json = False) -> None:
    """Run everything embedded until Ctrl-C: servers, stand-in for Xero, worker, web backend.

    Files are kept under CLIENTSYNC_DATA_DIR, so the next start goes on where this one was.
    """

    async def work() -> None:
        _stop_when_told()
        async with AsyncExitStack() as stack:
            try:
                product = await stack.enter_async_context(embedded_product(read_settings(finds_running=False)))
                stack.callback(_let_others_find(product).unlink)
                token = await demo_token(product)
                await apply_schedules(product.settings)
                _tell(product, token, json)
                raise await product.stack.first_failure()
            except (DataDirInUseError, ProcessFailedError) as error:
                raise end(str(error), FAILED) from None
            except asyncio.CancelledError:  # told to stop, which is how this ends well
                err.print("Stopping.")

    execute(work())


def _let_others_find(product: Product) -> Path:
    """Leave the settings where commands in other terminals look; the file goes when this ends."""
    file = Path(product.settings.data_dir) / RUNNING
    write_private(file, "".join(f"{name}={value}\n" for name, value in environment_of(product.settings).items()))
    return file


def _stop_when_told() -> None:
    """Ctrl-C and SIGTERM cancel the current task, whose contexts then stop every process in order."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # called from a coroutine
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)


async def demo_token(product: Product) -> str:
    """The token of the demo practice's admin; practice and token are made at the first start and kept."""
    file = Path(product.settings.data_dir) / TOKEN_FILE
    if file.exists():
        return file.read_text()
    database = Database(product.settings.required("database_url"), pool_size=1)
    try:
        colleagues = Colleagues(database)
        try:
            await colleagues.create_practice(
                name="Harbour Lane Accountants",
                plan=Plan.ADVANCED,
                allowance=2_000,
                time_zone="Europe/London",
                admin_email=DEMO_ADMIN,
                admin_name="Ada Harbour",
            )
        except Refused as refused:  # made by a start that did not come as far as the file
            if refused.refusal.code is not RefusalCode.DUPLICATE:
                raise
        token = await colleagues.create_token(DEMO_ADMIN)
    finally:
        await database.close()
    write_private(file, token)
    return token


def _tell(product: Product, token: str, json: bool) -> None:
    addresses = {
        "web": product.web_url,
        "api_docs": f"{product.web_url}/api/docs",
        "temporal_ui": product.temporal_ui_url,
        "xero_sandbox": product.sandbox_url,
    }
    if json:
        print_json(addresses | {"email": DEMO_ADMIN, "token": token})
        return
    rows = table("", "")
    for name, address in addresses.items():
        if address is not None:
            rows.add_row(name.replace("_", " ").capitalize(), address)
    rows.add_row("Demo colleague", DEMO_ADMIN)
    rows.add_row("Token", token)
    out.print(rows)
    out.print("Running. Ctrl-C stops all of it; the next `clientsync up` goes on from here.")
