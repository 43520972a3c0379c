"""How far a month's budget of calls is used, and how far it will be."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rules.metering import MeterState, read

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
