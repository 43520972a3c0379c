"""Which accounting software is meant: the only one where nobody says; with more, whoever asks has to say."""

from typing import cast

import pytest

from contracts.words.refusals import RefusalCode, Refused
from providers.port.provider import Provider, Providers
from starter.software import SOME, Offered, Software


class Named:
    def __init__(self, name: str, title: str) -> None:
        self.name, self.title = name, title


def software(*names: str) -> Software:
    return Software(cast("Providers", {name: cast("Provider", Named(name, name.upper())) for name in names}))


def test_the_only_one_is_meant_where_nobody_says():
    assert software("one").chosen(None) == "one"
    assert software("one").phrase == "ONE"


def test_with_more_it_has_to_be_said():
    with pytest.raises(Refused) as refused:
        software("one", "two").chosen(None)
    assert (refused.value.refusal.code, refused.value.refusal.field) == (RefusalCode.INVALID, "provider")
    assert refused.value.refusal.message == "Say which accounting software is meant: one, two."
    assert software("one", "two").chosen("two") == "two"
    assert software("one", "two").phrase == SOME


def test_all_or_one_are_offered():
    assert software("one", "two").offered() == [Offered("one", "ONE"), Offered("two", "TWO")]
    assert software("one", "two").offered("two") == [Offered("two", "TWO")]
    assert software("one", "two").offered("off") == []


def test_one_that_is_off_keeps_its_name_for_people():
    assert software().title("xero") == "Xero"
    assert software().title("unheard-of") == "unheard-of"
