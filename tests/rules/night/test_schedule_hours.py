"""When nights begin, in any zone and from any moment.

``tests/starter/connections/test_schedule_times.py`` has the zones' rules.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from rules.night.schedule_hours import HOUR, OddNight, Older, begin_of, difference, next_night, said

zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # aware by its zone


@given(moments, zones)
def test_the_next_night_lies_ahead_within_a_little_more_than_a_day_and_begins_at_the_hour(after, zone):
    night = next_night(after, zone)
    assert after < night <= after + timedelta(hours=26)
    assert (night.astimezone(zone).hour, night.astimezone(zone).minute) == (HOUR, 0)


@given(moments, zones)
def test_nights_follow_one_another_by_a_calendar_day(after, zone):
    first = next_night(after, zone)
    second = next_night(first, zone)
    if not is_skipped(first, zone):
        assert second.astimezone(zone).date() - first.astimezone(zone).date() == timedelta(days=1)


def is_skipped(night: datetime, zone: ZoneInfo) -> bool:
    """Whether a zone leaves out the day after a night, as those at the date line have."""
    return (night.astimezone(UTC) + timedelta(hours=24)).astimezone(zone).date() - night.date() > timedelta(days=1)


@given(moments, zones, st.integers(1, 20))
def test_a_server_with_our_own_rules_differs_nowhere(now, zone, days):
    first = now.date()
    nights, night = {}, next_night(now - timedelta(days=2), zone)
    while night.date() <= first + timedelta(days=days):
        nights[night.date()] = [night]
        night = next_night(night, zone)
    released, last = first.replace(month=1, day=1), first + timedelta(days=days)
    assert difference(nights, zone, released=released, first=first, now=now, last=last) is None


LONDON = ZoneInfo("Europe/London")
RELEASED = date(2026, 1, 1)
FIRST, LAST = date(2027, 3, 26), date(2027, 4, 2)
"""The clocks of London go forward on the 28th."""


def nights_by(offset: timedelta | None) -> dict[date, list[datetime]]:
    """The week's nights by our rules, but after the 28th with this offset to UTC; None leaves them out."""
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days)]
    nights = {day: [begin_of(day, LONDON)] for day in days}
    for day in days[2:]:
        nights[day] = [] if offset is None else [datetime.combine(day, time(HOUR), UTC) - offset]
    return nights


def found(nights: dict[date, list[datetime]], **more: date) -> OddNight | None:
    words = {"released": RELEASED, "first": FIRST, "last": LAST} | more
    return difference(nights, LONDON, now=datetime(2027, 3, 25, tzinfo=UTC), **words)


def test_the_next_night_is_today_s_or_tomorrow_s():
    assert next_night(datetime(2027, 3, 27, 3, tzinfo=UTC), LONDON) == datetime(2027, 3, 27, 4, tzinfo=UTC)
    assert next_night(datetime(2027, 3, 27, 4, tzinfo=UTC), LONDON) == datetime(2027, 3, 28, 3, tzinfo=UTC)


def test_a_server_that_has_heard_of_a_change_before_us_is_told_with_what_it_does():
    """It has summer time given up, and we go on as in the year before."""
    odd = found(nights_by(timedelta()))
    assert odd == OddNight(date(2027, 3, 28), datetime(2027, 3, 28, 4, tzinfo=UTC), Older.OURS)
    assert said(odd, "Europe/London", "2026.6").startswith(
        "On 28 March 2027 Temporal begins the check at 05:00 instead of 04:00 by our clock of Europe/London"
    )


class WithoutSummer(tzinfo):
    """London's winter for ever, from 2027 on."""

    def utcoffset(self, at: datetime | None) -> timedelta:
        return timedelta(hours=1 if at is not None and at.year < 2027 and 4 <= at.month <= 9 else 0)

    def dst(self, at: datetime | None) -> timedelta:
        return self.utcoffset(at)

    def tzname(self, at: datetime | None) -> str:
        return "without summer"


def test_a_server_that_goes_on_as_in_the_year_before_has_not_heard_of_a_change():
    day = date(2027, 6, 1)
    nights = {day: [datetime(2027, 6, 1, HOUR - 1, tzinfo=UTC)]}
    odd = difference(
        nights,
        WithoutSummer(),
        released=RELEASED,
        first=day,
        now=datetime(2027, 5, 1, tzinfo=UTC),
        last=day + timedelta(days=1),
    )
    assert odd is not None
    assert odd.older is Older.TEMPORAL


def test_rules_that_differ_before_ours_were_released_are_the_server_s():
    odd = found(nights_by(timedelta(hours=3)), released=LAST)
    assert odd is not None
    assert odd.older is Older.TEMPORAL


def test_a_night_that_is_left_out_is_said_and_nobody_s_rules_are_blamed():
    odd = found(nights_by(None))
    assert odd is not None
    assert (odd.begins_at, odd.older) == (None, Older.UNCLEAR)
    assert "leaves out the check" in said(odd, "Europe/London", "2026.6")


def test_nothing_odd_is_nothing():
    assert found(nights_by(timedelta(hours=1))) is None
