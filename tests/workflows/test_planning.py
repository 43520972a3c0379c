"""The workflows' decisions, without a server."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.exceptions import ActivityError, ApplicationError, RetryState, TimeoutError, TimeoutType  # noqa: A004  # Temporal's own

from contracts.payloads.sync_client import Trouble
from contracts.words.causes import Cause
from contracts.words.refusals import REFUSED, Refusal, RefusalCode
from contracts.words.runs import Result, Stage
from rules.stages import refuse_selection
from workflows.parts.consented_run import unlisted
from workflows.plans import planning
from workflows.plans.failures import is_our_outage, refusal_of, trouble_of
from workflows.plans.policies import GIVE_UP_AFTER, LONGEST_BETWEEN_TRIES
from workflows.plans.sizes import windows

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def failed_by(cause: BaseException) -> ActivityError:
    error = ActivityError(
        "failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="",
        activity_type="pull_client",
        activity_id="1",
        retry_state=RetryState.MAXIMUM_ATTEMPTS_REACHED,
    )
    error.__cause__ = cause
    return error


@given(st.integers(0, 500), st.integers(0, 3000), st.integers(1, 300))
def test_windows_cover_everything_once_and_in_order(first, length, size):
    cut = list(windows(first, first + length, size))
    assert [place for start, end in cut for place in range(start, end)] == list(range(first, first + length))
    assert all(0 < end - start <= size for start, end in cut)


def test_an_activity_s_trouble_is_read_from_its_details():
    trouble = Trouble(cause=Cause.ACCESS_LOST, detail="HTTP 403")
    error = failed_by(ApplicationError("…", trouble.model_dump(mode="json"), type="access_lost"))
    assert trouble_of(error) == trouble


def test_a_timeout_is_our_own_and_anything_else_is_unknown():
    timed_out = TimeoutError("late", type=TimeoutType.HEARTBEAT, last_heartbeat_details=[])
    assert trouble_of(failed_by(timed_out)).cause is Cause.OUR_OUTAGE
    assert not is_our_outage(failed_by(timed_out))  # one that kills its worker is not asked again for ever
    assert trouble_of(failed_by(ApplicationError("bug", type="KeyError"))).cause is Cause.UNKNOWN
    assert trouble_of(failed_by(ApplicationError("bug", {"not": "ours"}))).cause is Cause.UNKNOWN


def test_where_the_time_for_tries_ran_out_the_last_one_is_believed():
    trouble = Trouble(cause=Cause.PROVIDER_UNAVAILABLE, detail="HTTP 503")
    timed_out = TimeoutError("late", type=TimeoutType.SCHEDULE_TO_CLOSE, last_heartbeat_details=[])
    timed_out.__cause__ = ApplicationError("…", trouble.model_dump(mode="json"), type="provider_unavailable")
    assert trouble_of(failed_by(timed_out)) == trouble
    timed_out.__cause__ = ApplicationError("…", type=Cause.OUR_OUTAGE.value)
    assert is_our_outage(failed_by(timed_out))


@pytest.mark.parametrize("cause", Cause)
def test_a_run_that_ended_without_a_list_promises_nothing_by_itself(cause):
    trouble = Trouble(cause=cause).model_dump(mode="json")
    end = unlisted(failed_by(ApplicationError("…", trouble, type=cause.value)))
    assert end.result is Result.FAILED
    assert "by itself" not in end.message
    assert ("start again" in end.message) == cause.is_transient


def test_a_refusal_travels_whole():
    refusal = Refusal(code=RefusalCode.UNKNOWN_TEAM, message="No such team.", field="team_id")
    error = failed_by(ApplicationError("…", refusal.model_dump(mode="json"), type=REFUSED))
    assert refusal_of(error) == refusal
    assert refusal_of(failed_by(ApplicationError("…", type="other"))) is None


def test_a_limit_is_waited_for_to_its_end():
    lifts = NOON + timedelta(hours=9)
    trouble = Trouble(cause=Cause.RATE_LIMITED, retry_at=lifts)
    assert planning.next_try(NOON, 7, trouble) == lifts


@given(st.integers(0, 10_000))
def test_waits_grow_to_an_hour_and_no_further(tries):
    wait = planning.next_try(NOON, tries, Trouble(cause=Cause.PROVIDER_UNAVAILABLE)) - NOON
    longer = planning.next_try(NOON, tries + 1, Trouble(cause=Cause.PROVIDER_UNAVAILABLE)) - NOON
    assert timedelta(0) < wait <= longer <= LONGEST_BETWEEN_TRIES


def test_a_limit_that_has_lifted_already_is_still_tried_later_than_now():
    trouble = Trouble(cause=Cause.RATE_LIMITED, retry_at=NOON - timedelta(minutes=5))
    assert planning.next_try(NOON, 0, trouble) > NOON


@pytest.mark.parametrize("cause", list(Cause))
def test_only_a_transient_cause_is_tried_again(cause):
    assert planning.gives_up(NOON, NOON, Trouble(cause=cause)) is not cause.is_transient


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
    again = planning.next_move(NOON, NOON - timedelta(hours=4), trouble)
    assert again == (again_after and NOON + again_after)


def test_an_outage_is_given_up_in_the_end_and_a_limit_is_not():
    later = NOON + GIVE_UP_AFTER + timedelta(seconds=1)
    assert planning.gives_up(NOON, later, Trouble(cause=Cause.PROVIDER_UNAVAILABLE))
    assert not planning.gives_up(NOON, later, Trouble(cause=Cause.RATE_LIMITED))


@pytest.mark.parametrize(
    ("stage", "is_chosen", "is_same", "code"),
    [
        (Stage.AWAITING_SELECTION, False, False, None),
        (Stage.PULLING, True, True, None),
        (Stage.PULLING, True, False, RefusalCode.ALREADY_SELECTED),
        (Stage.LISTING, False, False, None),
        (Stage.CREATING, False, False, RefusalCode.WRONG_STAGE),
        (Stage.AWAITING_CONSENT, False, False, RefusalCode.WRONG_STAGE),
    ],
)
def test_when_a_selection_can_be_taken(stage, is_chosen, is_same, code):
    refusal = refuse_selection(stage, is_chosen=is_chosen, is_same=is_same)
    assert (refusal.code if refusal else None) == code
