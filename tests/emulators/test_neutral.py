"""What stand-ins share speaks of no platform, and no stand-in knows another."""

import ast
import re

import pytest

from tests.house import ROOT, complain, parsed

PLATFORMS = re.compile(r"xero|\bsage\b|sageone|quickbooks|intuit", re.IGNORECASE)
SHARED = ("kit", "books")


@pytest.mark.parametrize("package", SHARED)
def test_no_platform_is_named_in_what_is_shared(package: str) -> None:
    complain(
        [
            f"{path.relative_to(ROOT)}:{number} names {found.group()}: say it in neutral words, or move it there."
            for path in sorted((ROOT / "emulators" / package).rglob("*"))
            if path.suffix in {".py", ".html", ".css", ".txt"}
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if (found := PLATFORMS.search(line))
        ]
    )


def test_a_stand_in_builds_on_what_is_shared_alone() -> None:
    problems = []
    for module in parsed("emulators"):
        own = module.path.relative_to(ROOT / "emulators").parts[0]
        allowed = {"books"} if own == "books" else {"kit", "books"} if own == "kit" else {"kit", "books", own}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("emulators."):
                imported = (node.module or "").split(".")[1]
                if imported not in allowed:
                    problems.append(f"{module.at(node)} imports emulators.{imported}: it may use {sorted(allowed)}.")
    complain(problems)
