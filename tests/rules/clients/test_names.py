"""When two names are nearly the same, and what of a name is compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.standard_information import NAMELESS
from rules.clients.names import are_alike, plain_name

WORDS = st.lists(st.sampled_from(["Harbour", "mills", "14", "Ltd", "&", "THE", "Ödön", "Sons", "7"]), max_size=5)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Smith & Sons Ltd", "Smith and Sons Limited", True),
        ("Smith Ltd", "Smyth & Co", False),
        ("14 Mill Road", "12 Mill Road", False),
        ("Mill Road 14", "14, Mill Road", True),
        ("", "", False),
        (NAMELESS, NAMELESS, False),
    ],
)
def test_names_are_alike_by_their_telling_words_and_numbers(one: str, other: str, alike: bool):
    assert are_alike(one, other) is alike


def test_a_name_of_nothing_but_legal_forms_keeps_them():
    assert plain_name("The Limited Co.") == "the limited co"


@given(WORDS, WORDS)
def test_neither_order_nor_case_nor_a_legal_form_tells_names_apart(one: list[str], other: list[str]):
    first, second = " ".join(one), " ".join(other)
    assert are_alike(first, second) == are_alike(second, first)
    if plain_name(first):
        assert are_alike(first, f"{' '.join(reversed(one))}")
        assert are_alike(first, first.upper())
    assert plain_name(plain_name(first)) == plain_name(first)


@given(st.integers(1, 99), st.integers(1, 99))
def test_names_with_other_numbers_are_never_alike(one: int, other: int):
    assert are_alike(f"{one} Harbour Mill Road Properties", f"{other} Harbour Mill Road Properties") is (one == other)
