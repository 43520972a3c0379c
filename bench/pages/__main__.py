"""``make bench-pages``: the server's time for every page, then the long lists in a browser; about three minutes."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.pages.browser import Budget, measure_in_browser
from bench.pages.served import BUDGET, Served, measure_served
from runtime.settings.settings import Settings
from starter.embedded import embedded_product


def main() -> None:
    """Entry point of ``python -m bench.pages``; exit status 1 when a budget is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--organisations", type=int, default=1_000, help="in the lists that a browser opens")
    parser.add_argument("--times", type=int, default=5, help="measurements of each; medians count")
    parser.add_argument("--only", choices=("server", "browser"), help="leave the other part out")
    asked = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 160)
    served, felt = asyncio.run(_measured(asked, console))
    is_busy = (load := os.getloadavg()[0]) > (cores := os.cpu_count() or 1)
    if served:
        _tell_served(served, console, is_busy=is_busy)
    for title, budgets in felt.items():
        _tell_felt(f"{title}, in milliseconds", budgets, console)
    if is_busy:
        told = f"The machine was busy ({load:.1f} at work on {cores} cores)"
        console.print(
            f"{told}: pages are judged by their least CPU time. Measure again for what people wait.", style="yellow"
        )
    well = all(one.is_kept(is_busy=is_busy) for one in served)
    if not (well and all(budget.is_kept for budgets in felt.values() for budget in budgets)):
        sys.exit("A budget is not kept.")


async def _measured(asked: argparse.Namespace, console: Console) -> tuple[Sequence[Served], dict[str, list[Budget]]]:
    with tempfile.TemporaryDirectory(prefix="clientsync-bench-") as folder, console.status("Starting") as status:
        settings = Settings(_env_file=None, data_dir=Path(folder))
        sandbox = ["--organisations", str(asked.organisations), "--no-limits"]
        async with embedded_product(settings, sandbox=sandbox) as product:
            felt = {}
            if asked.only != "server":
                status.update("Opening the lists in a browser")
                felt = await measure_in_browser(product, asked.organisations, asked.times)
            if asked.only == "browser":
                return [], felt
            return await measure_served(product, asked.times, status.update), felt


def _tell_served(served: Sequence[Served], console: Console, *, is_busy: bool) -> None:
    table = Table(title=f"Every page at 2,000 clients, 60 broken: milliseconds of the server, at most {BUDGET}")
    for heading in ("page", "status", "KiB", "wall", "CPU", "least CPU"):
        table.add_column(heading, justify="left" if heading == "page" else "right", overflow="fold")
    for one in sorted(served, key=lambda one: -median(one.wall)):
        style = None if one.is_kept(is_busy=is_busy) else "bold red"
        what = f"{one.address.path} ({one.kind})" if one.kind else one.address.path
        times = f"{median(one.wall):.0f}", f"{median(one.cpu):.0f}", f"{min(one.cpu):.0f}"
        table.add_row(what, str(one.status), f"{one.kib:.0f}", *times, style=style)
    console.print(table)


def _tell_felt(title: str, budgets: list[Budget], console: Console) -> None:
    table = Table(title=title)
    for heading in ("", "median", "each", "budget"):
        table.add_column(heading, justify="left" if heading in {"", "each"} else "right")
    for budget in budgets:
        each = " ".join(f"{one:.0f}" for one in budget.milliseconds)
        allowed = "" if budget.most is None else f"{budget.most:.0f}"
        style = None if budget.is_kept else "bold red"
        table.add_row(budget.what, f"{median(budget.milliseconds):.0f}", each, allowed, style=style)
    console.print(table)


if __name__ == "__main__":
    main()
