"""``make torture-planted``: five mistakes, each put into a copy of the checkout, and each to be caught by the judge.

A judge that has never found anything proves nothing. The mistakes are edits of a few words, which have to fit exactly:
where the code has moved on, this fails, and the mistake has to be planted anew.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
CAUGHT = 1
"""The exit status of a run in which a promise was broken."""


class DoesNotFitError(Exception):
    """The code that was to be replaced is not there."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text in a file that stands there exactly once, and its replacement."""

    file: str
    old: str
    new: str

    def make(self, checkout: Path) -> None:
        """Replace it in a checkout.

        Raises:
            DoesNotFitError: The text is not there, or more than once.
        """
        path = checkout / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise DoesNotFitError(f"{self.file} has these words {text.count(self.old)} times: {self.old!r}")
        path.write_text(text.replace(self.old, self.new))


@dataclass(frozen=True, slots=True)
class Mistake:
    """One planted mistake.

    Attributes:
        name: What it is.
        edits: The replacements that make it.
        breaks: Promises, of which at least one has to be reported as broken.
        seeds: Seeds to try one after the other until it is caught.
    """

    name: str
    edits: Sequence[Edit]
    breaks: frozenset[str]
    seeds: Sequence[int] = (1, 2, 3)


MISTAKES = (
    Mistake(
        "a missing constraint",
        (
            Edit(
                "models/migrations/versions/0001_every_table.py",
                '        sa.UniqueConstraint("colleague_id", "idempotency_key", '
                'name=op.f("uq_runs_colleague_id_idempotency_key")),\n',
                "",
            ),
        ),
        frozenset({"nothing happens twice"}),
    ),
    Mistake(
        "a refresh without a lease",
        (
            Edit(
                "models/grants/writes.py",
                'return await session.get_one(Grant, grant_id, with_for_update={"key_share": True})',
                "return await session.get_one(Grant, grant_id)",
            ),
            Edit("models/grants/fresh_tokens.py", "if grant.generation == tried:", "if grant.generation >= tried:"),
            Edit("models/grants/leases.py", "col(Grant.refresh_until).is_(None)", "col(Grant.id) == seen.id"),
        ),
        frozenset({"one refresh at a time", "no login is lost"}),
    ),
    Mistake(
        "an effect outside its transaction",
        (
            Edit(
                "models/clients/writes.py",
                '        await _copy(self._session, "clients", self._clients)\n',
                '        await _copy(self._session, "clients", self._clients)\n'
                '        await connection.exec_driver_sql("COMMIT AND CHAIN")\n',
            ),
        ),
        frozenset({"an effect and its record are one"}),
    ),
    Mistake(
        "a stage that goes back",
        (
            Edit(
                "activities/runs/clients.py",
                "            run = await runs.open_run(session, asked.run_id)\n",
                "            run = await runs.open_run(session, asked.run_id)\n"
                "            run.stage = type(run.stage).AWAITING_SELECTION\n",
            ),
        ),
        frozenset({"a stage goes back"}),
    ),
    Mistake(
        "an outage that is called unknown",
        (
            Edit(
                "activities/shared/failures.py",
                'Trouble(cause=Cause.OUR_OUTAGE, detail=f"the database is away',
                'Trouble(cause=Cause.UNKNOWN, detail=f"the database is away',
            ),
            Edit(
                "activities/shared/failures.py",
                "        type=Cause.OUR_OUTAGE.value,\n",
                "        type=Cause.UNKNOWN.value,\n",
            ),
            Edit(
                "providers/port/errors.py",
                "super().__init__(Cause.PROVIDER_UNAVAILABLE, detail, retry_at=retry_at)",
                "super().__init__(Cause.UNKNOWN, detail, retry_at=retry_at)",
            ),
        ),
        frozenset({"nothing known is called unknown"}),
    ),
)


def main() -> None:
    """Entry point; exit status 1 when a mistake was not caught, or its text is not there any more."""
    asked, console = _arguments(), Console(soft_wrap=True)
    table, is_missed = Table("Planted", "Seed", "Found"), False
    for mistake in MISTAKES:
        if asked.only and not any(word in mistake.name for word in asked.only):
            continue
        try:
            seed, found = _look_for(mistake, asked, console)
        except DoesNotFitError as error:
            sys.exit(f"{mistake.name}: {error}")
        is_missed = is_missed or not found
        table.add_row(mistake.name, str(seed), found or "[bold]not caught[/bold]")
    console.print(table)
    sys.exit(1 if is_missed else 0)


def _look_for(mistake: Mistake, asked: argparse.Namespace, console: Console) -> tuple[int, str]:
    """Run with the mistake until it is caught.

    Returns:
        The last seed, and the first finding of a promise that it breaks; an empty text when it was not caught.
    """
    seed = 0
    with tempfile.TemporaryDirectory(prefix="clientsync-planted-", ignore_cleanup_errors=True) as folder:
        checkout = Path(folder) / "checkout"
        shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".*", "build", "__pycache__", "*.egg-info"))
        for edit in mistake.edits:
            edit.make(checkout)
        for seed in asked.seed or mistake.seeds:
            console.print(f"{mistake.name}, seed {seed} …")
            argv = [sys.executable, "-m", "torture", "--seed", str(seed), "--minutes", str(asked.minutes)]
            argv += ["--practices", str(asked.practices), "--organisations", str(asked.organisations)]
            argv += ["--calm", str(asked.calm), "--keep", str(Path(folder) / f"seed-{seed}")]
            done = subprocess.run(argv, cwd=checkout, capture_output=True, text=True, check=False)  # noqa: S603  # ours
            for line in done.stdout.splitlines():
                if done.returncode == CAUGHT and line.strip().partition(": ")[0] in mistake.breaks:
                    console.print(f"  caught: {line.strip()}", markup=False)
                    return seed, line.strip()
            other = [line for line in done.stdout.splitlines() if line.startswith("  ")][:3]
            told = other + [
                line.strip() for line in done.stdout.splitlines() if "│ clients" in line or "│ runs" in line
            ]
            console.print(f"  not caught (status {done.returncode})", *told, done.stderr[-500:], sep="\n", markup=False)
    return seed, ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m torture.planted", description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", help="in place of each mistake's own seeds")
    parser.add_argument("--minutes", type=float, default=1.0, help="for which everything goes wrong, with each seed")
    parser.add_argument("--practices", type=int, default=2)
    parser.add_argument("--organisations", type=int, default=8, help="of each practice")
    parser.add_argument("--calm", type=float, default=60.0, help="seconds after which nobody waits for quiet any more")
    parser.add_argument("--only", nargs="*", help="only mistakes with one of these words in their names")
    return parser.parse_args()


if __name__ == "__main__":
    main()
