"""``make capacity``: what a thousand practices need, computed from measured costs, and their nights simulated."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import median

from bench.capacity.costs import Costs, measured
from bench.capacity.needs import DUE, NIGHTS, Monday, Needs, needs, night_pull
from bench.capacity.night import Platform, Simulated, simulated
from bench.capacity.portfolio import PracticeOfMany, invented
from providers.quickbooks.settings import CALLS_A_MONTH
from providers.sage.limits import CALLS_A_DAY
from providers.sage.settings import CALLS_AT_ONCE
from providers.xero.settings import XeroSettings

PAGE = Path(__file__).parents[2] / "docs" / "capacity.md"
BEGIN, END = "<!-- computed: begin -->", "<!-- computed: end -->"

LATEST = time(7)
"""By a practice's clock: no night may end later."""

NIGHT = date(2026, 11, 30)

COLUMNS = (
    "Night",
    "Worker processes",
    "The last practice's ends, by its clock",
    "95 of 100 take at most",
    "Up to 100 clients, 500 and more",
    "Most Xero calls in a minute",
)

MIXED = 1 + 1 / 7
"""What a client weighs in its group in a usual night: twice as much once a week, when it is read whole."""

A_MINUTE = XeroSettings.model_fields["calls_per_minute"].default


def platforms_of(costs: Mapping[str, Costs], kind: str | None = None) -> Mapping[str, Platform]:
    """What limits each platform's calls.

    Args:
        costs: Measured.
        kind: What every client's pull is; None for the usual mix of a night.
    """
    limits = {"xero": {"a_minute": A_MINUTE}, "sage": {"at_once": CALLS_AT_ONCE}, "quickbooks": {}}
    found = {}
    for name, one in costs.items():
        pull = one.pulls[kind] if kind else night_pull(one)
        found[name] = Platform(pull.calls, pull.cpu_ms["worker"], **limits[name], weight=2.0 if kind else MIXED)
    return found


def late(practices: Sequence[PracticeOfMany], night: Simulated) -> Mapping[int, timedelta]:
    """How long after four by its own clock each practice's night ended."""
    four = {one.number: datetime.combine(NIGHT, time(4), one.zone) for one in practices}
    return {number: at - four[number] for number, at in night.ended_at.items()}


def lengths(practices: Sequence[PracticeOfMany], night: Simulated) -> Mapping[int, float]:
    """How many seconds each practice's night took."""
    return {one.number: (night.ended_at[one.number] - one.begins_at).total_seconds() for one in practices}


def spoken(seconds: float) -> str:
    """A time as people say it."""
    return f"{seconds / 60:.0f} min" if seconds >= 100 else f"{seconds:.0f} s"


def nights(practices: Sequence[PracticeOfMany], costs: Mapping[str, Costs]) -> tuple[list[str], bool]:
    """The table of simulated nights, and whether every usual one ends by seven with two processes or more."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"| ---{' | ---:' * (len(COLUMNS) - 1)} |"]
    small = {one.number for one in practices if one.size <= 100}
    large = {one.number for one in practices if one.size >= 500}
    kept = True
    for title, kind, due in (
        ("half of the clients are due, something has changed in half of them", None, DUE),
        ("all are due", None, 1.0),
        ("all are due and read whole, as after two days without nights", "whole read of the week", 1.0),
    ):
        for workers in (1, 2, 4):
            night = simulated(practices, platforms_of(costs, kind), due=due, workers=workers)
            after, took = late(practices, night), lengths(practices, night)
            last = datetime.combine(NIGHT, time(4)) + max(after.values())
            is_late = last > datetime.combine(NIGHT, LATEST)
            kept = kept and not (is_late and kind is None and workers > 1)
            ordered = sorted(took.values())
            of_small = median(took[number] for number in small)
            of_large = median(took[number] for number in large)
            end = f"**{last:%H:%M}**" if is_late else f"{last:%H:%M}"
            of_most = ordered[len(ordered) * 95 // 100]
            cells = (title, workers, end, spoken(of_most), f"{spoken(of_small)}, {spoken(of_large)}")
            lines.append(f"| {' | '.join(map(str, cells))} | {night.most_calls['xero']:,.0f} |")
    return lines, kept


def said(found: Needs, practices: Sequence[PracticeOfMany], costs: Mapping[str, Costs]) -> Iterator[str]:
    """The table of needs."""
    clients = {name: sum(one.clients.get(name, 0) for one in practices) for name in costs}
    calls = {name: f"{number / 1e6:.1f} million" for name, number in found.calls.items()}
    quickbooks = found.calls["quickbooks"]
    tier = next((tier.value for tier, most in CALLS_A_MONTH.items() if most >= quickbooks), "none")
    hours = found.night_core_hours
    a_day = "1,000 or 5,000 a day of each organisation"
    yield "| What | Needed | What there is |"
    yield "| --- | ---: | --- |"
    for what, needed, there in (
        ("Core-hours of a night, workers", f"{hours['worker']:.2f}", "see the nights below"),
        ("Core-hours of a night, PostgreSQL", f"{hours['PostgreSQL']:.2f}", ""),
        ("Core-hours of a night, Temporal", f"{hours['Temporal']:.2f}", ""),
        ("Busy cores on a Monday from eight to ten, where most practices are", f"{found.monday_cores:.1f}", ""),
        ("Temporal's actions in a month of nights", f"{found.actions / 1e6:.2f} million", "as many as are paid for"),
        ("Histories, kept for 30 days", f"{found.history_gb:.1f} GB", ""),
        ("The database", f"{found.database_gb:.0f} GB", ""),
        ("Connections at Xero", f"{clients['xero']:,}", "beyond 10,000 by agreement"),
        ("Xero's calls in a month of nights", calls["xero"], f"{A_MINUTE:,} a minute; {a_day}"),
        (
            "Records from Xero in a month of nights",
            f"{found.line_gb['xero']:.0f} GB",
            "250 GB up to 10,000 connections",
        ),
        (
            "Sage's calls in a night",
            f"{found.calls['sage'] / NIGHTS:,.0f}",
            f"{CALLS_A_DAY:,} a day, {CALLS_AT_ONCE} at once",
        ),
        ("QuickBooks' metered calls in a month of nights", calls["quickbooks"], f"Intuit's tier {tier}"),
    ):
        yield f"| {what} | {needed} | {there} |"


def page(practices: Sequence[PracticeOfMany], costs: Mapping[str, Costs]) -> tuple[str, bool]:
    """Both tables as Markdown, and whether the nights end in time."""
    sizes = sorted(one.size for one in practices)
    table, kept = nights(practices, costs)
    measured_on = max(one.date for one in costs.values())
    head = (
        f"{len(practices):,} practices with {sum(sizes):,} clients: {sizes[0]} to {sizes[-1]:,} each, half of them at "
        f"most {median(sizes):.0f}. Costs as of {measured_on.day} {measured_on:%B %Y}."
    )
    return "\n".join([head, "", *said(needs(practices, costs, Monday()), practices, costs), "", *table]), kept


def main() -> None:
    """Entry point of ``python -m bench.capacity``; exit status 1 when a usual night ends too late."""
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument("--practices", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=200_000, help="of all practices together")
    parser.add_argument("--write", action="store_true", help="into docs/capacity.md")
    asked = parser.parse_args()
    text, kept = page(invented(asked.practices, asked.clients, NIGHT), measured())
    if asked.write:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}")
    sys.stdout.write(f"{text}\n")
    if not kept:
        sys.exit(f"A usual night ends after {LATEST:%H:%M} with two worker processes or more.")


if __name__ == "__main__":
    main()
