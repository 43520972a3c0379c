"""The long-running processes that are programs of their own, in this one's place: imports nothing of theirs."""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

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
    names = stand_ins()
    if platform in {"--help", "-h"}:
        typer.echo(f"Usage: clientsync emulator [{'|'.join(names)}] [OPTIONS]; `clientsync emulator NAME --help`.")
        raise typer.Exit
    if platform not in names:
        raise typer.BadParameter(f"Say which: {', '.join(names)}.")
    _become(f"emulators.{platform}", arguments)


def stand_ins() -> Sequence[str]:
    """The names of the stand-ins that can be run, which may be more than the accounting software that we speak to."""
    found = find_spec("emulators")
    places = (found.submodule_search_locations or ()) if found else ()
    return sorted(program.parent.name for place in places for program in Path(place).glob("*/__main__.py"))


def one_known(platform: str | None) -> str:
    """The name of an accounting software; the first of them where nobody says.

    Raises:
        typer.BadParameter: There is none of that name.
    """
    from starter.software import NAMES  # the other programs start without what it needs

    if platform is None:
        return NAMES[0]
    if platform not in NAMES:
        raise typer.BadParameter(f"Say which: {', '.join(NAMES)}.")
    return platform


def xero_sandbox(context: typer.Context) -> None:
    """The same as `clientsync emulator xero`."""
    _become("emulators.xero", context.args)


def _become(module: str, arguments: list[str]) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  # our own module, no shell
