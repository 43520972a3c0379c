"""The house rules that a syntax tree can show, each with a word on what to do instead."""

import ast
import re

import pytest

from tests import house
from tests.house import ROOT, complain, parsed
from tests.test_architecture import ROOMS
from tests.test_architecture import test_a_room_imports_what_it_may as a_room_imports_what_it_may

LONGEST_MODULE = 350


def test_timeouts_and_retries_of_workflows_live_in_policies():
    complain(
        [
            f"{module.at(node)} calls {called}(): name the policy in workflows/plans/policies.py, with a line on why."
            for module in parsed("workflows")
            if module.path.name != "policies.py"
            for node, called in module.calls("RetryPolicy", "timedelta")
        ]
    )


def test_queries_stand_in_models():
    complain(
        [
            f"{module.at(node)} has a query: give it a name in models, beside the table that it reads or writes."
            for module in parsed("activities", "starter", "web", "cli")
            for node, _ in module.calls("select", "text", "insert", "update", "delete")
            if isinstance(node.func, ast.Name)
        ]
    )


WRITING = re.compile(r"\b(INSERT INTO|DELETE FROM|(?<!FOR )(?<!KEY )UPDATE \w+)\b")


def test_reads_write_nothing():
    """What changes a row stands in the aggregate's ``writes.py``, or in a module of the noun that it changes."""
    complain(
        [
            f"{module.at(node)} changes rows: move it to the writes.py beside it."
            for module in parsed("models")
            if module.path.name == "reads.py"
            for node in ast.walk(module.tree)
            if (isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITING.search(node.value))
            or (isinstance(node, ast.Call) and ast.unparse(node.func) in CHANGING)
        ]
    )


CHANGING = {"insert", "update", "delete", "session.add", "session.add_all", "session.delete", "session.merge"}


def test_every_module_says_why_it_exists():
    complain(
        [
            f"{module.name} has no docstring: open it with why it exists and what it must not do."
            for module in parsed(*ROOMS, "tests")
            if (module.tree.body or module.path.name != "__init__.py") and not ast.get_docstring(module.tree)
        ]
    )


NAMED_FILE = re.compile(r"`((?:[a-z_]+/)+[a-z_0-9.]*)`")
GONE = {"docs/decisions/0023-packages-in-rooms.md": "says where what was in other places went"}


