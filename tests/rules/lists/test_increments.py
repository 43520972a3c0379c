"""What a refresh may read in part."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from models.connections.tables import Receipt
from rules.lists.increments import COMPLETE_EVERY, OVERLAP, changes_since

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
PULLED = NOW - timedelta(days=2)
COMPLETE = NOW - timedelta(days=4)
ACCOUNTS = (ListName.ACCOUNTS, ListName.BANK_ACCOUNTS)
ITEMS = (ListName.ITEMS,)
CONTACTS = (ListName.SUPPLIERS, ListName.CUSTOMERS)
TELLING = (ACCOUNTS, ITEMS, CONTACTS)


def receipts(**other: Receipt) -> dict[ListName, Receipt]:
    made = {name: Receipt(connection_id=uuid4(), list_name=name, pulled_at=PULLED) for name in ListName}
    return made | {ListName(name): receipt for name, receipt in other.items()}


def receipt(pulled_at: datetime | None, cause: Cause | None = None) -> Receipt:
    return Receipt(connection_id=uuid4(), list_name=ListName.CUSTOMERS, pulled_at=pulled_at, cause=cause)


def test_lists_whose_changes_can_be_asked_for_are_read_since_a_little_before_their_receipt():
    since = changes_since(TELLING, receipts(), COMPLETE, NOW)
    assert since == dict.fromkeys(TELLING, PULLED - OVERLAP)


def test_the_older_of_two_lists_that_are_read_together_counts():
    older = PULLED - timedelta(days=1)
    assert changes_since(TELLING, receipts(customers=receipt(older)), COMPLETE, NOW)[CONTACTS] == older - OVERLAP


def test_a_list_that_was_never_pulled_or_failed_is_read_completely():
    for bad in (receipt(None), receipt(PULLED, Cause.PROVIDER_UNAVAILABLE)):
        assert set(changes_since(TELLING, receipts(customers=bad), COMPLETE, NOW)) == {ACCOUNTS, ITEMS}


def test_a_list_that_had_no_part_in_the_last_complete_read_is_read_completely():
    before = receipt(COMPLETE - timedelta(minutes=1))
    assert set(changes_since(TELLING, receipts(customers=before), COMPLETE, NOW)) == {ACCOUNTS, ITEMS}
    assert CONTACTS in changes_since(TELLING, receipts(customers=receipt(COMPLETE)), COMPLETE, NOW)


def test_everything_is_read_once_a_week_and_the_first_time():
    assert changes_since(TELLING, receipts(), None, NOW) == {}
    assert changes_since(TELLING, receipts(), NOW - timedelta(days=7, minutes=-20), NOW) == {}
    assert changes_since(TELLING, receipts(), NOW - timedelta(days=6), NOW) != {}


pulls = st.builds(
    receipt,
    st.none() | st.timedeltas(timedelta(), timedelta(days=30)).map(lambda ago: NOW - ago),
    st.none() | st.sampled_from(Cause),
)


@given(st.dictionaries(st.sampled_from(ListName), pulls), st.timedeltas(timedelta(), timedelta(days=30)))
def test_nothing_that_changed_since_a_list_was_read_is_left_out(held, ago):
    for lists, since in changes_since(TELLING, held, NOW - ago, NOW).items():
        for name in lists:
            assert held[name].cause is None
            assert since < held[name].pulled_at
        assert ago < COMPLETE_EVERY
