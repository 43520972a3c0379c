"""What commands share: printing for people or machines, and ending with a status that scripts can rely on.

0: fine. 1: it failed, and may work later or after a repair. 2: wrong usage or refused input; the same again will not
work. Standard output has data alone; everything said to people about errors goes to standard error.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from contracts.refusals import RefusalCode, Refused
from models.database_url import UnusableUrlError
from providers.proxies import UnusableNetworkError
from runtime.cannot_start import CannotStartError
from runtime.keyring import SealError
from runtime.settings import Settings
from starter.bootstrap import read_settings

FAILED = 1
REFUSED = 2

out = Console()
err = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, to standard output.")]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="EMAIL",
        help="Act as this colleague, or PRACTICE/EMAIL; otherwise as the only admin.",
    ),
]

T = TypeVar("T")


def end(message: str, status: int) -> typer.Exit:
    """Say one sentence on standard error; raise what this returns."""
    err.print(Text(message), style="red" if status == FAILED else "yellow", soft_wrap=True)
    return typer.Exit(status)


def execute(work: Coroutine[Any, Any, T], *, loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> T:
    """Run a command's work; every expected error becomes one sentence and an exit status.

    Args:
        work: What to do.
        loop: Makes the event loop; asyncio's own otherwise.

    Raises:
        typer.Exit: It failed or was refused.
    """
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(work)
    except Refused as refused:
        refusal = refused.refusal
        where = f" ({refusal.field})" if refusal.field else ""
        status = FAILED if refusal.code is RefusalCode.UNAVAILABLE else REFUSED
        raise end(f"{refusal.message}{where}", status) from None
    except (CannotStartError, UnusableUrlError, UnusableNetworkError, SealError) as error:
        raise end(str(error), FAILED) from None
    except (SQLAlchemyError, OSError) as error:
        raise end(_unreachable(error), FAILED) from None
    except RuntimeError as error:
        if "onnect" not in str(error):  # the SDK's only error for a Temporal that does not answer
            raise
        raise end(
            "Temporal does not answer. Is it running? `clientsync doctor` says what is missing.", FAILED
        ) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def settings_or_end() -> Settings:
    """The settings of this process.

    Raises:
        typer.Exit: A variable's value cannot be used.
    """

    async def work() -> Settings:
        return read_settings()

    return execute(work())


def _unreachable(error: Exception) -> str:
    if "does not exist" in str(error):
        return "The database is not up to date. Run `clientsync db upgrade`."
    return "The database cannot be reached. Is it running? `clientsync doctor` says what is missing."


def print_json(data: object) -> None:
    """Data as JSON on standard output."""
    sys.stdout.write(orjson.dumps(data, option=orjson.OPT_INDENT_2, default=_plain).decode() + "\n")


def _plain(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if dump is not None else str(value)


def table(*columns: str, title: str | None = None) -> Table:
    """An empty table in the house style."""
    made = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def words(value: object) -> str:
    """``completed_with_failures`` as ``completed with failures``; nothing for None."""
    return "" if value is None else str(value).replace("_", " ")
