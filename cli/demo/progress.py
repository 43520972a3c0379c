"""What a person sees while the demo runs: a line for each step with its time, and the run's progress."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.demo.journey import Watch
from cli.demo.report import counted
from contracts.words.runs import Stage
from starter.answers.runs import RunSummaryAnswer

BAR = 48
"""Characters."""


class Steps:
    """Shows steps and runs on a console.

    Attributes:
        seconds: How long each step took, in order.
    """

    def __init__(self, console: Console) -> None:
        self.seconds: dict[str, float] = {}
        self._console = console

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show that a step is under way, and then how long it took."""
        with self._timed(title), self._console.status(title):
            yield

    @contextmanager
    def watching(self, title: str, total: int) -> Iterator[Watch]:
        """Show a run while it works; yields a function that is called with each reading of it.

        Args:
            title: The step's title.
            total: Organisations in the run.
        """
        with self._timed(title), Live(Text(title), console=self._console, transient=True) as live:
            yield lambda run: live.update(picture(run, total))

    def tell(self, what: RenderableType) -> None:
        """Print something that stays on the screen."""
        self._console.print(what)

    @contextmanager
    def _timed(self, title: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[title] = round(time.monotonic() - began, 2)
        line = Text.assemble(("✓ ", "green"), title, (f"  {self.seconds[title]:.1f} s", "dim"))
        self._console.print(line, soft_wrap=True)


def picture(run: RunSummaryAnswer, total: int) -> RenderableType:
    """A run as it is now: stage, bar, outcomes, causes."""
    done = total if run.stage is Stage.FINISHED else sum(run.counts.values())
    grid = Table.grid(padding=(0, 2))
    grid.add_row(
        Text(run.stage.label, style="bold"),
        ProgressBar(total=max(total, 1), completed=done, width=BAR),
        Text(f"{done} of {total}"),
    )
    lines: list[RenderableType] = [grid, Text(f"Outcomes  {counted(run.counts) or 'none yet'}")]
    if run.causes:
        lines.append(Text(f"Causes    {counted(run.causes)}", style="yellow"))
    return Group(*lines)
