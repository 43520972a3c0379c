"""When a sign-in ends for good: what is said of it, and who is warned when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.night.digesting import ClientToTellOf, Recipient, Staff
from rules.night.sign_in_ends import EndingSignIn, EndWarning, by_person, letter, said, warning_for

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
OWNER, ADMIN, LEFT = (UUID(int=number) for number in (1, 2, 3))
STAFF = Staff({OWNER: Recipient("Ada", is_admin=False), ADMIN: Recipient("Bea", is_admin=True)}, {})


def ending(name: str, days: int, owner: UUID = OWNER) -> EndingSignIn:
    client = ClientToTellOf(UUID(int=9), UUID(int=8), name, name.upper(), owner, None, None, None, None, None)
    return EndingSignIn(client, NOON + days * DAY)


@pytest.mark.parametrize(
    ("left", "warning"),
    [
        (30 * DAY + SECOND, None),
        (30 * DAY, EndWarning.MONTH),
        (7 * DAY + SECOND, EndWarning.MONTH),
        (7 * DAY, EndWarning.WEEK),
        (SECOND, EndWarning.WEEK),
        (0 * DAY, None),
    ],
)
def test_a_month_and_a_week_before_somebody_is_warned(left: timedelta, warning: EndWarning | None):
    assert warning_for(NOON + left, NOON) is warning


def test_where_there_is_no_end_nobody_is_warned():
    assert warning_for(None, NOON) is None


@pytest.mark.parametrize(
    ("ends_at", "words"),
    [
        (datetime(2031, 10, 31, 23, 30, tzinfo=UTC), "ends in October 2031"),
        (datetime(2026, 12, 3, 23, 30, tzinfo=UTC), "ends on 3 December 2026"),
        (NOON, "ended on 29 November 2026"),
    ],
)
def test_what_is_said_of_an_end(ends_at: datetime, words: str):
    assert said(ends_at, NOON, ZoneInfo("Europe/London")) == words


def test_owners_are_warned_and_admins_for_those_who_have_left():
    found = by_person([ending("Beech", 20), ending("Alder", 6), ending("Cedar", 5, LEFT)], STAFF)
    names = {colleague: [one.client.name for one in theirs] for colleague, theirs in found.items()}
    assert names == {OWNER: ["Alder", "Beech"], ADMIN: ["Cedar"]}


def test_the_mail_names_each_client_with_its_day():
    subject, body = letter([ending("Alder", 6), ending("Beech", 20)], "Ada", NOON, UTC, "https://here.test/connections")
    assert subject == "2 sign-ins end soon"
    assert "  - Alder (ALDER): ends on 5 December 2026\n  - Beech (BEECH): ends on 19 December 2026" in body
    many = letter([ending(f"C{number}", 6) for number in range(53)], "Ada", NOON, UTC, None)
    assert "  and 3 more" in many.body
    assert letter([ending("Alder", 6)], "Ada", NOON, UTC, None).subject == "A sign-in ends soon"


@given(st.lists(st.tuples(st.integers(-40, 40), st.sampled_from([OWNER, LEFT])), max_size=8))
def test_everybody_s_soonest_end_comes_first_and_no_client_is_forgotten(ends: list[tuple[int, UUID]]):
    all_of_them = [ending(f"c{place}", days, owner) for place, (days, owner) in enumerate(ends)]
    found = by_person(all_of_them, STAFF)
    told = [one for theirs in found.values() for one in theirs]
    assert sorted(told) == sorted(all_of_them)
    for theirs in found.values():
        assert [one.ends_at for one in theirs] == sorted(one.ends_at for one in theirs)


@given(st.timedeltas(timedelta(days=-9), timedelta(days=90)), st.timedeltas(timedelta(), timedelta(days=90)))
def test_nearer_its_end_a_sign_in_is_warned_of_no_less(left: timedelta, nearer: timedelta):
    order = [None, EndWarning.MONTH, EndWarning.WEEK]
    before, after = warning_for(NOON + left + nearer, NOON), warning_for(NOON + left, NOON)
    assert left <= timedelta(0) or order.index(before) <= order.index(after)
