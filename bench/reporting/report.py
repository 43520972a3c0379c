"""How a comparison is shown: tables for people, plain data for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from statistics import median

from rich.console import RenderableType
from rich.table import Table

from bench.reporting.results import Comparison, Timing, middle, middle_cpu

PHASES = {
    "listing": "From the consent's return to the list, s",
    "adding": "From the choice to the last row, s",
    "total": "Both, s",
}
MUCH_NOISE = 0.1
NONE = "-"
_MEGA = 1e6


def verdict(comparison: Comparison) -> str:
    """The line with the ratio."""
    return f"ours ÷ bare = {comparison.ratio():.2f}"


def warning(comparison: Comparison) -> str | None:
    """A warning when the machine was busy with other things, so that the ratio says little; None otherwise."""
    if (noise := comparison.noise()) <= MUCH_NOISE:
        return None
    return f"{noise:.0%} of the CPU time went to something else on this machine: the ratio says little. Run it alone."


def tables(comparison: Comparison) -> Iterator[RenderableType]:
    """The tables for people."""
    yield _times(comparison)
    yield _cpu(comparison)
    yield _facts(comparison)


def data(comparison: Comparison) -> dict[str, object]:
    """The whole comparison for programs."""
    ratios = {phase: round(comparison.ratio(phase), 3) for phase in PHASES}
    return {"ratio": ratios["total"], "ratios": ratios, **asdict(comparison)}


def _times(comparison: Comparison) -> Table:
    title = f"{comparison.organisations} organisations, {comparison.latency_ms} ms ± half per call; medians (each run)"
    table = Table("", title=title, title_justify="left")
    for heading in ("bare", "ours", "ours ÷ bare"):
        table.add_column(heading, justify="right")
    for phase, words in PHASES.items():
        cells = (_spread(runs, phase) for runs in (comparison.bare, comparison.ours))
        table.add_row(words, *cells, f"{comparison.ratio(phase):.2f}")
    table.add_row("Organisations a second", *(f"{_rate(comparison, runs):.1f}" for runs in _both(comparison)), "")
    return table


def _cpu(comparison: Comparison) -> Table:
    table = Table("CPU seconds (median)", title_justify="left")
    bare, ours = middle_cpu(comparison.bare), middle_cpu(comparison.ours)
    names = dict.fromkeys(("script", "worker", "web", "Temporal", "PostgreSQL", "sandbox"))
    for heading in ("bare", "ours"):
        table.add_column(heading, justify="right")
    for name in dict.fromkeys([*names, *bare, *ours]):
        if name in bare or name in ours:
            table.add_row(name, *(f"{cpu[name]:.2f}" if name in cpu else NONE for cpu in (bare, ours)))
    table.add_row("all of these", *(f"{sum(cpu.values()):.2f}" for cpu in (bare, ours)), end_section=True)
    others = (f"{median(run.usage.others_cpu_seconds for run in runs):.2f}" for runs in _both(comparison))
    table.add_row("everything else on the machine", *others)
    return table


def _facts(comparison: Comparison) -> Table:
    table = Table("", "bare", "ours", title_justify="left")
    calls = (f"{median(run.calls.api for run in runs) / comparison.organisations:.2f}" for runs in _both(comparison))
    table.add_row("Provider calls per organisation", *calls)
    table.add_row("Calls answered 429", *(str(max(run.calls.too_many for run in runs)) for runs in _both(comparison)))
    table.add_row("Rows stored", *(f"{max(sum(run.rows.values()) for run in runs):,}" for runs in _both(comparison)))
    table.add_row(
        "Peak memory, MB",
        *(_peak(runs, name) for runs, name in zip(_both(comparison), ("script", "worker"), strict=True)),
    )
    if histories := [run.history for run in comparison.ours if run.history]:
        events = median(history.events for history in histories)
        size = median(history.bytes for history in histories)
        each = f"{events:.0f} ({events / comparison.organisations:.1f})"
        table.add_row("History events (per organisation)", NONE, each)
        each = f"{size / 1000:,.0f} kB ({size / comparison.organisations:,.0f} B)"
        table.add_row("History bytes (per organisation)", NONE, each)
    return table


def _both(comparison: Comparison) -> tuple[Sequence[Timing], Sequence[Timing]]:
    return comparison.bare, comparison.ours


def _spread(runs: Sequence[Timing], phase: str) -> str:
    each = ", ".join(f"{getattr(run, phase):.2f}" for run in runs)
    return f"{middle(runs, phase):.2f} ({each})"


def _rate(comparison: Comparison, runs: Sequence[Timing]) -> float:
    return comparison.organisations / middle(runs, "total")


def _peak(runs: Sequence[Timing], name: str) -> str:
    peaks = [peak for run in runs if (peak := run.usage.peak_bytes.get(name))]
    return f"{max(peaks) / _MEGA:.0f}" if peaks else NONE
