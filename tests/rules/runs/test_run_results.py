"""How a run has ended, and what people can do about what failed in it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Result, RunKind
from rules.runs.run_results import next_step_of, result_of, summary

counts = st.dictionaries(st.sampled_from(Outcome), st.integers(0, 2_000))
kinds = st.sampled_from(RunKind)
MET = [one for one in Outcome if one not in {Outcome.FAILED, Outcome.RETRYING, Outcome.UNREACHABLE}]


@given(kinds, counts)
def test_what_failed_is_never_called_completed_whatever_else_went_well(kind, outcomes):
    for one in (Outcome.FAILED, Outcome.RETRYING):
        assert result_of(kind, outcomes | {one: 1}) is Result.COMPLETED_WITH_FAILURES


@given(kinds, counts.map(lambda found: {one: found.get(one, 0) for one in MET if one is not Outcome.CHANGED_MEANWHILE}))
def test_a_run_in_which_all_went_well_is_completed(kind, outcomes):
    assert result_of(kind, outcomes) is Result.COMPLETED


@given(counts.filter(lambda found: found.get(Outcome.HEALTHY)))
def test_what_one_login_does_not_reach_is_no_failure_of_a_reconnect_all(outcomes):
    more = outcomes | {Outcome.UNREACHABLE: outcomes.get(Outcome.UNREACHABLE, 0) + 1}
    assert result_of(RunKind.RECONNECT_ALL, more) is result_of(RunKind.RECONNECT_ALL, outcomes)


def test_a_login_that_reaches_nothing_is_somebody_s_to_look_at():
    assert result_of(RunKind.RECONNECT_ALL, {Outcome.UNREACHABLE: 3}) is Result.COMPLETED_WITH_FAILURES


@given(counts)
def test_the_line_adds_up(outcomes):
    assert sum(map(int, re.findall(r"[0-9]+", summary(outcomes)))) == sum(outcomes.values())


@given(st.sampled_from(Outcome) | st.none(), st.sampled_from(Cause), st.booleans())
def test_nobody_is_told_to_wait_for_what_nothing_tries_again(outcome, cause, makes_client):
    step = next_step_of(outcome, cause, makes_client=makes_client)
    assert step
    if outcome in {Outcome.FAILED, Outcome.UNREACHABLE}:
        assert "goes on by itself" not in step
        assert "is tried again by itself" not in step


def test_the_line_says_what_there_was_in_the_outcomes_order():
    assert summary({Outcome.FAILED: 2, Outcome.CREATED: 37, Outcome.SKIPPED: 0}) == "37 created · 2 failed"
    assert summary({}) == "There was nothing to do."


def test_what_is_said_depends_on_who_tries_again():
    cause = Cause.RATE_LIMITED
    assert next_step_of(Outcome.CREATED, None, makes_client=True) is None
    assert next_step_of(Outcome.RETRYING, cause, makes_client=True) == cause.next_step
    assert next_step_of(Outcome.FAILED, cause, makes_client=True) == cause.next_step_until_the_night
    assert next_step_of(Outcome.FAILED, cause, makes_client=False) == cause.next_step_when_given_up
    assert next_step_of(Outcome.UNREACHABLE, cause, makes_client=True) == cause.next_step_when_given_up
