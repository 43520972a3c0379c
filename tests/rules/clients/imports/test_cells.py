"""What stands in a cell, and what cannot be told any more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.client_imports import ImportField, Spoilt
from rules.clients.imports.cells import Unreadable, is_same, line, text_at, without_zeros
from rules.clients.imports.columns import SheetRow

TEXTS = st.text(max_size=20)


@pytest.mark.parametrize(
    ("text", "left"), [("007", "7"), ("0", ""), ("12", "12"), ("A07", None), ("", None), ("-1", None)]
)
def test_what_a_spreadsheet_leaves_of_digits(text: str, left: str | None):
    assert without_zeros(text) == left


@pytest.mark.parametrize("text", ["1E+5", "1.5e+10", "2,5E+3"])
def test_a_power_of_ten_may_have_been_a_code_and_is_text_elsewhere(text: str):
    row = SheetRow(2, (text,))
    assert text_at(row, 0, is_copied=False) == text
    with pytest.raises(Unreadable, match="type it anew"):
        text_at(row, 0, is_copied=True)


@given(TEXTS)
def test_a_text_in_one_line_stays_as_it_is(text: str):
    assert line(line(text)) == line(text) == line(f" {text}\t")
    assert "\n" not in line(text)
    assert is_same(ImportField.NAME, line(text), text)


@given(st.lists(TEXTS, max_size=3), st.integers(0, 4), st.sampled_from(Spoilt))
def test_a_cell_that_is_not_there_is_empty_and_a_spoilt_one_is_never_read(texts: list[str], place: int, spoilt: Spoilt):
    read = text_at(SheetRow(2, texts), place, is_copied=False)
    assert read == (line(texts[place]) if place < len(texts) else "")
    with pytest.raises(Unreadable):
        text_at(SheetRow(2, texts, {place: spoilt}), place, is_copied=False)
