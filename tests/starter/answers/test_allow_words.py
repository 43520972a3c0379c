"""Nobody is told to tick where there is nothing to tick."""

import pytest

from providers.port.capabilities import SignInBrings
from starter.answers.allow_words import AllowWords

NAMES = (["Smith"], ["Smith", "Jones"])


def everything(words: AllowWords) -> str:
    again = " ".join(words.allow_again(names) for names in NAMES)
    return f"{words.what_to_do} {words.asked_for} {words.allow('it')} {again}"


@pytest.mark.parametrize("brings", SignInBrings)
def test_ticking_is_said_only_where_organisations_are_ticked(brings: SignInBrings):
    said = everything(AllowWords("Ledger", brings)).lower()
    assert ("tick" in said) is (brings is SignInBrings.PICKED)
    assert "ledger" in said


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("organisation", ""),
        ("business", "An organisation is what Ledger calls a business."),
        ("entity", "An organisation is what Ledger calls an entity."),
    ],
)
def test_the_softwares_own_word_is_said_only_where_it_is_another(word: str, said: str):
    assert AllowWords("Ledger", SignInBrings.ALL, organisation=word).other_word == said


def test_each_says_how_many_a_sign_in_brings():
    one, several = (AllowWords("Ledger", brings) for brings in (SignInBrings.ONE, SignInBrings.PICKED))
    assert one.allow_again(NAMES[1]).endswith("Each sign-in allows one; reconnect again for the next.")
    assert (one.joins_many, several.joins_many) == (False, True)
    assert one.allow_again(NAMES[0]) == "Choose this organisation in Ledger and allow access. It was removed there."


def test_only_where_a_sign_in_ends_another_is_that_said():
    one = AllowWords("Second Books", SignInBrings.ONE, takes_over=True)
    assert "Second Books keeps one sign-in for each organisation" in one.why_ended
    assert one.beforehand.endswith("yours takes the place of the one before, whoever gave it.")
    other = AllowWords("Second Books", SignInBrings.ONE)
    assert (other.why_ended, other.ends_others, other.beforehand) == ("", "", "")
    both = AllowWords("Second Books", SignInBrings.ONE, may_return_at_once=True, takes_over=True)
    assert both.beforehand.count("Second Books") == 2
