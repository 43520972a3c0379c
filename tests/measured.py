"""How many lines and branches of pure code its own tests reach, looked at in every run of them: there is a floor.

Only the tests of that code are traced, and of these not those with invented examples: what chance reaches today, it may
not reach tomorrow. So this costs a second or two; `make coverage` measures everything by all tests.
"""

import ast
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from coverage import Coverage

ROOT = Path(__file__).parents[1]

PURE = {"tests/rules": ("rules",)}
"""Folders of tests, with the rooms that they have to reach."""

FLOOR = 97.5
"""Percent of the lines of functions, and of the ways on from them, that have to be reached."""

Arcs = dict[str, list[tuple[int, int]]]
"""Steps from line to line that were taken, by file."""


@dataclass
class Reach:
    """What was to be reached, in lines and ways on from them, what of it was not, and where that is."""

    count: int = 0
    missed: int = 0
    unreached: list[str] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """The share that was reached; all, where there was nothing to reach."""
        return 100 * (1 - self.missed / self.count) if self.count else 100.0


class Measured:
    """Traces the tests of pure code; a run of all of them fails where they reach too little of it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._arcs: Arcs = {}
        sources = [str(ROOT / source / "*") for named in PURE.values() for source in named]
        self._coverage = Coverage(data_file=None, config_file=False, branch=True, include=sources)
        self._reach = Reach()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        """Trace a test."""
        folder = next((folder for folder in PURE if (ROOT / folder) in item.path.parents), None)
        if folder is None or getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            return (yield)
        self._coverage.start()
        try:
            return (yield)
        finally:
            self._coverage.stop()

    def pytest_testnodedown(self, node: object) -> None:
        """Take what another process has measured."""
        for file, arcs in getattr(node, "workeroutput", {}).get("measured", {}).items():
            self._arcs.setdefault(file, []).extend((start, end) for start, end in arcs)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand on what was measured to the process that shows results; there, look at it."""
        data = self._coverage.get_data()
        for file in data.measured_files():
            self._arcs.setdefault(file, []).extend(data.arcs(file) or [])
        if (output := getattr(self._config, "workeroutput", None)) is not None:
            output["measured"] = {file: [list(arc) for arc in arcs] for file, arcs in self._arcs.items()}
        elif session.exitstatus == pytest.ExitCode.OK:
            self._reach = reach(self._arcs, self._whole())
            if self._reach.percent < FLOOR:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was reached, and what was not where that is too little."""
        if not self._reach.count:
            return
        percent, is_enough = self._reach.percent, self._reach.percent >= FLOOR
        rooms = ", ".join(room for rooms in PURE.values() for room in rooms)
        terminalreporter.section(f"{percent:.1f} % of {rooms} reached, {FLOOR} % wanted", red=not is_enough)
        if not is_enough:
            for line in self._reach.unreached:
                terminalreporter.line(line)

    def _whole(self) -> list[Path]:
        """The files of which all tests were asked for."""
        option, asked = self._config.option, [(ROOT / one.partition("::")[0]).resolve() for one in self._config.args]
        if option.keyword or getattr(option, "lf", False) or any("::" in one for one in self._config.args):
            return []
        return [
            file
            for folder, sources in PURE.items()
            if any(one == ROOT / folder or one in (ROOT / folder).parents for one in asked)
            for source in sources
            for file in sorted((ROOT / source).rglob("*.py"))
        ]


def reach(arcs: Arcs, files: Iterable[Path]) -> Reach:
    """What was reached of the functions in these files; what stands outside them was run before that was measured."""
    coverage = Coverage(data_file=None, config_file=False, branch=True)
    coverage.exclude("if TYPE_CHECKING:")
    coverage.get_data().add_arcs({str(file): arcs.get(str(file), []) for file in files})
    found = Reach()
    for file in files:
        inside = set(_lines_of_functions(file))
        _, lines, _, missing, _ = coverage.analysis2(str(file))
        ways = {line: told for line, told in coverage.branch_stats(str(file)).items() if line in inside}
        found.count += len(inside & set(lines)) + sum(total for total, _ in ways.values())
        found.missed += len(inside & set(missing)) + sum(total - taken for total, taken in ways.values())
        said = {line: f"{taken} of {total} ways on" for line, (total, taken) in ways.items() if taken < total}
        said |= dict.fromkeys(inside & set(missing), "never")
        found.unreached += [f"{file.relative_to(ROOT)}:{line}: {said[line]}" for line in sorted(said)]
    return found


def _lines_of_functions(file: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in node.body:
                yield from range(part.lineno, (part.end_lineno or part.lineno) + 1)
