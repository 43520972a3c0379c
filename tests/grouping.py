"""Which tests stay together when several processes share them: those of a file that share what takes long to make.

The process that hands them out sees no fixtures, only names of tests; so it reads the files. (xdist's own marker for
groups has no effect with pytest 9.2.)
"""

import re
from collections.abc import Iterator
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent
PLUGINS = ("journeys/fixtures.py",)
"""Fixtures that every folder sees, beside those of the conftests above it."""
READERS = "from tests.house import"
"""In tests that read every source file: one process parses them, once."""
WALKERS = "street: Street"
"""In tests that walk through two furnished practices: one process furnishes them, once."""
_FUNCTION = re.compile(r"^(@.*\n)?(?:async )?def (\w+)\(([^)]*)\)", re.MULTILINE)
_WANTED = re.compile(r"(?:^|,)\s*(\w+)")


class Grouping(LoadScopeScheduling):  # type: ignore[misc]  # xdist says nothing of its types
    """Hands out single tests in the order in which they were collected, and files whose tests share something whole."""

    def __init__(self, config, log=None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)
        self._whole = {file: file for file in sharing(TESTS)}
        for words in (READERS, WALKERS):
            self._whole |= dict.fromkeys(having(TESTS, words), words)

    def _split_scope(self, nodeid: str) -> str:
        return self._whole.get(nodeid.partition("::")[0], nodeid)


def having(folder: Path, words: str) -> Iterator[str]:
    """The files with tests, relative to the project, in which some words stand."""
    for path in folder.rglob("test_*.py"):
        if words in path.read_text():
            yield path.relative_to(folder.parent).as_posix()


def sharing(folder: Path) -> Iterator[str]:
    """The files, relative to the project, whose tests share what ``@cache`` keeps, or a fixture of module or class."""
    for path in folder.rglob("test_*.py"):
        text, above = path.read_text(), path.parents[: path.parents.index(folder) + 1]
        conftests = (around / "conftest.py" for around in reversed(above))  # the nearest has the last word
        others = [*(folder / plugin for plugin in PLUGINS), *(file for file in conftests if file.exists())]
        functions = _FUNCTION.findall("".join(file.read_text() for file in others) + text)
        wanted = {name: set(_WANTED.findall(words)) for _, name, words in functions}
        fixtures = {name: decorator for decorator, name, _ in functions if "fixture" in decorator}
        shared = {name for name, decorator in fixtures.items() if "module" in decorator or "class" in decorator}
        while further := {name for name in fixtures if wanted[name] & shared} - shared:  # they hand it on
            shared |= further
        if "\n@cache\n" in text or any(wanted[name] & shared for name in wanted if name.startswith("test_")):
            yield path.relative_to(folder.parent).as_posix()
