"""Single values: every spelling of a date."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.xero.values import EPOCH, day, moment

OFFSETS = st.sampled_from(["", "+0000", "-0500", "+1300"])
MOMENTS = st.datetimes(min_value=datetime(2, 1, 2), max_value=datetime(9998, 12, 30))  # noqa: DTZ001  # zones are added
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(MOMENTS, OFFSETS)
def test_milliseconds_since_1970_are_utc_whatever_offset_follows(at: datetime, offset: str) -> None:
    expected = at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
    milliseconds = (expected - EPOCH) // timedelta(milliseconds=1)
    assert moment(f"/Date({milliseconds}{offset})/") == expected


@given(MOMENTS, st.integers(0, 9))
def test_iso_without_a_zone_is_utc_to_the_seventh_digit(at: datetime, seventh: int) -> None:
    written = f"{at:%H:%M:%S}.{at.microsecond:06}{seventh}"
    assert moment(f"{at.date().isoformat()}T{written}") == at.replace(tzinfo=UTC)


@given(MOMENTS, st.integers(-12, 13))
def test_iso_with_a_zone_becomes_utc(at: datetime, hours: int) -> None:
    zoned = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert moment(zoned.isoformat()) == zoned


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("/Date(1439434356790)/", datetime(2015, 8, 13, 2, 52, 36, 790000, UTC)),
        ("/Date(1419937200000+0000)/", datetime(2014, 12, 30, 11, 0, 0, 0, UTC)),
        ("/Date(-2208988800000)/", datetime(1900, 1, 1, tzinfo=UTC)),
        ("/Date(-2208988800000-0800)/", datetime(1900, 1, 1, tzinfo=UTC)),
        ("2019-11-20T20:01:39.7131130", datetime(2019, 11, 20, 20, 1, 39, 713113, UTC)),
        ("2026-03-31", datetime(2026, 3, 31, tzinfo=UTC)),
        ("/Date(-62135596800000+0000)/", None),
        ("/Date(253402300799999+0000)/", None),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59.9999999", None),
        ("9999-12-31T23:59:59.9999999-05:00", None),
        ("/Date(99999999999999999)/", None),
        ("/Date(99999999999999999999999999)/", None),
        ("/Date(soon)/", None),
        ("/Date()/", None),
        ("soon", None),
        ("", None),
        (1439434356790, None),
        (None, None),
    ],
)
def test_dates_as_they_were_recorded(written: object, expected: datetime | None) -> None:
    assert moment(written) == expected


def test_a_day_is_the_utc_day() -> None:
    assert day("/Date(1774915200000+0000)/") == date(2026, 3, 31)
    assert day(None) is None
    assert [day(f"/Date({edge}+0000)/") for edge in (-62135596800000, 253402214400000)] == [None, None]


@given(MOMENTS, OFFSETS)
def test_what_is_read_can_be_told_on_every_clock(at: datetime, offset: str) -> None:
    """The edges of the calendar have no local time in half of the world."""
    milliseconds = (at.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
    read = moment(f"/Date({milliseconds}{offset})/")
    assert read is not None
    for hours in (-14, 14):
        read.astimezone(timezone(timedelta(hours=hours)))


@given(ANYTHING)
def test_nothing_that_arrives_raises(value: object) -> None:
    for read in (moment, day):
        read(value)
