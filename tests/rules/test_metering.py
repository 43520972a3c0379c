"""How far a month's budget of calls is used, and how far it will be."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import metering
from rules.metering import MeterReading, MeterState, letter, read, warning

MID_NOVEMBER = datetime(2026, 11, 16, tzinfo=UTC)  # half of its thirty days


@pytest.mark.parametrize(
    ("used", "forecast", "state"),
    [
        (0, 0, MeterState.FINE),
        (500, 1000, MeterState.FINE),
        (501, 1002, MeterState.TOO_FAST),
        (799, 1598, MeterState.TOO_FAST),
        (800, 1600, MeterState.NEARLY_USED),
        (999, 1998, MeterState.NEARLY_USED),
        (1000, 2000, MeterState.USED_UP),
        (1200, 2400, MeterState.USED_UP),
    ],
)
def test_what_is_said_of_a_meter(used: int, forecast: int, state: MeterState):
    assert read(used, 1000, MID_NOVEMBER) == (used, 1000, forecast, state)


def test_on_the_first_day_nothing_is_foreseen():
    first = datetime(2026, 12, 1, 23, 59, tzinfo=UTC)
    assert read(700, 1000, first)[2:] == (None, MeterState.FINE)
    assert read(700, 1000, first + timedelta(minutes=1)).forecast == 700 * 31


def test_the_month_is_that_of_utc():
    in_auckland = datetime(2026, 12, 1, 5, tzinfo=timezone(timedelta(hours=13)))  # the last of November by UTC
    assert read(600, 1000, in_auckland).forecast == 607  # 30 of 29 and two thirds days


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (MeterState.FINE, None),
        (MeterState.TOO_FAST, "At this pace the month's budget is used up before its end; {} from there on."),
        (MeterState.NEARLY_USED, "More than 80% of the month's budget is used; when it is used up, {}."),
        (MeterState.USED_UP, "The month's budget is used up: {}."),
    ],
)
def test_a_warning_says_what_comes_then(state: MeterState, said: str | None):
    for is_refused, then in ((True, "calls wait for the next month"), (False, "each further call is paid for")):
        assert warning(state, is_refused_beyond=is_refused) == (said and said.format(then))


def test_the_warning_names_the_part_at_which_it_is_given(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metering, "NEARLY", 0.9)
    assert read(850, 1000, MID_NOVEMBER).state is MeterState.TOO_FAST
    said = warning(read(900, 1000, MID_NOVEMBER).state, is_refused_beyond=True)
    assert said is not None
    assert said.startswith("More than 90% of the month's budget")


def test_a_letter_says_what_is_counted_and_where():
    reading = MeterReading(1_234, 5_000, None, MeterState.TOO_FAST)
    sent = letter("Ledger", reading, "It is used up soon.", "Ada", "https://books.example/practice")
    assert sent.subject == "Ledger: the month's calls"
    assert sent.body.startswith("Hello Ada,\n\nIt is used up soon. 1,234 of 5,000 calls of this month are made")
    assert "The count: https://books.example/practice" in sent.body
    assert "under Practice" in letter("Ledger", reading, "Soon.", "Ada", None).body


WORSE = list(MeterState)


@given(st.integers(0, 3_000), st.integers(0, 500), st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)))  # noqa: DTZ001  # made aware below
def test_more_calls_are_never_better(used: int, more: int, at: datetime):
    before, after = (read(number, 1_000, at.replace(tzinfo=UTC)) for number in (used, used + more))
    assert WORSE.index(before.state) <= WORSE.index(after.state)
    assert before.forecast is None or before.forecast >= used
