"""The source files of the house, parsed: what the tests of its rules look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Module:
    """A source file, parsed."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def room(self) -> str:
        return self.path.relative_to(ROOT).parts[0].removesuffix(".py")

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)}"

    def line(self, node: ast.expr) -> str:
        return self.path.read_text().splitlines()[node.lineno - 1]

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Every imported module's first name, those under ``TYPE_CHECKING`` and inside functions included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name.split(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node, self.room if node.level else (node.module or "").split(".")[0]

    def calls(self, *names: str) -> Iterator[tuple[ast.Call, str]]:
        """Calls of functions with one of these last names: ``sleep`` finds ``asyncio.sleep(…)`` too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                called = node.func
                last = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
                if last in names:
                    yield node, str(last)


def parsed(*rooms: str) -> list[Module]:
    files = [
        file
        for name in rooms
        for file in ([ROOT / f"{name}.py"] if (ROOT / f"{name}.py").is_file() else sorted((ROOT / name).rglob("*.py")))
    ]
    return [read(file) for file in files]


@cache
def read(file: Path) -> Module:
    return Module(file, ast.parse(file.read_text(), str(file)))


def complain(problems: list[str]) -> None:
    assert not problems, "\n" + "\n".join(problems)
