"""What follows from changes that a provider told of by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.lists import ListName
from rules.lists.told_changes import ToldOf, changed_since, is_due

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
BEFORE, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
ITEMS, ACCOUNTS = (ListName.ITEMS,), (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS)


@pytest.mark.parametrize("is_reversed", [False, True])
def test_the_latest_of_each_list_counts_in_any_order(is_reversed: bool):
    told = [
        ToldOf("1", BEFORE, ITEMS),
        ToldOf("1", NOON, ITEMS),
        ToldOf("1", BEFORE, ACCOUNTS),
        ToldOf("2", LATER, ITEMS),
    ]
    assert changed_since(told[::-1] if is_reversed else told, NOON) == {
        "1": {ListName.ITEMS: NOON, ListName.ACCOUNTS: BEFORE, ListName.BANK_ACCOUNTS: BEFORE},
        "2": {ListName.ITEMS: NOON},  # nothing has happened later than now
    }


@pytest.mark.parametrize(
    ("chosen", "read_at", "due"),
    [
        (None, None, True),
        (None, BEFORE, True),
        (None, NOON, True),
        (None, LATER, False),
        ([ListName.ITEMS], BEFORE, True),
        ([ListName.ACCOUNTS], BEFORE, False),
        ([], None, False),
    ],
)
def test_a_connection_is_due_for_what_it_chooses_and_was_not_read_since(
    chosen: list[ListName] | None, read_at: datetime | None, due: bool
):
    assert is_due({ListName.ITEMS: NOON}, chosen, read_at) is due


TOLD = st.builds(
    ToldOf,
    st.sampled_from("12"),
    st.timedeltas(timedelta(days=-2), timedelta(days=1)).map(lambda after: NOON + after),
    st.sampled_from([ITEMS, ACCOUNTS, ()]),
)


@given(st.lists(TOLD, max_size=8), st.randoms())
def test_what_is_told_twice_or_in_another_order_changes_nothing(told: list[ToldOf], chance):
    latest = changed_since(told, NOON)
    again = [*told, *told]
    chance.shuffle(again)
    assert changed_since(again, NOON) == latest
    for changed in latest.values():
        assert all(at <= NOON for at in changed.values())
        assert is_due(changed, None, None) == bool(changed)
        assert not is_due(changed, None, NOON + timedelta(seconds=1))
