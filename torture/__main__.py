"""``python -m torture``, as ``make torture`` runs it: one or several seeds, one after the other."""

import argparse
import asyncio
import sys
from pathlib import Path

import uvloop
from rich.console import Console

from runtime.embedded.processes import ProcessFailedError
from torture.calm import QUIET
from torture.ordeal import Wish, endure
from torture.stack.link import NoNamespaceError, enter, wake_loopback, way_in

BROKEN = 1
NOT_RUN = 2
INSIDE = "--inside-a-namespace"


def main() -> None:
    """Entry point; exit status 1 when a promise was broken, 2 when the run could not take place."""
    asked, console = _arguments(), Console(soft_wrap=True)
    because = "" if asked.inside or asked.plan else _why_relays(asked)
    if asked.inside:
        wake_loopback()
    is_broken = False
    for seed in asked.seed:
        wish = Wish(
            seed,
            asked.minutes,
            asked.practices,
            asked.organisations,
            asked.beside,
            asked.calm,
            _folder(asked, seed),
            because,
        )
        if asked.plan:
            console.print(*map(str, wish.blows), sep="\n", markup=False, highlight=False)
            continue
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                report = runner.run(endure(wish, console.print))
        except ProcessFailedError as error:
            console.print(str(error), *getattr(error, "__notes__", ()), sep="\n", markup=False)
            sys.exit(NOT_RUN)
        report.show(console)
        is_broken = is_broken or bool(report.findings)
    sys.exit(BROKEN if is_broken else 0)


def _folder(asked: argparse.Namespace, seed: int) -> Path | None:
    """The folder in which this seed's files are left; None for a temporary one. Each seed has a folder of its own."""
    keep: Path | None = asked.keep
    return keep if keep is None or len(asked.seed) == 1 else keep / f"seed-{seed}"


def _why_relays(asked: argparse.Namespace) -> str:
    """Start this program again in a network namespace of its own; if that is impossible, return why."""
    if asked.relays:
        return "they were asked for"
    try:
        enter(way_in(), [*sys.argv[1:], INSIDE])
    except NoNamespaceError as error:
        return str(error)


def _checkout(words: str) -> Path:
    folder = Path(words).absolute()
    if not (folder / "worker.py").exists():
        raise argparse.ArgumentTypeError(f"{words} is no checkout: it has no worker.py")
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--minutes", type=float, default=2.0, help="for which everything goes wrong")
    parser.add_argument("--practices", type=int, default=3)
    parser.add_argument("--organisations", type=int, default=8, help="of each practice")
    parser.add_argument(
        "--beside", type=_checkout, help="a checkout with older code, for one worker after every other deploy"
    )
    parser.add_argument("--calm", type=float, default=QUIET, help="seconds for which quiet is waited for at the end")
    parser.add_argument("--keep", type=Path, help="leave logs and files in this folder, whatever was found")
    parser.add_argument("--relays", action="store_true", help="no network namespaces, even where they can be had")
    parser.add_argument(INSIDE, dest="inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--plan", action="store_true", help="only say what would be done, and when")
    return parser.parse_args()


if __name__ == "__main__":
    main()
