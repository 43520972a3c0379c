"""The planted mistakes still fit the code that they are planted in."""

import ast
import shutil
from pathlib import Path

import pytest

from torture.planted import MISTAKES, ROOT, DoesNotFitError, Edit, Mistake


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_can_be_planted(tmp_path: Path, mistake: Mistake):
    for edit in mistake.edits:
        copy = tmp_path / edit.file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / edit.file, copy)
        edit.make(tmp_path)
        assert copy.read_text() != (ROOT / edit.file).read_text()
        ast.parse(copy.read_text())


def test_code_that_has_moved_on_is_told(tmp_path: Path):
    (tmp_path / "some.py").write_text("a = 1\na = 1\n")
    for words in ("b = 2", "a = 1"):
        with pytest.raises(DoesNotFitError, match=r"some\.py"):
            Edit("some.py", words, "").make(tmp_path)
