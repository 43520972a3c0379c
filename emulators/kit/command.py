"""``python -m emulators.…``: the flags that every stand-in has, and serving it in the foreground."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from starlette.types import ASGIApp

from emulators.kit.server import serve


def parser(platform: str, client_id: str, client_secret: str) -> argparse.ArgumentParser:
    """The flags.

    Args:
        platform: Whose stand-in it is.
        client_id: The app that is known unless told otherwise.
        client_secret: Its secret.
    """
    flags = argparse.ArgumentParser(
        prog=f"clientsync emulator {platform.lower()}", description=f"A stand-in for {platform}, over real HTTP."
    )
    flags.add_argument("--host", default="127.0.0.1")
    flags.add_argument("--port", type=int, default=8910, help="0 picks a free port")
    flags.add_argument("--seed", type=int, default=7)
    flags.add_argument("--organisations", type=int, default=40)
    flags.add_argument("--people", type=int, default=3)
    flags.add_argument("--scenario", choices=("practice", "plain"), default="practice")
    flags.add_argument("--client-id", default=client_id)
    flags.add_argument("--client-secret", default=client_secret)
    flags.add_argument("--redirect-uri", action="append", default=[], help="exact; may be repeated")
    flags.add_argument("--latency-ms", type=int, default=0, help="mean wait before each API answer")
    flags.add_argument("--no-limits", action="store_true", help="enforce no call limits")
    flags.add_argument("--kept-mb", type=int, default=256, help="answers kept for the next time they are asked for")
    flags.add_argument("--state-file", type=Path, help="keep tokens and connections here over a restart")
    flags.add_argument("--public-url", default=None, help="where browsers reach the pages, if elsewhere")
    return flags


def configured(asked: argparse.Namespace) -> dict[str, Any]:
    """What these flags make of a ``Config``."""
    same = ("seed", "organisations", "people", "scenario", "client_id", "client_secret")
    kept = ("latency_ms", "kept_mb", "state_file", "public_url")
    found = {name: getattr(asked, name) for name in (*same, *kept)}
    return found | {"redirect_uris": tuple(asked.redirect_uri), "limits": not asked.no_limits}


def end_on_signals() -> None:
    """End normally on SIGINT and SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)


def run(app: ASGIApp, platform: str, host: str, port: int) -> None:
    """Serve until stopped; end with one sentence if the port cannot be used."""
    try:
        serve(app, platform, host, port)
    except OSError as error:
        sys.exit(f"The {platform} sandbox cannot listen on {host}:{port}: {error.strerror}")


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
