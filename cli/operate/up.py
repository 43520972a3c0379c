"""Runs everything on this machine; the next start continues with the same files."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from cli.kit.output import Json, out, print_json, table
from cli.operate.schedules import apply_schedules
from runtime.embedded.private_file import write_private
from runtime.embedded.processes import ProcessFailedError
from runtime.embedded.stack import DataDirInUseError, environment_of
from starter.bootstrap import RUNNING, open_database, read_settings
from starter.embedded import Product, embedded_product
from starter.exit_statuses import FAILED, end, err, execute
from starter.factors.relying_party import relying_party
from starter.first_look import FirstLook, first_look


def up(json: Json = False) -> None:
    """Run everything embedded until Ctrl-C: servers, stand-ins, worker, web backend.

    Files are kept under CLIENTSYNC_DATA_DIR, so the next start goes on where this one was.
    """

    async def work() -> None:
        _stop_when_told()
        async with AsyncExitStack() as stack:
            try:
                product = await stack.enter_async_context(embedded_product(read_settings(finds_running=False)))
                stack.callback(_let_others_find(product).unlink)
                look = await _look_around(product)
                await apply_schedules(product.settings)
                _tell(product, look, json)
                raise await product.stack.first_failure()
            except (DataDirInUseError, ProcessFailedError) as error:
                raise end(str(error), FAILED) from None
            except asyncio.CancelledError:  # told to stop, which is how this ends well
                err.print("Stopping.")

    execute(work())


def _let_others_find(product: Product) -> Path:
    """Write the settings to the file that commands in other terminals read; ``up`` deletes it at its end."""
    file = Path(product.settings.data_dir) / RUNNING
    write_private(file, "".join(f"{name}={value}\n" for name, value in environment_of(product.settings).items()))
    return file


def _stop_when_told() -> None:
    """Make Ctrl-C and SIGTERM cancel the current task, whose contexts then stop every process in order."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # called from a coroutine
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)


async def _look_around(product: Product) -> FirstLook:
    settings = product.settings
    async with open_database(settings) as database:
        return await first_look(database, settings.required("public_url"), Path(settings.data_dir))


def _tell(product: Product, look: FirstLook, json: bool) -> None:
    party = relying_party(product.settings.required("public_url"))
    addresses = {
        "web": product.web_url,
        "with_passkeys": party.origin if party else None,  # an address of numbers has none
        "api_docs": f"{product.web_url}/api/docs",
        "temporal_ui": product.temporal_ui_url,
        **{f"{provider}_sandbox": address for provider, address in product.stand_ins.items()},
    }
    if json:
        print_json(addresses | look._asdict())
        return
    rows = table("", "")
    rows.add_row("Open", product.web_url)
    rows.add_row("Sign in as", look.email)
    rows.add_row("Password", look.password or "the one that you chose")
    rows.add_row("", "")
    for name, address in addresses.items():
        if address is not None and name != "web":
            rows.add_row(name.replace("_", " ").capitalize(), address)
    rows.add_row("API token", look.token)
    out.print(rows)
    out.print("Running. Ctrl-C stops all of it; the next `clientsync up` goes on from here.")
