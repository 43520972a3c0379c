"""A client's short code."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clients.client_codes import client_code, free_codes

numbers = st.integers(1, 1_000_000)


@pytest.mark.parametrize(
    ("name", "code"),
    [("Smith & Sons", "SMIT0042"), ("Ödön Bt.", "ODON0042"), ("A1", "A10042"), ("株式会社", "CLNT0042")],
)
def test_it_is_made_of_the_name(name, code):
    assert client_code(name, 42) == code


@given(st.text(max_size=300), numbers)
def test_any_name_gives_a_short_plain_code_that_ends_in_its_number(name, number):
    code = client_code(name, number)
    assert re.fullmatch(r"[A-Z0-9]{1,4}[0-9]{4,}", code)
    assert code.endswith(f"{number:04d}")
    assert len(code) <= 20


def test_codes_in_use_are_passed_over():
    found = list(free_codes(["Smith Ltd", "Smith & Sons", "Jones"], 41, {"SMIT0042", "SMIT0043"}))
    assert found == [("SMIT0041", 42), ("SMIT0044", 45), ("JONE0045", 46)]