def test_pages_name_files_that_are_there():
    """A path from the top, in a room, ``tests`` or ``docs``; ``NAME`` stands for any platform's."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    complain(
        [
            f"{page.relative_to(ROOT)} names {named}, which is not there: where did it go?"
            for page in sorted(pages)
            if str(page.relative_to(ROOT)) not in GONE
            for named in sorted(set(NAMED_FILE.findall(page.read_text(encoding="utf-8"))))
            if named.split("/")[0] in {*ROOMS, "tests", "docs"}
            if not ((ROOT / named).exists() or (ROOT / f"{named}.py").exists())
        ]
    )


def test_each_rule_has_tests_of_its_own():
    only_data = {"rules/clients/imports/plans.py"}  # what judging gives; its tests read it
    complain(
        [
            f"{module.name} has no tests/{module.name.replace(module.path.name, f'test_{module.path.name}')}: "
            f"plain examples of it, and a property that holds for any."
            for module in parsed("rules")
            if module.path.name != "__init__.py" and module.name not in only_data
            if not (ROOT / "tests" / module.path.relative_to(ROOT).with_name(f"test_{module.path.name}")).is_file()
        ]
    )


def test_the_code_points_to_pages_that_are_there():
    """Whoever reads a docstring has this repository and what vendors publish."""
    pages = {page.name for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))}
    complain(
        [
            f"{module.name}:{number} points to {found.group()}: say it here, or name a page of docs/ by its path."
            for module in parsed(*ROOMS)
            for number, line in enumerate(module.path.read_text(encoding="utf-8").splitlines(), 1)
            for found in re.finditer(r"\b[a-z_-]+\.md\b(,? sections?)?|\bdesign (rule|section) [0-9]", line)
            if found.group() not in pages
        ]
    )


def test_only_the_command_line_prints():
    complain(
        [
            f"{module.at(node)} prints: log it (logging.getLogger(__name__)), or return it to the command line."
            for module in parsed(*ROOMS)
            if module.room not in {"cli", "bench"}
            for node, _ in module.calls("print")
            if isinstance(node.func, ast.Name) and "noqa: T201" not in module.line(node)  # a reason stands there
        ]
    )


def test_tests_wait_for_conditions_and_never_sleep():
    complain(
        [
            f"{module.at(node)} sleeps: wait for the event or condition itself, or move an injected clock."
            for module in parsed("tests")
            for node, _ in module.calls("sleep")
        ]
    )


def test_modules_stay_short():
    complain(
        [
            f"{module.name} has {lines} lines, more than {LONGEST_MODULE}: give one of its nouns a module of its own."
            for module in parsed(*ROOMS, "tests")
            if "migrations/versions" not in module.name  # a migration is one change, however long
            if (lines := len(module.path.read_text().splitlines())) > LONGEST_MODULE
        ]
    )


MOST_MODULES = 15
SIDE_ROOMS = {"bench", "torture"}
"""What measures and tries the product; it counts for no share of it."""


def test_no_package_is_full():
    """A folder that is looked through with one glance; whatever comes next needs a place of its own."""
    packages = {path.parent for name in (*ROOMS, "tests") for path in (ROOT / name).rglob("*.py")}
    complain(
        [
            f"{package.relative_to(ROOT)} has {number} modules, more than {MOST_MODULES}: which noun do some share?"
            for package in sorted(packages)
            if package.name != "versions"  # migrations only become more
            if (number := len([path for path in package.glob("*.py") if path.name != "__init__.py"])) > MOST_MODULES
        ]
    )


def test_no_room_is_most_of_the_house():
    lines = {
        name: sum(
            len(module.path.read_text().splitlines()) for module in parsed(name) if "/versions/" not in module.name
        )
        for name in set(ROOMS) - SIDE_ROOMS
    }
    complain(
        [
            f"{name} has {number} of {sum(lines.values())} lines, more than a fifth: something in it is a room."
            for name, number in sorted(lines.items())
            if number * 5 > sum(lines.values())
        ]
    )


def test_a_class_has_a_name_of_its_own():
    """Platforms have parts of the same kind, such as a ``Walk``; nobody speaks of two of them at once."""
    homes: dict[str, set[str]] = {}
    for module in parsed(*set(ROOMS) - SIDE_ROOMS - {"emulators"}):
        platform = module.path.parent.parent.name == "providers" and module.path.parent.name not in {"kit", "port"}
        home = "a platform" if platform else module.name
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, set()).add(home)
    complain(
        [
            f"{name} is the name of different things in {' and '.join(sorted(places))}: which one is it?"
            for name, places in sorted(homes.items())
            if len(places) > 1
        ]
    )


def test_test_folders_are_packages():
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    complain(
        [
            f"{folder.relative_to(ROOT)} has no __init__.py: without one, its modules may shadow a room of ours."
            for folder in sorted(folders)
            if not (folder / "__init__.py").exists()
        ]
    )


def test_the_rules_see_what_they_forbid(tmp_path, monkeypatch):
    """The walk itself works: each kind of import and call is found."""
    monkeypatch.setattr(house, "ROOT", tmp_path)
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "bad.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from web import app\n"
        "def late():\n    import models.clients.tables\n    asyncio.sleep(1)\n    return RetryPolicy()\n"
        "from .planning import window\n"
    )
    [module] = parsed("workflows")
    assert {name for _, name in module.imports()} == {"typing", "web", "models", "workflows"}
    assert [called for _, called in module.calls("sleep", "RetryPolicy")] == ["sleep", "RetryPolicy"]
    with pytest.raises(AssertionError, match=r"bad\.py:3 imports web"):
        a_room_imports_what_it_may("workflows")
