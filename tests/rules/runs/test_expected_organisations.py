"""Which of the organisations that a run expects by name a sign-in has brought, and what people are told of it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.runs import SignInState
from contracts.words.standard_information import NAMELESS
from rules.clients.names import are_alike
from rules.runs.expected_organisations import Came, Wanted, arrived, names_in

BEECH_CLIENT, OTHER_CLIENT = UUID(int=1), UUID(int=2)
ALDER, BEECH, CEDAR = Wanted(0, "Alder & Finch"), Wanted(1, "Beech Ltd", BEECH_CLIENT), Wanted(2, "Cedar Mills")
QUEUE = [ALDER, BEECH, CEDAR]


def done(one: Wanted, organisation_id: str) -> Wanted:
    return one._replace(state=SignInState.DONE, organisation_id=organisation_id)


def test_the_expected_one_is_done_and_the_next_is_named():
    told = arrived(QUEUE, 0, [Came("1", "ALDER AND FINCH LIMITED")])
    assert told.done == {0: "1"}
    assert (told.missed, told.came_instead, told.to_do) == (None, None, 2)
    assert told.message == "Alder & Finch is there. 2 organisations are left; Beech Ltd is next."


def test_a_wrong_pick_is_named_and_the_expected_one_stays_to_do():
    told = arrived(QUEUE[1:], 1, [Came("9", "Dogwood Ltd")])
    assert told == (
        {},
        1,
        "Dogwood Ltd",
        2,
        "You chose Dogwood Ltd. Beech Ltd is still to do. 2 organisations are left.",
    )


def test_another_one_of_the_list_counts_for_itself():
    told = arrived(QUEUE[:2], 1, [Came("1", "Alder & Finch")])
    assert (told.done, told.missed, told.came_instead, told.to_do) == ({0: "1"}, 1, "Alder & Finch", 1)
    assert told.message == "You chose Alder & Finch. It is on your list too, and done. Beech Ltd is still to do."


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (Came("9", "Harbour Lane", is_own=True), "You chose Harbour Lane, which looks like your own firm's books."),
        (Came("9", "Elm", OTHER_CLIENT, is_client=True), "You chose Elm, which is your client already."),
    ],
)
def test_the_firms_own_books_and_a_client_s_are_told_as_such(came, said):
    told = arrived([BEECH], 1, [came])
    assert (told.done, told.message) == ({}, f"{said} Beech Ltd is still to do.")


def test_nothing_that_came_is_said():
    assert arrived([BEECH], 1, []).message == "This sign-in brought no organisation. Beech Ltd is still to do."


@pytest.mark.parametrize(
    ("client_id", "name", "hits"),
    [
        (BEECH_CLIENT, "Something Else", True),  # a number told
        (OTHER_CLIENT, "Beech Ltd", False),  # another client's books of the same name
        (None, "Beech Limited", True),
        (None, "Birch Ltd", False),
    ],
)
def test_the_client_counts_before_the_name(client_id, name, hits):
    assert bool(arrived([BEECH], 1, [Came("1", name, client_id)]).done) is hits


def test_of_two_of_one_name_the_expected_one_is_done():
    twins = [Wanted(0, "Smith"), Wanted(1, "Smith")]
    assert arrived(twins, 1, [Came("1", "Smith Ltd")]).done == {1: "1"}


def test_a_repeat_says_the_same():
    first = arrived(QUEUE, 0, [Came("1", "Alder & Finch")])
    again = arrived([done(ALDER, "1"), BEECH, CEDAR], 0, [Came("1", "Alder & Finch")])
    assert again == first


def test_the_same_company_twice_leaves_the_next_one_to_do():
    told = arrived([done(ALDER, "1"), BEECH], 1, [Came("1", "Alder & Finch")])
    assert told.message == "You chose Alder & Finch. It is on your list too, and done. Beech Ltd is still to do."
    assert (told.missed, told.to_do) == (1, 1)


def test_what_comes_after_the_list_is_told_and_misses_nothing():
    told = arrived([done(ALDER, "1")], None, [Came("9", "Dogwood Ltd")])
    assert (told.done, told.missed, told.to_do) == ({}, None, 0)
    assert told.message == (
        "You chose Dogwood Ltd. It is not on your list. Your list is done: choose which become clients."
    )


def test_the_last_one_ends_the_list():
    told = arrived([done(ALDER, "1"), BEECH], 1, [Came("2", "Beech Ltd")])
    assert told.message == "Beech Ltd is there. Your list is done: choose which become clients."


def test_what_is_left_out_is_neither_filled_nor_missed():
    told = arrived([BEECH._replace(state=SignInState.DROPPED)], 1, [Came("2", "Beech Ltd")])
    assert (told.done, told.missed, told.to_do) == ({}, None, 0)


@pytest.mark.parametrize(
    ("pasted", "names"),
    [
        ("Alder & Finch\n\n  Beech   Ltd \r\nCedar", ["Alder & Finch", "Beech Ltd", "Cedar"]),
        ("Alder\nALDER\nBeech\nalder", ["Alder", "Beech"]),
        ("Alder\tGB123\t2019\nBeech", ["Alder", "Beech"]),
        (" \n\t\n", []),
        ("A" * 300, ["A" * 255]),
    ],
)
def test_names_are_pasted_one_a_line(pasted, names):
    assert names_in(pasted) == names


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Smith & Sons Ltd", "Smith and Sons Limited", True),
        ("12 Mill Road Ltd", "14 Mill Road Ltd", False),
        (NAMELESS, NAMELESS, False),
        ("", "", False),
    ],
)
def test_names_are_alike_as_everywhere_else(one, other, expected):
    assert are_alike(one, other) is expected


NAMES = st.sampled_from(["Alder & Finch", "ALDER AND FINCH LIMITED", "Beech", "Cedar Mills", "Dogwood"])
CAME = st.builds(Came, st.sampled_from("123"), NAMES, st.none() | st.sampled_from([BEECH_CLIENT, OTHER_CLIENT]))


@given(st.lists(CAME, max_size=4, unique_by=lambda one: one.organisation_id), st.none() | st.integers(0, 2))
def test_what_came_counts_once_and_what_is_told_twice_changes_nothing(came: list[Came], expected: int | None):
    told = arrived(QUEUE, expected, came)
    assert len(set(told.done.values())) == len(told.done)
    assert told.to_do == len(QUEUE) - len(told.done)
    assert told.missed is None or told.missed == expected
    assert all(one.organisation_id in told.done.values() or one.name in told.message for one in came)
    after = [done(one, told.done[one.position]) if one.position in told.done else one for one in QUEUE]
    assert arrived(after, expected, came).done.items() >= told.done.items()


@given(
    st.lists(
        st.sampled_from(["Ash", "ASH", "ash\tof a sheet", " Oak  Hill ", "oak hill", ""]) | st.text(max_size=9),
        max_size=6,
    )
)
def test_names_in_a_list_of_names_are_these_names(lines: list[str]):
    names = names_in("\n".join(lines))
    assert names_in("\n".join(names)) == names
    assert len({name.casefold() for name in names}) == len(names)
