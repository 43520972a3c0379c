"""Writes the results of ``make bench`` into ``docs/benchmarks.md``: a Markdown table, and a plot as SVG."""

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from bench.reporting.results import Size, Timing, Whole, middle, middle_cpu

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
COLOURS = {"bare, 1": "#b9c0ca", "bare, 2": "#8a94a3", "ours, 1": "#7fb2e5", "ours, 2": "#0b6bcb"}
BARE = ("bare, 1", "bare, 2")
_WIDTH, _HEIGHT, _LEFT, _BAR = 790, 26, 350, 16


def write(whole: Whole, docs: Path) -> None:
    """Write the table into its place, and the plot, which stands at the head of the page."""
    page = docs / "benchmarks.md"
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{_where()}\n\n{table(whole)}\n{END}{after}")
    (docs / "images" / "benchmarks.svg").write_text(plot(whole))


def table(whole: Whole) -> str:
    """All measurements as Markdown."""
    columns = [(size, contender) for size in whole.sizes for contender in size.contenders]
    head = "".join(f" {size.title}: {contender} |" for size, contender in columns)
    lines = [f"| |{head}", f"| --- |{' ---: |' * len(columns)}"]
    cells = [_cells(size, contender) for size, contender in columns]
    names = sorted(dict.fromkeys(name for column in cells for name in column), key=_rank)
    lines += [f"| {name} |" + "".join(f" {column.get(name, '-')} |" for column in cells) for name in names]
    return "\n".join([*lines, "", *_besides(whole)])


def plot(whole: Whole) -> str:
    """Seconds for each organisation, by size and contender."""
    bars = [
        (size.title, contender, middle(size.of(contender), "total") / size.organisations * 1000)
        for size in whole.sizes
        for contender in size.contenders
    ]
    longest = max(milliseconds for _, _, milliseconds in bars)
    height = _HEIGHT * len(bars) + 50
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text font-size="14" x="16" y="26" fill="#1c2530">Milliseconds for an organisation; less is better</text>',
    ]
    for place, (title, contender, milliseconds) in enumerate(bars):
        top = 42 + place * _HEIGHT
        length = (_WIDTH - _LEFT - 70) * milliseconds / longest
        drawn += [
            f'<text font-size="13" x="16" y="{top + 13}" fill="#5a6776">{title} · {_title(contender)}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{length:.1f}" height="{_BAR}" rx="2" fill="{COLOURS[contender]}"/>',
            f'<text font-size="13" x="{_LEFT + 8 + length:.0f}" y="{top + 13}">{milliseconds:.1f}</text>',
        ]
    return "\n".join([*drawn, "</svg>", ""])


def _rank(name: str) -> int:
    """The position of a row's group in the table."""
    return next(
        (rank for rank, start in enumerate(("CPU", "Peak", "History", "Workflow"), 1) if name.startswith(start)), 0
    )


def _cells(size: Size, contender: str) -> dict[str, str]:
    runs, organisations = size.of(contender), size.organisations
    seconds = middle(runs, "total")
    cpu = middle_cpu(runs)
    found = {
        "Listing, s": _spread(runs, "listing"),
        "Adding, s": _spread(runs, "adding"),
        "Both, s": _spread(runs, "total"),
        **{f"÷ {bare}": f"{seconds / middle(size.of(bare), 'total'):.2f}" for bare in BARE if bare in size.contenders},
        "Organisations a second": f"{organisations / seconds:.1f}",
        "Provider calls a minute": f"{median(run.calls.api for run in runs) / seconds * 60:,.0f}",
        "Provider calls per organisation": f"{median(run.calls.api for run in runs) / organisations:.2f}",
        "Calls in a whole minute, fewest": f"{min(whole):,}" if (whole := _whole_minutes(runs)) else "-",
        "Calls answered 429": str(max(run.calls.too_many for run in runs)),
        "CPU ms per organisation": f"{sum(cpu.values()) / organisations * 1000:.1f}",
    }
    found |= {f"CPU {name}, s": f"{used:.2f}" for name, used in cpu.items()}
    found |= {f"Peak {name}, MB": f"{peak / 1e6:.0f}" for name, peak in _peaks(runs).items()}
    histories = [run.history for run in runs if run.history]
    if histories:
        tasks = sorted(seconds for history in histories for seconds in history.task_seconds)
        found |= {
            "History events per organisation": f"{median(one.events for one in histories) / organisations:.2f}",
            "History bytes per organisation": f"{median(one.bytes for one in histories) / organisations:,.0f}",
            "Workflow task, median ms": f"{median(tasks) * 1000:.0f}",
            "Workflow task, 95th percentile ms": f"{quantiles(tasks, n=20)[-1] * 1000:.0f}",
        }
    return found


def _besides(whole: Whole) -> Iterator[str]:
    compared = [size for size in whole.sizes if size.has_limits and {*BARE, "ours, 2"} <= set(size.contenders)]
    ours = [(size, middle(size.of("ours, 2"), "total") / size.organisations) for size in compared]
    if ours and whole.one_by_one:
        size, each = ours[-1]
        yield (
            f"One by one with the official SDK: {whole.one_by_one:.2f} s an organisation, "
            f"{whole.one_by_one / each:.0f} times ours with two that read at {size.organisations:,}."
        )
    if whole.fairness is not None:
        alone, beside = whole.fairness.alone, whole.fairness.beside
        yield (
            f"A practice with three clients: {alone:.2f} s alone, {beside:.2f} s beside a run of "
            f"{ours[-1][0].organisations:,}, {beside / alone:.1f} times as long."
        )
    runs = [run.timing for size in whole.sizes for run in size.runs]
    others = sum(run.usage.others_cpu_seconds for run in runs)
    noise = others / (others + sum(sum(run.usage.cpu_seconds.values()) for run in runs))
    yield f"Of all CPU time, {noise:.0%} went to something else on the machine."


def _whole_minutes(runs: Sequence[Timing]) -> list[int]:
    return [calls for run in runs for calls in run.minutes]


def _peaks(runs: Sequence[Timing]) -> dict[str, int]:
    names = dict.fromkeys(name for run in runs for name in run.usage.peak_bytes)
    return {name: max(run.usage.peak_bytes.get(name, 0) for run in runs) for name in names}


def _spread(runs: Sequence[Timing], phase: str) -> str:
    each = [float(getattr(run, phase)) for run in runs]
    return f"{median(each):.2f}" if len(each) == 1 else f"{median(each):.2f} ({min(each):.2f} to {max(each):.2f})"


def _title(contender: str) -> str:
    return {
        "bare, 1": "bare script, 192 calls at once",
        "bare, 2": "bare script, 384 calls at once",
        "ours, 1": "ours, one process reads",
        "ours, 2": "ours, two processes read",
    }[contender]


def _where() -> str:
    return (
        f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} CPUs, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}. Medians, with the least and the most; "
        "two processes read, or the script makes as many calls at once, where 2 stands."
    )
