"""What a login's check means for each of its connections."""

from uuid import uuid4

import pytest

from activities.diagnosing import by_failure, by_listing
from contracts.causes import Cause
from contracts.runs import ConnectionStatus
from models.checks import CheckedConnection

DISPROVED = (Cause.SIGNED_OUT, Cause.DISCONNECTED_AT_PROVIDER)
CONNECTED, NEEDS_RECONNECT = ConnectionStatus.CONNECTED, ConnectionStatus.NEEDS_RECONNECT


def one(cause: Cause | None = None, *, has_failed_list: bool = False) -> CheckedConnection:
    status = NEEDS_RECONNECT if cause and cause.needs_person else CONNECTED
    return CheckedConnection(uuid4(), uuid4(), "books", status, cause, has_failed_list)


def listed(connection: CheckedConnection, *reached: str) -> tuple[ConnectionStatus, Cause | None] | None:
    """The new health; None when it stays."""
    changed = by_listing([connection], reached).changed
    return (changed[0].status, changed[0].cause) if changed else None


def test_one_that_is_listed_and_worked_is_fine():
    connection = one()
    assert by_listing([connection], {"books"}) == ([], [connection])


@pytest.mark.parametrize("cause", DISPROVED)
def test_a_list_disproves_a_lost_sign_in_and_a_removed_connection(cause):
    assert listed(one(cause, has_failed_list=True), "books") == (CONNECTED, None)


@pytest.mark.parametrize("cause", sorted({cause for cause in Cause if cause.needs_person} - set(DISPROVED)))
def test_a_list_does_not_disprove_what_only_a_pull_can_tell(cause):
    assert listed(one(cause), "books") is None


@pytest.mark.parametrize("cause", [Cause.RATE_LIMITED, Cause.PROVIDER_UNAVAILABLE])
def test_an_outage_is_over_unless_a_list_still_lacks_its_rows(cause):
    assert listed(one(cause), "books") == (CONNECTED, None)
    assert listed(one(cause, has_failed_list=True), "books") is None


def test_one_that_is_not_listed_was_disconnected():
    assert listed(one(), "other books") == (NEEDS_RECONNECT, Cause.DISCONNECTED_AT_PROVIDER)
    assert listed(one(Cause.PROVIDER_UNAVAILABLE)) == (NEEDS_RECONNECT, Cause.DISCONNECTED_AT_PROVIDER)


def test_lost_access_stays_lost_access_when_the_list_says_the_same():
    assert listed(one(Cause.ACCESS_LOST)) is None


def test_a_dead_sign_in_is_the_cause_of_all_of_its_connections():
    connections = [one(), one(Cause.PROVIDER_UNAVAILABLE), one(Cause.SUBSCRIPTION_ENDED), one(Cause.SIGNED_OUT)]
    changed, fine = by_failure(connections, Cause.SIGNED_OUT)
    assert [settled.connection for settled in changed] == connections[:3]
    assert {(settled.status, settled.cause) for settled in changed} == {(NEEDS_RECONNECT, Cause.SIGNED_OUT)}
    assert fine == []


@pytest.mark.parametrize("cause", [Cause.PROVIDER_UNAVAILABLE, Cause.RATE_LIMITED, Cause.UNKNOWN])
def test_an_outage_says_nothing_about_what_is_known_and_marks_nobody(cause):
    healthy, broken = one(), one(Cause.SUBSCRIPTION_ENDED)
    changed, fine = by_failure([healthy, broken], cause)
    assert changed == [(healthy, CONNECTED, cause)]
    assert fine == []
