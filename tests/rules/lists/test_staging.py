"""When a list is gone on with at its next page, and when it is read anew."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.lists import ListName, RowKind
from rules.lists.increments import OVERLAP
from rules.lists.staging import (
    FIRST_EXPECTED,
    RESUMED_WITHIN,
    SHORT,
    expected_rows,
    may_be_long,
    may_resume,
    scope_of,
)
from workflows.plans.policies import PULL, PULL_TOGETHER

CONTACTS = RowKind.CONTACTS.lists
FIRST = FIRST_EXPECTED[RowKind.CONTACTS]
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
GRANT = UUID(int=7)


@dataclass(frozen=True)
class Staging:
    scope: str = "it"
    cursor: str | None = "page 2"
    is_all: bool = False
    begun_at: datetime = NOON


@pytest.mark.parametrize(
    ("staged", "wanted", "age", "resumes"),
    [
        (Staging(), "it", timedelta(0), True),
        (Staging(), "it", RESUMED_WITHIN, True),
        (Staging(), "it", RESUMED_WITHIN + timedelta(seconds=1), False),
        (Staging(), "it", -timedelta(seconds=1), False),
        (Staging(), "another", timedelta(0), False),
        (Staging(cursor=None), "it", timedelta(0), False),
        (Staging(cursor=None, is_all=True), "it", timedelta(0), True),
        (Staging(cursor=None, is_all=True), "it", RESUMED_WITHIN * 2, False),
    ],
)
def test_the_same_is_gone_on_with_while_it_is_new(staged: Staging, wanted: str, age: timedelta, resumes: bool):
    assert may_resume(staged, wanted, NOON + age, is_complete=True) is resumes


def test_changes_that_all_came_are_asked_for_again():
    assert may_resume(Staging(), "it", NOON, is_complete=False)
    assert not may_resume(replace(Staging(), is_all=True), "it", NOON, is_complete=False)


def test_nothing_that_changes_while_a_list_is_read_is_missed_by_the_next_answer_about_changes():
    for policy in (PULL, PULL_TOGETHER):
        longest = policy["start_to_close_timeout"]
        assert longest is not None
        assert RESUMED_WITHIN + longest <= OVERLAP


def test_what_is_asked_for_otherwise_is_something_else():
    scopes = {
        scope_of("pull", GRANT, "contacts", None, "both"),
        scope_of("another", GRANT, "contacts", None, "both"),
        scope_of("pull", UUID(int=8), "contacts", None, "both"),
        scope_of("pull", GRANT, "vendors", None, "both"),
        scope_of("pull", GRANT, "contacts", NOON, "both"),
        scope_of("pull", GRANT, "contacts", None, "suppliers"),
    }
    assert len(scopes) == 6


@pytest.mark.parametrize(
    ("held", "is_long"),
    [
        ({}, True),
        ({ListName.SUPPLIERS: 10}, True),
        ({ListName.SUPPLIERS: 10, ListName.CUSTOMERS: 20}, False),
        ({ListName.SUPPLIERS: SHORT, ListName.CUSTOMERS: 0}, True),
    ],
)
def test_what_was_never_read_may_be_long(held: dict[ListName, int], is_long: bool):
    assert may_be_long(CONTACTS, held, FIRST) is is_long


@pytest.mark.parametrize(
    ("pages", "is_long"),
    [
        ([], True),
        ([100] * 4, True),
        ([100] * 6, False),
        ([0] * 40, False),
        ([100] * 40 + [1_000], True),
        ([100] * 40 + [1_000] + [100] * 2, False),
        ([1_000, 100, 100] * 10, True),
    ],
)
def test_what_was_never_read_is_expected_to_be_as_long_as_what_came_last(pages: list[int], is_long: bool):
    expected = reduce(expected_rows, pages, FIRST)
    assert may_be_long(CONTACTS, {}, expected) is is_long
    half_known = {CONTACTS[0]: 0}
    assert may_be_long(CONTACTS, half_known, expected) is is_long
    assert not may_be_long(CONTACTS, dict.fromkeys(CONTACTS, 10), expected), "what was read before is known"


@given(st.lists(st.integers(0, 5_000), max_size=30))
def test_what_is_expected_lies_between_what_came(came: list[int]):
    expected = reduce(expected_rows, came, FIRST)
    assert min([FIRST, *came]) <= expected <= max([FIRST, *came])


def test_the_first_items_that_come_are_expected_to_be_few():
    assert not may_be_long(RowKind.ITEMS.lists, {}, FIRST_EXPECTED[RowKind.ITEMS])
    assert may_be_long(RowKind.ITEMS.lists, {}, expected_rows(FIRST_EXPECTED[RowKind.ITEMS], 20_000))


@given(
    st.timedeltas(timedelta(hours=-1), timedelta(hours=1)), st.booleans(), st.booleans(), st.none() | st.just("next")
)
def test_nothing_is_gone_on_with_that_is_old_or_of_something_else(
    age: timedelta, is_all: bool, whole: bool, cursor: str | None
):
    staged = Staging(begun_at=NOON - age, is_all=is_all, cursor=cursor)
    assert not may_resume(staged, "another", NOON, is_complete=whole)
    if may_resume(staged, staged.scope, NOON, is_complete=whole):
        assert timedelta(0) <= age <= RESUMED_WITHIN
        assert is_all or cursor is not None
