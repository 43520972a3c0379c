"""When nights begin, in any zone and from any moment.

``tests/starter/connections/test_schedule_times.py`` has the zones' rules.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from rules.night.schedule_hours import HOUR, difference, next_night

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
    settled, last = first.replace(month=1, day=1), first + timedelta(days=days)
    assert difference(nights, zone, settled=settled, first=first, now=now, last=last) is None
