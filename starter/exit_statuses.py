"""How a command ends: an expected error becomes one sentence on standard error, and an exit status for scripts.

Status 0: success. 1: it failed, and may work later or after a repair. 2: wrong usage or refused input, which fails
again if repeated.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar

import typer
from rich.console import Console
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from contracts.words.refusals import RefusalCode, Refused
from models.kit.database_away import Mistake, mistake_in
from models.kit.database_url import UnusableUrlError
from providers.kit.proxies import UnusableNetworkError
from runtime.sealing.keyring import SealError
from runtime.settings.cannot_start import CannotStartError
from runtime.settings.settings import Settings
from starter.bootstrap import read_settings

FAILED = 1
REFUSED = 2

err = Console(stderr=True)

T = TypeVar("T")

_MISTAKEN: Final[Mapping[Mistake | None, str]] = {
    Mistake.NO_DATABASE: "The database server has no database of that name. Correct CLIENTSYNC_DATABASE_URL, or create "
    "the database.",
    Mistake.NOT_LET_IN: "The database server does not let us in: correct the role or the password in "
    "CLIENTSYNC_DATABASE_URL, or create the role.",
    Mistake.NOT_UPGRADED: "The database is not up to date. Run `clientsync db upgrade`.",
}


def end(message: str, status: int) -> typer.Exit:
    """Print a sentence on standard error; the caller raises the returned exception."""
    err.print(Text(message), style="red" if status == FAILED else "yellow", soft_wrap=True)
    return typer.Exit(status)


def execute(work: Coroutine[Any, Any, T], *, loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> T:
    """Run a command's work; every expected error becomes one sentence and an exit status.

    Args:
        work: The coroutine to run.
        loop: Makes the event loop; asyncio's own when None.

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
    return _MISTAKEN.get(
        mistake_in(error), "The database cannot be reached. Is it running? `clientsync doctor` says what is missing."
    )
