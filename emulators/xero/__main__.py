"""``python -m emulators.xero``: starts one sandbox in the foreground."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from emulators.kit.server import serve
from emulators.xero.app import create_app
from emulators.xero.config import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, Config


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="clientsync emulator xero", description="A stand-in for Xero, over real HTTP."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8910, help="0 picks a free port")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--organisations", type=int, default=40)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--scenario", choices=("practice", "plain"), default="practice")
    parser.add_argument("--client-id", default=SANDBOX_CLIENT_ID)
    parser.add_argument("--client-secret", default=SANDBOX_CLIENT_SECRET)
    parser.add_argument("--redirect-uri", action="append", default=[], help="exact; may be repeated")
    parser.add_argument("--latency-ms", type=int, default=0, help="mean wait before each API answer")
    parser.add_argument("--tier-day-limit", type=int, default=5000)
    parser.add_argument("--no-limits", action="store_true", help="enforce no call limits")
    parser.add_argument("--kept-mb", type=int, default=256, help="answers kept for the next time they are asked for")
    parser.add_argument("--state-file", type=Path, help="keep tokens and connections here over a restart")
    parser.add_argument("--public-url", default=None, help="where browsers reach the pages, if elsewhere")
    return parser.parse_args()


def main() -> None:
    """Start and serve until stopped; SIGINT and SIGTERM are the normal end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    asked = _arguments()
    config = Config(
        seed=asked.seed,
        organisations=asked.organisations,
        people=asked.people,
        scenario=asked.scenario,
        client_id=asked.client_id,
        client_secret=asked.client_secret,
        redirect_uris=tuple(asked.redirect_uri),
        latency_ms=asked.latency_ms,
        day_limit=asked.tier_day_limit,
        limits=not asked.no_limits,
        kept_mb=asked.kept_mb,
        state_file=asked.state_file,
        public_url=asked.public_url,
    )
    try:
        serve(create_app(config), "Xero", asked.host, asked.port)
    except OSError as error:
        sys.exit(f"The Xero sandbox cannot listen on {asked.host}:{asked.port}: {error.strerror}")


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
