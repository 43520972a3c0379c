"""How rows with one number are named; who has it is told with the judging of whole lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clients.imports.numbers import rows_named


@pytest.mark.parametrize(
    ("numbers", "named"),
    [
        ([3, 8], "Rows 3 and 8"),
        ([3, 8, 9], "Rows 3, 8 and 9"),
        ([1, 2, 3, 4, 5], "Rows 1, 2, 3, 4 and 5"),
        ([1, 2, 3, 4, 5, 6], "Rows 1, 2, 3, 4, 5 and 1 more"),
    ],
)
def test_rows_are_named_by_their_numbers(numbers: list[int], named: str):
    assert rows_named(numbers) == named


@given(st.lists(st.integers(2, 9_999), min_size=2, max_size=40, unique=True))
def test_however_many_rows_there_are_all_are_named_or_counted(numbers: list[int]):
    said = rows_named(numbers)
    first, _, last = said.removeprefix("Rows ").partition(" and ")
    named = [int(number) for number in first.split(", ")]
    count = int(last.removesuffix(" more")) if last.endswith(" more") else 1
    assert named == numbers[: len(named)]
    assert len(named) + count == len(numbers)
