"""When what failed is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.payloads.check_connections import LoginToCheck
from contracts.payloads.sync_client import Trouble
from contracts.words.causes import Cause
from rules.trying_again import (
    GIVE_UP_AFTER,
    LAST_ROUND_WITHIN,
    LONGEST_BETWEEN_TRIES,
    LONGEST_MOVING,
    gives_up,
    in_order,
    next_move,
    next_round,
    next_try,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
spans = st.timedeltas(timedelta(days=-3), timedelta(days=3))
troubles = st.builds(Trouble, cause=st.sampled_from(Cause), retry_at=st.none() | spans.map(lambda span: NOON + span))


@given(st.integers(0, 10_000), troubles)
def test_a_next_try_lies_ahead_and_never_before_a_limit_lifts(tries, trouble):
    again = next_try(NOON, tries, trouble)
    assert again > NOON
    assert trouble.retry_at is None or again >= trouble.retry_at


@given(spans.filter(lambda span: span <= timedelta()), troubles)
def test_a_next_move_lies_ahead_and_within_the_run_s_two_days(since, trouble):
    again = next_move(NOON, NOON + since, trouble)
    assert again is None or NOON < again <= NOON + since + LONGEST_MOVING


@given(st.timedeltas(timedelta(), timedelta(days=6)), st.timedeltas(timedelta(), timedelta(days=6)), troubles)
def test_what_was_given_up_stays_given_up(earlier, later, trouble):
    first, second = sorted((earlier, later))
    assert gives_up(NOON, NOON + first, trouble) <= gives_up(NOON, NOON + second, trouble)


def test_a_check_s_rounds_end_with_its_day():
    now, rounds = NOON, 0
    while (again := next_round(now, NOON, rounds)) is not None:
        assert now < again <= NOON + LAST_ROUND_WITHIN
        now, rounds = again, rounds + 1
    assert rounds > 5


@given(st.lists(st.uuids(), unique=True))
def test_logins_that_did_not_answer_come_in_one_order_however_they_failed(ids):
    logins = [LoginToCheck(grant_id=one, login="Ada", connections=1) for one in ids]
    assert in_order(logins) == in_order(logins[::-1])
    assert [one.grant_id for one in in_order(logins)] == sorted(ids, key=lambda one: UUID(str(one)))


def test_a_limit_is_waited_for_to_its_end():
    lifts = NOON + timedelta(hours=9)
    trouble = Trouble(cause=Cause.RATE_LIMITED, retry_at=lifts)
    assert next_try(NOON, 7, trouble) == lifts


@given(st.integers(0, 10_000))
def test_waits_grow_to_an_hour_and_no_further(tries):
    wait = next_try(NOON, tries, Trouble(cause=Cause.PROVIDER_UNAVAILABLE)) - NOON
    longer = next_try(NOON, tries + 1, Trouble(cause=Cause.PROVIDER_UNAVAILABLE)) - NOON
    assert timedelta(0) < wait <= longer <= LONGEST_BETWEEN_TRIES


def test_a_limit_that_has_lifted_already_is_still_tried_later_than_now():
    trouble = Trouble(cause=Cause.RATE_LIMITED, retry_at=NOON - timedelta(minutes=5))
    assert next_try(NOON, 0, trouble) > NOON


@pytest.mark.parametrize("cause", list(Cause))
def test_only_a_transient_cause_is_tried_again(cause):
    assert gives_up(NOON, NOON, Trouble(cause=cause)) is not cause.is_transient


@pytest.mark.parametrize(
    ("cause", "lifts_after", "again_after"),
    [
        (Cause.RATE_LIMITED, timedelta(hours=23), timedelta(hours=23)),
        (Cause.RATE_LIMITED, timedelta(seconds=-1), timedelta(minutes=1)),  # other clients' turn comes first
        (Cause.RATE_LIMITED, timedelta(hours=44, minutes=1), None),  # the run has moved others for four hours
        (Cause.PROVIDER_UNAVAILABLE, timedelta(hours=1), None),
    ],
)
def test_a_move_waits_for_a_limit_as_long_as_its_run_may(
    cause: Cause, lifts_after: timedelta, again_after: timedelta | None
):
    trouble = Trouble(cause=cause, retry_at=NOON + lifts_after)
    again = next_move(NOON, NOON - timedelta(hours=4), trouble)
    assert again == (again_after and NOON + again_after)


def test_an_outage_is_given_up_in_the_end_and_a_limit_is_not():
    later = NOON + GIVE_UP_AFTER + timedelta(seconds=1)
    assert gives_up(NOON, later, Trouble(cause=Cause.PROVIDER_UNAVAILABLE))
    assert not gives_up(NOON, later, Trouble(cause=Cause.RATE_LIMITED))


def test_a_try_waits_twice_as_long_each_time_and_as_long_as_the_provider_says():
    trouble = Trouble(cause=Cause.PROVIDER_UNAVAILABLE)
    assert next_try(NOON, 1, trouble) - NOON == 2 * (next_try(NOON, 0, trouble) - NOON)
    limited = Trouble(cause=Cause.RATE_LIMITED, retry_at=NOON + timedelta(hours=3))
    assert next_try(NOON, 0, limited) == limited.retry_at


def test_a_move_waits_for_a_limit_and_for_nothing_else():
    limited = Trouble(cause=Cause.RATE_LIMITED, retry_at=NOON + timedelta(hours=3))
    assert next_move(NOON, NOON, limited) == limited.retry_at
    assert next_move(NOON, NOON - LONGEST_MOVING, limited) is None
    assert next_move(NOON, NOON, Trouble(cause=Cause.PROVIDER_UNAVAILABLE)) is None


def test_logins_are_in_the_order_of_their_ids():
    logins = [LoginToCheck(grant_id=UUID(int=one), login="Ada", connections=1) for one in (2, 1)]
    assert [one.grant_id.int for one in in_order(logins)] == [1, 2]
