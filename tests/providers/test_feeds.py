"""What follows from an arrangement of feeds, and which arrangements there cannot be."""

import pytest

from contracts.words.lists import PROFILE, ListName, RowKind
from providers.port.feeds import Feed, Feeds
from providers.registry import FEEDS
from tests.second_provider import APART, BANKS, COMPANY, GOODS, LEDGER, STOCK

CHART = (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS)


def test_feeds_that_share_a_list_are_read_together():
    groups = {group.lists: group.feeds for group in APART.groups}
    assert groups[CHART] == (LEDGER, BANKS)
    assert groups[ListName.ITEMS,] == (GOODS, STOCK)
    assert len(groups) == len(APART.groups) == 6
    assert next(iter(groups)) == PROFILE


def test_feeds_that_share_a_list_through_a_third_are_read_together():
    one, other = Feed("suppliers", (ListName.SUPPLIERS,)), Feed("customers", (ListName.CUSTOMERS,))
    both = Feed("firms", (ListName.SUPPLIERS, ListName.CUSTOMERS))
    _, group = Feeds(COMPANY, one, other, both).groups
    assert group.lists == RowKind.CONTACTS.lists
    assert group.feeds == (one, other, both)


@pytest.mark.parametrize("feeds", [*FEEDS.values(), APART])
def test_each_list_is_in_one_group_at_most(feeds: Feeds):
    names = [name for group in feeds.groups for name in group.lists]
    assert len(names) == len(set(names))
    assert {name for feed in feeds for name in feed.fills} == set(names)
    assert feeds.profile.fills == PROFILE


@pytest.mark.parametrize(
    ("feeds", "problem"),
    [
        ([], "profile"),
        ([COMPANY, Feed("companies", PROFILE)], "profile"),
        ([COMPANY, Feed("company", (ListName.ITEMS,))], "same name"),
        ([COMPANY, Feed("everything", (ListName.ITEMS, ListName.SUPPLIERS))], "different types"),
        ([COMPANY, Feed("nothing", ())], "different types, or none"),
        ([COMPANY, Feed("banks", (ListName.BANK_ACCOUNTS,))], "in the chart of accounts as well"),
        ([COMPANY, STOCK, GOODS], "come before"),
    ],
)
def test_an_arrangement_that_cannot_be_is_refused(feeds: list[Feed], problem: str):
    with pytest.raises(ValueError, match=problem):
        Feeds(*feeds)
