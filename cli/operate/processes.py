"""The long-running processes that are programs of their own, in this one's place: imports nothing of theirs."""

import os
import sys
from collections.abc import Sequence

import typer


def web(context: typer.Context) -> None:
    """Serve the JSON API and the pages until stopped."""
    _become("web", context.args)


def worker(context: typer.Context) -> None:
    """Run workflows and activities until stopped."""
    _become("worker", context.args)


def emulator(context: typer.Context) -> None:
    """Run the stand-in for an accounting software until stopped; say which."""
    platform, *arguments = context.args or [""]
    if platform in {"--help", "-h"}:
        typer.echo(f"Usage: clientsync emulator [{'|'.join(_names())}] [OPTIONS]; `clientsync emulator NAME --help`.")
        raise typer.Exit
    _become(f"emulators.{one_known(platform)}", arguments)


def one_known(platform: str | None) -> str:
    """The name of an accounting software that has a stand-in; the first of them where nobody says.

    Raises:
        typer.BadParameter: There is none of that name.
    """
    names = _names()
    if platform is None:
        return names[0]
    if platform not in names:
        raise typer.BadParameter(f"Say which: {', '.join(names)}.")
    return platform


def _names() -> Sequence[str]:
    from starter.software import NAMES  # the other programs start without what it needs

    return NAMES


def xero_sandbox(context: typer.Context) -> None:
    """The same as `clientsync emulator xero`."""
    _become("emulators.xero", context.args)


def _become(module: str, arguments: list[str]) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  # our own module, no shell
