"""Which accounting software is meant: the only one where nobody says; with more, whoever asks has to say."""

from typing import cast

import pytest

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.refusals import RefusalCode, Refused
from providers.port.provider import Provider, Providers
from starter.software import SOME, OfferedSoftware, Software, named_of, step_of_list


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


def test_a_list_that_a_role_lacks_names_the_role_to_ask_for():
    step = step_of_list("sage", ListName.BANK_ACCOUNTS, Cause.ROLE_TOO_LOW)
    assert step.startswith("Have the login given access to the area Bank (Read Only is enough), or reconnect")
    assert "any area" in step_of_list("sage", ListName.ACCOUNTS, Cause.ROLE_TOO_LOW)
    assert "Full Access to the area Settings" in step_of_list("sage", ListName.TRACKING_CATEGORIES, Cause.ROLE_TOO_LOW)
    for name, cause in (("xero", Cause.ROLE_TOO_LOW), ("sage", Cause.NOT_ON_PLAN), ("nobody", Cause.ROLE_TOO_LOW)):
        assert step_of_list(name, ListName.ITEMS, cause) == named_of(cause.next_step, name)


def test_all_or_one_are_offered():
    assert software("one", "two").offered() == [OfferedSoftware("one", "ONE"), OfferedSoftware("two", "TWO")]
    assert software("one", "two").offered("two") == [OfferedSoftware("two", "TWO")]
    assert software("one", "two").offered("off") == []


def test_one_that_is_off_keeps_its_name_for_people():
    assert software().title("xero") == "Xero"
    assert software().title("unheard-of") == "unheard-of"


def test_what_is_read_once_a_week_follows_from_the_feeds():
    software = Software({})
    assert software.weekly("quickbooks") == (ListName.ORGANISATION, ListName.TAX_RATES)
    assert ListName.BANK_ACCOUNTS in software.weekly("sage")  # or once the chart has changed
    assert ListName.ACCOUNTS not in software.weekly("sage")
    assert set(software.weekly("xero")) == {
        ListName.ORGANISATION,
        ListName.TAX_RATES,
        ListName.TRACKING_CATEGORIES,
        ListName.CURRENCIES,
    }
