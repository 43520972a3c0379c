"""What a failed activity says to its workflow, and how work is cut, without a server."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, RetryState, TimeoutError, TimeoutType  # noqa: A004  # Temporal's own

from contracts.payloads.check_connections import ClientDue
from contracts.payloads.pulling import ClientToPull
from contracts.payloads.sync_client import Trouble
from contracts.words.causes import Cause
from contracts.words.refusals import REFUSED, Refusal, RefusalCode
from contracts.words.runs import Outcome, Result
from workflows.parts.consented_run import unlisted
from workflows.parts.night_groups import night_groups
from workflows.plans import due_clients
from workflows.plans.due_clients import by_weight
from workflows.plans.failures import is_our_outage, refusal_of, trouble_of
from workflows.plans.patches import FEWER_GROUPS, FULLER_NIGHT_GROUPS, MORE_NIGHT_GROUPS, NIGHT_BY_WEIGHT
from workflows.plans.pull_groups import in_even_groups, in_groups
from workflows.plans.sizes import (
    NIGHT_GROUP_WEIGHS,
    NIGHT_GROUPS_AT_ONCE,
    PAGE_OF_DUE,
    PAGE_OF_PULLS,
    PULLS,
    PullSizes,
    profiles_at_once,
    windows,
)


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


def client_due(number: int, *, is_in_part: bool) -> ClientDue:
    return ClientDue(
        connection_id=UUID(int=number),
        client_id=UUID(int=number),
        client_name="Alder",
        client_code="A",
        owner_name="Ada",
        provider="xero",
        provider_title="Xero",
        is_in_part=is_in_part,
    )


@given(st.lists(st.booleans(), max_size=100))
def test_groups_of_a_night_hold_every_client_once_in_order_and_are_as_full_as_they_may_be(in_part):
    clients = [client_due(number, is_in_part=one) for number, one in enumerate(in_part)]
    groups = by_weight(clients, 32)
    assert [client for group in groups for client in group] == clients
    weights = [sum(1 if client.is_in_part else 2 for client in group) for group in groups]
    assert all(0 < weight <= 32 for weight in weights)
    assert all(weight >= 31 for weight in weights[:-1])


def test_a_group_has_as_many_clients_as_a_run_s_where_all_are_read_whole_and_twice_as_many_where_none_is():
    sizes = [
        [len(group) for group in by_weight([client_due(number, is_in_part=one) for number in range(64)], 32)]
        for one in (False, True)
    ]
    assert sizes == [[16, 16, 16, 16], [32, 32]]


@given(st.lists(st.booleans(), max_size=PAGE_OF_DUE))
def test_even_groups_of_a_night_hold_every_client_once_and_fill_every_place_at_every_turn(in_part):
    clients = [client_due(number, is_in_part=one) for number, one in enumerate(in_part)]
    groups = due_clients.in_even_groups(clients, NIGHT_GROUP_WEIGHS, NIGHT_GROUPS_AT_ONCE)
    assert [client for group in groups for client in group] == clients
    weights = [sum(map(due_clients.weight_of, group)) for group in groups]
    if sum(weights) < 0.8 * NIGHT_GROUP_WEIGHS * NIGHT_GROUPS_AT_ONCE:
        assert groups == by_weight(clients, NIGHT_GROUP_WEIGHS)
    else:
        assert len(groups) % NIGHT_GROUPS_AT_ONCE == 0
        assert max(weights) <= 1.2 * NIGHT_GROUP_WEIGHS + 2
        assert max(weights) - min(weights) <= 4
        assert all(map(due_clients.is_full, groups)), "one process alone would read them"


@pytest.mark.parametrize(("number", "is_full"), [(1, False), (7, False), (8, True), (16, True)])
def test_which_groups_of_a_night_the_reading_processes_take(number: int, is_full: bool):
    assert due_clients.is_full([client_due(place, is_in_part=False) for place in range(number)]) is is_full


@pytest.mark.parametrize(
    ("in_part", "whole", "number"), [(432, 72, 8), (420, 84, 8), (0, 504, 16), (504, 0, 8), (120, 0, 2), (252, 35, 5)]
)
def test_a_page_of_a_night_makes_as_many_groups_as_there_are_places(in_part: int, whole: int, number: int):
    clients = [client_due(place, is_in_part=place < in_part) for place in range(in_part + whole)]
    assert len(due_clients.in_even_groups(clients, NIGHT_GROUP_WEIGHS, NIGHT_GROUPS_AT_ONCE)) == number


def page_of(number: int) -> tuple[ClientToPull, ...]:
    return tuple(
        ClientToPull(
            position=place,
            connection_id=UUID(int=place),
            client_id=UUID(int=place),
            client_name="Alder",
            client_code="A",
            outcome=Outcome.CREATED,
        )
        for place in range(number)
    )


def test_even_groups_hold_every_client_once_in_order_and_fill_every_place_at_every_turn():
    for number in range(PAGE_OF_PULLS + 1):
        page = page_of(number)
        groups = in_even_groups(page, PULLS)
        assert [client for group in groups for client in group.clients] == list(page)
        sizes = [len(group.clients) for group in groups]
        if number < 16:
            assert sizes == ([number] if number else [])
        else:
            assert min(sizes) >= 8
            assert max(sizes) <= 28
            assert max(sizes) - min(sizes) <= 1
        if number >= 64:
            assert len(groups) in {8, 16}
        assert {group.is_full for group in groups} <= {number >= 16}


@pytest.mark.parametrize(
    ("clients", "number", "largest"), [(16, 2, 8), (20, 2, 10), (100, 8, 13), (300, 16, 19), (448, 16, 28)]
)
def test_groups_of_a_run_of_some_size(clients: int, number: int, largest: int):
    groups = in_even_groups(page_of(clients), PULLS)
    assert (len(groups), max(len(group.clients) for group in groups)) == (number, largest)


def test_groups_of_a_run_that_began_with_more_at_once():
    assert len(in_even_groups(page_of(300), PullSizes(12, 16))) == 24


@pytest.mark.parametrize(
    ("organisations", "together"), [(1, 50), (400, 50), (401, 51), (1000, 125), (1001, 125), (10_000, 125)]
)
def test_a_list_of_up_to_a_thousand_has_its_profiles_read_in_as_many_groups_as_are_read_at_once(
    organisations: int, together: int
):
    assert profiles_at_once(organisations) == together


def test_groups_of_a_run_that_older_code_began_are_full_but_for_the_last():
    groups = in_groups(page_of(35), 16)
    assert [(len(group.clients), group.is_full) for group in groups] == [(16, True), (16, True), (3, False)]


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


@pytest.mark.parametrize(
    ("patches", "at_once", "page", "number"),
    [
        ({FULLER_NIGHT_GROUPS, FEWER_GROUPS, MORE_NIGHT_GROUPS, NIGHT_BY_WEIGHT}, 8, 504, 5),
        ({FEWER_GROUPS, MORE_NIGHT_GROUPS, NIGHT_BY_WEIGHT}, 8, 392, 6),
        ({MORE_NIGHT_GROUPS, NIGHT_BY_WEIGHT}, 12, 392, 12),
        ({NIGHT_BY_WEIGHT}, 8, 250, 11),
        (set(), 8, 250, 21),
    ],
)
def test_a_check_keeps_the_groups_of_the_code_that_began_it(
    monkeypatch: pytest.MonkeyPatch, patches: set[str], at_once: int, page: int, number: int
):
    monkeypatch.setattr(workflow, "patched", patches.__contains__)
    how = night_groups()
    assert (how.at_once, how.page) == (at_once, page)
    assert len(how.cut([client_due(place, is_in_part=True) for place in range(336)])) == number
