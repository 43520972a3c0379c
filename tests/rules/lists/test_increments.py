"""What a refresh may read in part."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from models.connections.tables import Receipt
from rules.lists.increments import OVERLAP, TURN, answer_held, changes_since, latest_turn, resting

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
PULLED = NOW - timedelta(days=2)
COMPLETE = NOW - timedelta(days=4)
TURN_CAME = NOW - timedelta(days=5)
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
    since = changes_since(TELLING, receipts(), COMPLETE, TURN_CAME)
    assert since == dict.fromkeys(TELLING, PULLED - OVERLAP)


def test_the_older_of_two_lists_that_are_read_together_counts():
    older = PULLED - timedelta(days=1)
    assert changes_since(TELLING, receipts(customers=receipt(older)), COMPLETE, TURN_CAME)[CONTACTS] == older - OVERLAP


def test_a_list_that_was_never_pulled_or_failed_is_read_completely():
    for bad in (receipt(None), receipt(PULLED, Cause.PROVIDER_UNAVAILABLE)):
        assert set(changes_since(TELLING, receipts(customers=bad), COMPLETE, TURN_CAME)) == {ACCOUNTS, ITEMS}


def test_a_list_that_had_no_part_in_the_last_complete_read_is_read_completely():
    before = receipt(COMPLETE - timedelta(minutes=1))
    assert set(changes_since(TELLING, receipts(customers=before), COMPLETE, TURN_CAME)) == {ACCOUNTS, ITEMS}
    assert CONTACTS in changes_since(TELLING, receipts(customers=receipt(COMPLETE)), COMPLETE, TURN_CAME)


def test_everything_is_read_once_a_week_and_the_first_time():
    assert changes_since(TELLING, receipts(), None, TURN_CAME) == {}
    assert changes_since(TELLING, receipts(), TURN_CAME - timedelta(seconds=1), TURN_CAME) == {}
    assert changes_since(TELLING, receipts(), TURN_CAME, TURN_CAME) != {}


pulls = st.builds(
    receipt,
    st.none() | st.timedeltas(timedelta(), timedelta(days=30)).map(lambda ago: NOW - ago),
    st.none() | st.sampled_from(Cause),
)


@given(st.dictionaries(st.sampled_from(ListName), pulls), st.timedeltas(timedelta(), timedelta(days=30)))
def test_nothing_that_changed_since_a_list_was_read_is_left_out(held, ago):
    for lists, since in changes_since(TELLING, held, NOW - ago, TURN_CAME).items():
        for name in lists:
            assert held[name].cause is None
            assert since < held[name].pulled_at
        assert NOW - ago >= TURN_CAME


RATES, TRACKING = (ListName.TAX_RATES,), (ListName.TRACKING_CATEGORIES,)


@given(st.uuids(), st.timedeltas(timedelta(-3000), timedelta(3000)))
def test_a_turn_comes_once_a_week_and_lasts_until_the_next(identity: UUID, away: timedelta):
    at = NOW + away
    turn = latest_turn(identity, at)
    assert timedelta() <= at - turn < TURN
    assert latest_turn(identity, turn) == turn
    assert latest_turn(identity, turn + TURN - timedelta(microseconds=1)) == turn
    assert latest_turn(identity, turn + TURN) == turn + TURN


def test_every_night_has_a_seventh_of_all_turns():
    nights = Counter((NOW - latest_turn(UUID(int=number), NOW)) // timedelta(days=1) for number in range(168 * 3))
    assert nights == dict.fromkeys(range(7), 72)


def test_what_was_read_since_the_turn_rests():
    before, after = receipt(NOW - timedelta(seconds=1)), receipt(NOW)
    assert resting([RATES], {ListName.TAX_RATES: after}, NOW) == {RATES}
    assert resting([RATES], {ListName.TAX_RATES: before}, NOW) == set()
    assert resting([RATES], {ListName.TAX_RATES: receipt(None)}, NOW) == set()
    assert resting([RATES], {}, NOW) == set()


def test_one_list_of_two_that_are_read_together_is_enough_to_read_both():
    held = {ListName.SUPPLIERS: receipt(NOW), ListName.CUSTOMERS: receipt(NOW - TURN)}
    assert resting([CONTACTS], held, NOW) == set()
    assert resting([CONTACTS], held | {ListName.CUSTOMERS: receipt(NOW)}, NOW) == {CONTACTS}


def test_what_could_not_be_read_is_asked_for_each_time():
    for cause in Cause:
        assert resting([TRACKING], {ListName.TRACKING_CATEGORIES: receipt(NOW, cause)}, NOW) == set()


def test_an_answer_is_held_where_all_lists_of_it_were_read_and_say_the_same():
    def of(
        answer: bytes | None,
        pulled_at: datetime | None = PULLED,
        cause: Cause | None = None,
        answered_at: datetime | None = PULLED,
    ) -> Receipt:
        made = receipt(pulled_at, cause)
        made.answer_fingerprint, made.answered_at = answer, answered_at
        return made

    def held(suppliers: Receipt | None, customers: Receipt | None) -> bytes | None:
        given = {ListName.SUPPLIERS: suppliers, ListName.CUSTOMERS: customers}
        return answer_held(CONTACTS, {name: one for name, one in given.items() if one is not None})

    assert held(of(b"a"), of(b"a")) == b"a"
    for other in (
        None,
        of(None),
        of(b"b"),
        of(b"a", None),
        of(b"a", cause=Cause.RATE_LIMITED),
        of(b"a", None, None, None),
    ):
        assert held(of(b"a"), other) is None
    assert held(None, None) is None
    stored_since = of(b"a", PULLED + timedelta(hours=1))
    assert held(stored_since, stored_since) is None
