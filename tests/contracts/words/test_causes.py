"""The closed set of causes: what each asks of people."""

import pytest

from contracts.words.causes import Cause

SOMETHING_ELSE = {Cause.SUBSCRIPTION_ENDED, Cause.CONNECTION_CAP_REACHED}
"""What needs a person, and no sign-in repairs it."""


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_waits_or_needs_a_sign_in_or_something_else_or_is_unknown(cause: Cause):
    needs_nobody = cause in {Cause.UNKNOWN, Cause.TOO_MANY_RECORDS, Cause.NOT_ON_PLAN}
    kinds = [cause.is_transient, cause.signing_in_helps, cause.needs_something_else, needs_nobody]
    assert kinds.count(True) == 1
    assert cause.needs_person == (cause.signing_in_helps or cause.needs_something_else)
    assert cause.needs_something_else == (cause in SOMETHING_ELSE)


@pytest.mark.parametrize("cause", Cause)
def test_what_is_given_up_promises_no_more_than_something_does(cause: Cause):
    given_up, until_the_night = cause.next_step_when_given_up, cause.next_step_until_the_night
    if cause.is_transient:
        assert given_up == "Nothing tries it again by itself: start it again later."
        assert until_the_night == "The nightly check tries it again; refresh the client to try now."
    else:
        assert given_up == until_the_night == cause.next_step
        assert "by itself" not in cause.next_step


def test_what_one_answer_says_of_two_things_advises_for_both():
    """Xero refuses a person who lost the right, and a connection that was removed, with the same answer."""
    allowing, _, asking = Cause.ACCESS_LOST.next_step.partition(" If it is not offered there, ")
    assert allowing == "Reconnect and allow access to this organisation again."
    assert "ask for access" in asking
    assert "colleague's login" in asking
