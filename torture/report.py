"""The report of a run: what was done to the product, what people did, and what the judge found."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from torture.checker.findings import Finding
from torture.ledger import Ledger

SHOWN = 40
"""Findings that are shown in full."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a run.

    Attributes:
        seed: Its seed.
        minutes: How long faults lasted.
        ledger: What was done and promised.
        findings: Broken promises; empty when there are none.
        figures: Numbers by name, in order.
        left: The folder with logs and files; None when it was deleted.
    """

    seed: int
    minutes: float
    ledger: Ledger
    findings: Sequence[Finding]
    figures: dict[str, str] = field(default_factory=dict)
    left: Path | None = None

    def show(self, console: Console) -> None:
        """Print it."""
        blows = Table("Blow", "Times", title=f"Seed {self.seed}, {self.minutes:g} minutes", title_justify="left")
        for name, times in sorted(self.ledger.acts().items()):
            blows.add_row(name, str(times))
        console.print(blows)
        figures = Table(show_header=False)
        for name, value in self.figures.items():
            figures.add_row(name, value)
        console.print(figures)
        rules = Table("Broken promise", "Times")
        for rule, times in Counter(finding.rule for finding in self.findings).most_common():
            rules.add_row(rule, str(times))
        if self.findings:
            console.print(rules)
            for finding in self.findings[:SHOWN]:
                console.print(f"  {finding}", markup=False, highlight=False)
            console.print(f"Logs and files are in {self.left}.", markup=False, highlight=False)
        else:
            console.print("Nothing lost, doubled, stuck or untrue.")
