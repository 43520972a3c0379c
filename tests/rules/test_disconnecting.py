"""What disconnecting does at the provider, said before anybody is asked."""

import pytest

from contracts.words.connections import Removal
from rules.disconnecting import foreseen


@pytest.mark.parametrize(
    ("ends_one_alone", "shares_books", "is_last", "expected"),
    [
        (True, True, True, Removal.SHARED),
        (False, True, False, Removal.SHARED),
        (True, False, False, Removal.REMOVED),
        (False, False, True, Removal.WITH_LOGIN),
        (False, False, False, Removal.KEPT),
    ],
)
def test_nobody_else_loses_a_connection_by_it(ends_one_alone, shares_books, is_last, expected):
    assert foreseen(ends_one_alone=ends_one_alone, shares_books=shares_books, is_last=is_last) is expected
