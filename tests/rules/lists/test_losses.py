"""What is asked for once more before it is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.lists import ListName, RowKind
from contracts.words.standard_information import Account
from rules.lists.losses import is_much_missing, loses_many
from tests.models.rows import account, contact

ACCOUNTS = RowKind.ACCOUNTS.lists
CONTACTS = RowKind.CONTACTS.lists
ITEMS = RowKind.ITEMS.lists

HELD = {ListName.ACCOUNTS: 60, ListName.BANK_ACCOUNTS: 3}


def chart(accounts: int, banks: int) -> list[Account]:
    return [account(str(number), "A", bank=number < banks) for number in range(accounts)]


@pytest.mark.parametrize(
    ("accounts", "banks", "many"),
    [(60, 3, False), (55, 3, False), (53, 3, False), (52, 3, True), (0, 0, True), (70, 3, False), (60, 2, True)],
)
def test_an_eighth_of_a_list_is_many(accounts, banks, many):
    assert loses_many(ACCOUNTS, chart(accounts, banks), HELD) is many


def test_twenty_are_many_in_any_list():
    contacts = [contact(str(number)) for number in range(1180)]
    for held, many in ((1199, False), (1200, True), (1380, True)):
        assert loses_many(CONTACTS, contacts, {ListName.SUPPLIERS: held}) is many


def test_contacts_that_stay_and_are_no_suppliers_any_more_are_lost_to_that_list():
    contacts = [contact(str(number), supplier=False, customer=True) for number in range(30)]
    assert loses_many(CONTACTS, contacts, {ListName.SUPPLIERS: 30, ListName.CUSTOMERS: 30})


def test_a_first_pull_loses_nothing():
    assert not loses_many(ITEMS, [], {})


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_reading_more_never_makes_it_a_loss_and_reading_as_many_is_none(held, read, more):
    lists = {ListName.SUPPLIERS: held}
    contacts = [contact(str(number)) for number in range(read + more)]
    assert loses_many(CONTACTS, contacts, lists) <= loses_many(CONTACTS, contacts[:read], lists)
    assert not loses_many(CONTACTS, contacts[:held], lists) or len(contacts) < held


reaches = st.frozensets(st.sampled_from("abcdef"))


@given(reaches, reaches, reaches)
def test_listing_more_never_makes_a_login_s_list_doubtful(known, reached, more):
    assert is_much_missing(known, reached | more) <= is_much_missing(known, reached)
    assert not is_much_missing(known, known | more)


ALL = {"a", "b", "c"}


@pytest.mark.parametrize(
    ("reached", "is_asked_again"), [(ALL, False), ({"a", "b"}, False), ({"a"}, True), (set(), True), ({"d"}, True)]
)
def test_several_at_once_or_all_are_seldom_gone(reached, is_asked_again):
    assert is_much_missing(ALL, reached) is is_asked_again


def test_the_only_one_is_all():
    assert is_much_missing({"a"}, set())
    assert not is_much_missing(set(), set())
