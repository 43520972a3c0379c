"""What a login's check means for each of its connections."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import DISPROVED_BY_LISTING, Cause
from rules.night.diagnosing import CheckedConnection, Look, by_failure, by_listing
from tests.models.conftest import NOON


def one(cause: Cause | None = None) -> CheckedConnection:
    return CheckedConnection(uuid4(), "books", cause)


def listed(cause: Cause | None, *reached: str) -> Cause | None:
    """What the last look's cause is after a list."""
    (look,) = by_listing([one(cause)], reached)
    return look.cause


@pytest.mark.parametrize("cause", [None, *DISPROVED_BY_LISTING, *(cause for cause in Cause if cause.is_transient)])
def test_a_list_disproves_a_lost_sign_in_a_removed_connection_and_an_outage(cause):
    assert listed(cause, "books") is None


LASTING = sorted({cause for cause in Cause if not cause.is_transient} - set(DISPROVED_BY_LISTING))


@pytest.mark.parametrize("cause", LASTING)
def test_a_list_does_not_disprove_what_only_reading_can_tell(cause):
    assert listed(cause, "books") is cause


@pytest.mark.parametrize("cause", [None, Cause.PROVIDER_UNAVAILABLE])
def test_one_that_is_not_listed_was_disconnected(cause):
    assert listed(cause, "other books") is Cause.DISCONNECTED_AT_PROVIDER


def test_lost_access_stays_lost_access_when_the_list_says_the_same():
    assert listed(Cause.ACCESS_LOST) is Cause.ACCESS_LOST


@pytest.mark.parametrize("cause", [Cause.SIGNED_OUT, Cause.SIGN_IN_ENDED])
def test_a_dead_sign_in_is_the_cause_of_all_of_its_connections(cause):
    connections = [one(), one(Cause.PROVIDER_UNAVAILABLE), one(Cause.SUBSCRIPTION_ENDED), one(Cause.SIGNED_OUT)]
    looks = by_failure(connections, cause)
    assert [look.connection_id for look in looks] == [connection.connection_id for connection in connections]
    assert {look.cause for look in looks} == {cause}


@pytest.mark.parametrize("cause", [Cause.PROVIDER_UNAVAILABLE, Cause.RATE_LIMITED, Cause.UNKNOWN])
def test_an_outage_says_nothing_about_what_is_known(cause):
    looks = by_failure([one(), one(Cause.SUBSCRIPTION_ENDED)], cause)
    assert [look.cause for look in looks] == [cause, Cause.SUBSCRIPTION_ENDED]


def test_a_look_at_a_login_does_not_end_a_limit():
    (look,) = by_listing([CheckedConnection(uuid4(), "books", Cause.RATE_LIMITED, NOON)], {"books"})
    assert look.limited_until == NOON


causes = st.none() | st.sampled_from(Cause)
checked = st.lists(
    st.builds(CheckedConnection, st.uuids(), st.sampled_from("abc"), causes, st.none() | st.just(NOON)),
    unique_by=lambda one: one.connection_id,
)
reached = st.frozensets(st.sampled_from("abc"))


def after(connections: list[CheckedConnection], looks: list[Look]) -> list[CheckedConnection]:
    return [one._replace(look_cause=look.cause) for one, look in zip(connections, looks, strict=True)]


@given(checked, reached)
def test_each_connection_gets_one_look_which_says_the_same_when_asked_again(connections, ids):
    looks = by_listing(connections, ids)
    assert [(look.connection_id, look.limited_until) for look in looks] == [
        (one.connection_id, one.limited_until) for one in connections
    ]
    assert by_listing(after(connections, looks), ids) == looks


@given(checked, reached, st.sampled_from(Cause))
def test_no_look_calls_healthy_what_was_not_listed_or_could_not_be_asked(connections, ids, cause):
    assert all(
        look.cause is not None
        for one, look in zip(connections, by_listing(connections, ids), strict=True)
        if one.organisation_id not in ids
    )
    assert all(look.cause is not None for look in by_failure(connections, cause))
