"""Who may import whom, and why; each complaint says what to do instead."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house import ROOT, Module, complain, parsed, read


@dataclass(frozen=True)
class Room:
    """What the code of a room may import.

    Attributes:
        ours: Rooms of ours, besides itself.
        never: Libraries that would bring in what the room must stay free of.
        why: The reason, for whoever broke the rule.
    """

    ours: frozenset[str]
    never: frozenset[str]
    why: str


def room(ours: str, never: str, why: str) -> Room:
    return Room(frozenset(ours.split()), frozenset(never.split()), why)


INPUT_AND_OUTPUT = "aiohttp asyncpg authlib fastapi httpx httpx2 sqlalchemy sqlmodel socket subprocess"
ROOMS = {
    "contracts": room(
        "",
        f"{INPUT_AND_OUTPUT} temporalio pydantic_settings",
        "every room and the workflow sandbox read contracts: plain types only",
    ),
    "rules": room(
        "contracts",
        f"{INPUT_AND_OUTPUT} temporalio pydantic_settings",
        "a decision is a pure function: hand in what it needs",
    ),
    "providers": room(
        "contracts",
        "temporalio sqlalchemy sqlmodel asyncpg fastapi",
        "a provider's client knows the provider and our words, neither workflows nor tables",
    ),
    "models": room(
        "contracts rules",
        "temporalio httpx httpx2 aiohttp authlib fastapi",
        "tables know no provider and no workflow; hand in what they need",
    ),
    "activities": room(
        "contracts rules providers models",
        "fastapi typer pydantic_settings",
        "activities get their clients injected by worker.py, and never reach back to workflows or the web",
    ),
    "workflows": room(
        "contracts rules activities",
        f"{INPUT_AND_OUTPUT} pydantic_settings",
        "a workflow decides and does no I/O; ask an activity",
    ),
    "runtime": room(
        "",
        "sqlalchemy sqlmodel fastapi authlib",
        "process wiring knows nothing of the product; hand names and commands in",
    ),
    "starter": room(
        "contracts rules workflows models runtime providers",
        "",
        "the door to the product starts and asks workflows; the sandbox is started as a process",
    ),
    "web": room(
        "contracts runtime starter",
        "temporalio",
        "a page asks an operation and shows what it answers",
    ),
    "cli": room(
        "contracts runtime starter",
        "fastapi",
        "a command asks an operation and prints what it answers; servers are processes of their own",
    ),
    "worker": room(
        "contracts providers models activities workflows runtime",
        "fastapi typer",
        "the composition root of the worker needs neither the web nor the sandbox",
    ),
    "emulators": room(
        "",
        "temporalio sqlalchemy sqlmodel asyncpg",
        "a stand-in that shares code with the client would share its mistakes too",
    ),
    "torture": room(
        "contracts models runtime starter cli",
        "fastapi",
        "practices are set up as an operator does; what is tried is reached by processes and HTTP alone",
    ),
    "bench": room(
        "contracts rules providers models activities workflows runtime starter cli web",
        "",
        "benchmarks reach the sandbox as a process, over HTTP",
    ),
}


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_what_it_may(name):
    allowed, problems = ROOMS[name], []
    for module in parsed(name):
        for node, imported in module.imports():
            if imported in ROOMS and imported != name and imported not in allowed.ours:
                problems.append(f"{module.at(node)} imports {imported}: {name} may not, because {allowed.why}.")
            if imported in allowed.never:
                problems.append(f"{module.at(node)} imports {imported}: {name} may not, because {allowed.why}.")
    complain(problems)


@pytest.mark.parametrize("name", ROOMS)
def test_the_page_says_who_may_import_whom(name):
    """The last column of the page's table; what it says in brackets of a room is for people."""
    said = {first: last for first, *_, last in (row.strip(" |").split(" | ") for row in PAGE if row.startswith("| `"))}
    words = set(re.findall(r"[a-z]+", re.sub(r"\(.*?\)", "", said[f"`{written(name)}`"])))
    named = words & set(ROOMS)
    assert (set(ROOMS) - named - {name} if {"all", "but"} <= words else named) == set(ROOMS[name].ours)


