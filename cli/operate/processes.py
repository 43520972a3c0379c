"""The long-running processes that are programs of their own, in this one's place: imports nothing of theirs."""

import os
import sys

import typer


def web(context: typer.Context) -> None:
    """Serve the JSON API and the pages until stopped."""
    _become("web", context.args)


def worker(context: typer.Context) -> None:
    """Run workflows and activities until stopped."""
    _become("worker", context.args)


def xero_sandbox(context: typer.Context) -> None:
    """Run the stand-in for Xero until stopped."""
    _become("xero_sandbox", context.args)


def _become(module: str, arguments: list[str]) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  # our own module, no shell
