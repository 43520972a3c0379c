"""Which tests stay together when several processes share them: those of a file that share what takes long to make.

The process that hands them out sees no fixtures, only names of tests; so it reads the files. (xdist's own marker for
groups has no effect with pytest 9.2.)
"""

import re
from collections.abc import Iterator
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent
_SHARED = re.compile(r'fixture\(scope="(?:module|class)"\)\n(?:async )?def (\w+)')


class Grouping(LoadScopeScheduling):
    """Hands out single tests in the order in which they were collected, and files whose tests share something whole."""

    def __init__(self, config, log=None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)
        self._whole = frozenset(sharing(TESTS))

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in self._whole else nodeid


def sharing(folder: Path) -> Iterator[str]:
    """The files, relative to the project, whose tests share what ``@cache`` keeps, or a fixture of module or class."""
    for path in folder.rglob("test_*.py"):
        text, conftest = path.read_text(), path.with_name("conftest.py")
        shared = _SHARED.findall(text + (conftest.read_text() if conftest.exists() else ""))
        if "\n@cache\n" in text or any(re.search(rf"[(,] ?{name}[:,)]", text) for name in shared):
            yield path.relative_to(folder.parent).as_posix()
