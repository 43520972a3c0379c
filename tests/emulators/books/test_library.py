"""Answers are kept up to so many bytes, and the oldest go first."""

import pytest

from emulators.books.library import Library

QUERY = "page=1"


@pytest.mark.parametrize(("most", "kept"), [(30, "ABC"), (25, "BC"), (9, "")])
def test_as_much_is_kept_as_was_said(most: int, kept: str) -> None:
    library = Library([], [], {}, kept_bytes=most)
    for name in "ABC":
        library.keep_body("one", name, QUERY, bytes(10))
    assert "".join(name for name in "ABC" if library.body("one", name, QUERY)) == kept