@pytest.mark.parametrize("name", ROOMS)
def test_in_the_drawing_of_who_knows_whom_a_room_stands_above_those_that_it_imports(name):
    drawn = PAGE[PAGE.index(next(line for line in PAGE if line.startswith("Who knows whom"))) :]
    lines = [number for number, line in enumerate(drawn) if line == "```"]
    height = {
        room: -number for number, line in enumerate(drawn[: lines[1]]) for room in line.split() if number > lines[0]
    }
    assert height.keys() == {written(room) for room in ROOMS}
    assert all(height[written(room)] < height[written(name)] for room in ROOMS[name].ours)


def written(name: str) -> str:
    return f"{name}.py" if (ROOT / f"{name}.py").is_file() else f"{name}/"


PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()


DECIDED = [
    line.strip(" |").split(" | ")
    for line in (ROOT / "docs" / "where.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| What", "| ---"))
]
PLACE = re.compile(r"(?:(?P<names>`\w+`(?:, `\w+`)*): )?`(?P<file>[\w./-]+)`")


def named_in(file: Path) -> set[str]:
    """What a file gives a name to: of code, what it defines or sets; of anything else, each of its words."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        return set(re.findall(r"\w+", text))
    names = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.keyword(arg=str(name)):
                names.add(name)
    return names


def test_each_place_that_the_page_names_is_there_and_decides_it():
    problems = []
    for what, *columns in DECIDED:
        for place in (place for column in columns for place in column.split("; ")):
            found = PLACE.fullmatch(place)
            if found is None:
                problems.append(f"{what}: {place} is not written as `name`, `name`: `file`")
            elif not (file := ROOT / found["file"]).exists():
                problems.append(f"{what}: there is no {found['file']}")
            elif names := set(re.findall(r"\w+", found["names"] or "")) - (named_in(file) if file.is_file() else set()):
                problems.append(f"{what}: {found['file']} has no {', '.join(sorted(names))}")
    complain(problems)


def test_the_page_says_each_thing_once():
    said = [what for what, *_ in DECIDED]
    assert len(said) == len(set(said)) > 150


@pytest.mark.parametrize("name", ROOMS)
def test_production_code_imports_no_tests(name):
    complain(
        [
            f"{module.at(node)} imports {imported}: production code must run where no test is installed."
            for module in parsed(name)
            for node, imported in module.imports()
            if imported in {"tests", "pytest", "hypothesis", "intuitlib", "quickbooks", "xero_python"}
            and (name, imported) != ("bench", "xero_python")  # it is one of those that we are compared with
        ]
    )


def test_the_judge_shares_no_code_with_the_product():
    shared = set(ROOMS) - {"torture"}
    complain(
        [
            f"{module.at(node)} imports {imported}: the judge would not see a mistake that it shares."
            for module in parsed("torture")
            if module.path.parent.name == "checker" or module.path.name in {"chaos.py", "ledger.py", "audit.py"}
            for node, imported in module.imports()
            if imported in shared
        ]
    )


STAND_INS = (
    "tests/identity_provider.py",
    "tests/letterbox.py",
    "tests/models/pooler.py",
    "tests/providers/stand_in.py",
    "tests/web/keys/passkey_device.py",
)
"""What stands in for others' software in tests; the sandboxes are rooms."""
SHARES_NOTHING = {"emulators"}


def of_tests(module: Module) -> Iterator[Module]:
    """The modules of ``tests`` that a module of them imports."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            named = ROOT.joinpath(*(node.module or "").split("."))
            inside = [named / f"{alias.name}.py" for alias in node.names]
            yield from (read(file) for file in (named.with_suffix(".py"), *inside) if file.is_file())


@pytest.mark.parametrize("name", STAND_INS)
def test_a_stand_in_shares_no_code_with_the_product(name):
    seen, left, problems = set(), [read(ROOT / name)], []
    while left:
        module = left.pop()
        if module.name not in seen:
            seen.add(module.name)
            left.extend(of_tests(module))
            problems += [
                f"{module.at(node)} imports {imported}: {name} would share the mistakes that it is there to show."
                for node, imported in module.imports()
                if imported in set(ROOMS) - SHARES_NOTHING
            ]
    complain(problems)


def test_every_room_is_known():
    own = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}
    complain(
        [
            f"{name}/ is not in the table of rooms in {Path(__file__).name}: say there who may import it, and why."
            for name in sorted(own - set(ROOMS) - {"tests"})
        ]
    )


def test_no_room_hides_a_module_of_python():
    assert not set(ROOMS) & set(sys.stdlib_module_names)
