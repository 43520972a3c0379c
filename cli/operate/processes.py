"""The long-running processes that are programs of their own, in this one's place: imports nothing of theirs."""

import os
import sys

import typer

PLATFORMS = ("xero",)
"""Those that have a stand-in."""


def web(context: typer.Context) -> None:
    """Serve the JSON API and the pages until stopped."""
    _become("web", context.args)


def worker(context: typer.Context) -> None:
    """Run workflows and activities until stopped."""
    _become("worker", context.args)


def emulator(context: typer.Context) -> None:
    """Run the stand-in for a platform until stopped: emulator xero."""
    platform, *arguments = context.args or ["nothing"]
    if platform not in PLATFORMS:
        raise typer.BadParameter(f"Say which: {', '.join(PLATFORMS)}.")
    _become(f"emulators.{platform}", arguments)


def xero_sandbox(context: typer.Context) -> None:
    """The same as emulator xero."""
    _become("emulators.xero", context.args)


def _become(module: str, arguments: list[str]) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  # our own module, no shell
