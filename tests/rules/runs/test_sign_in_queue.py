"""Which sign-ins a run still expects, and what came of the latest one."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.runs import SignInState
from rules.runs.sign_in_queue import NAMED, Expected, came_back, login_for, next_of
from rules.runs.surveying import LivingConnection

TO_DO, DONE, DROPPED = SignInState.TO_DO, SignInState.DONE, SignInState.DROPPED
ASH, BEECH, CEDAR = (Expected(name[0].lower(), name, TO_DO) for name in ("Ash Ltd", "Beech Ltd", "Cedar Ltd"))
MINE, THEIRS, OTHERS = (UUID(int=number) for number in range(1, 4))


@pytest.mark.parametrize(
    ("queue", "expected", "reached", "allowed", "message"),
    [
        ([ASH, BEECH], "a", {"a"}, ["Ash Ltd"], "Ash Ltd done. 1 sign-in is left; Beech Ltd is next."),
        ([ASH], "a", {"a"}, [], "Ash Ltd done. No more sign-ins are needed."),
        (
            [ASH._replace(state=DONE), BEECH],  # the second try of the first one
            "a",
            {"a"},
            ["Ash Ltd"],
            "Ash Ltd done. 1 sign-in is left; Beech Ltd is next.",
        ),
        (
            [BEECH],
            "b",
            {"x"},
            ["Alder & Finch"],
            "You chose Alder & Finch; Beech Ltd is still to do.",
        ),
        (
            [ASH, BEECH, CEDAR],
            "a",
            {"c"},
            ["Cedar Ltd"],
            "You chose Cedar Ltd; Ash Ltd is still to do. 2 sign-ins are left.",
        ),
        ([BEECH], "b", set(), [], "This sign-in did not allow Beech Ltd; it is still to do."),
        (
            [ASH, BEECH, CEDAR],
            None,
            {"a", "b", "c"},
            [],
            "Ash Ltd, Beech Ltd and Cedar Ltd done. No more sign-ins are needed.",
        ),
    ],
)
def test_what_a_sign_in_means_is_said(queue, expected, reached, allowed, message):
    assert came_back(queue, expected, reached, allowed).message == message


IDS = st.sampled_from("abcdef")
queues = st.lists(
    st.builds(Expected, IDS, st.sampled_from(("Ash", "Beech")), st.sampled_from(SignInState)),
    unique_by=lambda one: one.organisation_id,
)


@given(queues, st.none() | IDS, st.frozensets(IDS), st.lists(st.sampled_from(("Ash", "Alder & Finch"))))
def test_the_count_adds_up_and_a_wrong_pick_does_nothing_but_say_so(queue, expected, reached, allowed):
    came = came_back(queue, expected, reached, allowed)
    to_do = {one.organisation_id for one in queue if one.state is TO_DO}
    assert set(came.done) == to_do & reached
    assert came.to_do == len(to_do) - len(came.done)
    assert (came.came_instead is not None) == (expected in to_do - reached)
    if came.to_do > 1:
        assert str(came.to_do) in re.findall(r"[0-9]+", came.message)


@given(queues)
def test_next_is_the_first_that_is_to_do_and_done_ones_are_not_asked_for_again(queue):
    first = next_of(queue)
    if first is None:
        assert all(one.state is not TO_DO for one in queue)
    else:
        assert first.state is TO_DO
        assert next_of([one._replace(state=DONE) if one == first else one for one in queue]) != first


@given(
    st.sampled_from((MINE, THEIRS, OTHERS)),
    st.dictionaries(st.sampled_from((MINE, THEIRS)), st.frozensets(st.sampled_from("ab")), min_size=1),
)
def test_a_connection_is_repaired_by_a_login_that_reaches_it(own, reached):
    connection = LivingConnection(
        MINE, MINE, "a", "Ash", own, ConnectionStatus.NEEDS_RECONNECT, None, GrantStatus.ACTIVE, ()
    )
    login = login_for(connection, reached)
    assert login in reached
    if any("a" in ids for ids in reached.values()):
        assert "a" in reached[login]
    if own in reached and ("a" in reached[own] or not any("a" in ids for ids in reached.values())):
        assert login == own


def living(grant_id: UUID) -> LivingConnection:
    return LivingConnection(
        MINE, MINE, "a", "Ash Ltd", grant_id, ConnectionStatus.NEEDS_RECONNECT, None, GrantStatus.ACTIVE, ()
    )


@pytest.mark.parametrize(
    ("own", "reached", "chosen"),
    [
        (MINE, {THEIRS: {"a"}, MINE: {"a"}}, MINE),
        (MINE, {THEIRS: {"a"}, MINE: {"b"}}, THEIRS),
        (MINE, {THEIRS: {"b"}, MINE: {"b"}}, MINE),
        (OTHERS, {THEIRS: {"b"}, MINE: {"b"}}, THEIRS),
    ],
)
def test_a_login_that_reaches_comes_before_one_s_own_that_does_not(own, reached, chosen):
    assert login_for(living(own), reached) == chosen


def test_the_next_is_the_first_that_is_to_do():
    assert next_of([ASH._replace(state=DONE), BEECH._replace(state=DROPPED), CEDAR]) == CEDAR
    assert next_of([ASH._replace(state=DONE)]) is None


def test_of_many_the_first_are_named_and_the_others_counted():
    many = [Expected(str(number), f"Client {number}", TO_DO) for number in range(NAMED + 2)]
    message = came_back(many, None, {one.organisation_id for one in many}, []).message
    assert f"Client {NAMED - 1} and 2 more done" in message
