"""The hour of the nights, in every zone; and whose rules of time zones are old, where Temporal's are not ours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import pytest

from rules.night.schedule_hours import HOUR, JITTER, Older, begin_of, difference, next_night, said
from runtime.settings.zone_rules import pinned_rules

LAST_YEAR = 2037
"""Until then each zone's changes are spelt out in its compiled rules; from then on they repeat."""

PACIFIC, BRITISH_COLUMBIA = ZoneInfo("America/Los_Angeles"), ZoneInfo("America/Vancouver")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def distinct_zones() -> list[ZoneInfo]:
    """One of each set of zones with the same rules."""
    return [
        ZoneInfo(name)
        for name in {(pinned_rules() / name).read_bytes(): name for name in available_timezones()}.values()
    ]


def changes_of(zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """From when to when the clock jumps, in local time without a zone: forward or back."""
    day, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    while day < end:
        after = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            low, high = day, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                changed = middle.astimezone(zone).utcoffset() != low.astimezone(zone).utcoffset()
                low, high = (low, middle) if changed else (middle, high)
            before, later = (at.astimezone(zone).utcoffset() or timedelta() for at in (low, high))
            yield (high + before).replace(tzinfo=None), (high + later).replace(tzinfo=None)
        day = after


@pytest.mark.thorough
def test_the_hour_and_the_one_behind_it_exist_exactly_once_on_every_night_in_every_zone():
    """The hour behind it, since a schedule fires twice in the hour before a repeated one, east of Greenwich."""
    touched = set()
    for zone in distinct_zones():
        for before, after in changes_of(zone):
            first, last = sorted((before, after))
            quarter = first.replace(minute=first.minute // 15 * 15, second=0)
            while quarter < last:
                touched.add(quarter.hour)
                quarter += timedelta(minutes=15)
    assert {0, 1, 2, 3} <= touched  # no earlier hour of a night will do
    assert not touched & {HOUR, HOUR + 1}
    assert timedelta(0) < JITTER < timedelta(hours=1)


def nights(zone: tzinfo, first: date, last: date) -> dict[date, list[datetime]]:
    """What a server with a zone's rules makes of a schedule, by day, a little into the jitter."""
    days = (first + timedelta(days=number) for number in range((last - first).days))
    return {day: [begin_of(day, zone).astimezone(UTC) + timedelta(minutes=7)] for day in days}


@pytest.mark.parametrize(
    ("theirs", "ours", "older"),
    [
        (PACIFIC, BRITISH_COLUMBIA, Older.TEMPORAL),  # a server that has not heard of 2026
        (BRITISH_COLUMBIA, PACIFIC, Older.OURS),  # one that has, where we have not
        (timezone(timedelta(hours=1)), ZoneInfo("Africa/Casablanca"), Older.TEMPORAL),
        (ZoneInfo("America/Chicago"), ZoneInfo("America/Mexico_City"), Older.TEMPORAL),  # not heard of 2022
        (ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/London"), Older.TEMPORAL),  # wrong about what has been
    ],
)
def test_whose_rules_are_old(theirs: tzinfo, ours: tzinfo, older: Older):
    released, first, last = date(2026, 1, 1), date(2024, 12, 1), date(2028, 4, 1)
    found = difference(nights(theirs, first, last), ours, released=released, first=first, now=NOW, last=last)
    assert found is not None
    assert found.older is older
    assert begin_of(found.day, ours) > NOW
    same = nights(ours, first, last)
    assert difference(same, ours, released=released, first=first, now=NOW, last=last) is None


def test_a_night_that_is_left_out_or_comes_twice_is_a_difference():
    zone, first, last = ZoneInfo("Europe/London"), date(2026, 11, 1), date(2027, 11, 1)
    changed = date(2027, 3, 28)
    for begun in ([], [begin_of(changed, zone), begin_of(changed, zone) + timedelta(hours=1)]):
        begins = nights(zone, first, last) | {changed: begun}
        found = difference(begins, zone, released=date(2026, 1, 1), first=first, now=NOW, last=last)
        assert found is not None
        assert (found.day, found.begins_at) == (changed, begun[0] if begun else None)
        assert found.older is Older.UNCLEAR
        assert said(found, "Europe/London", "2026f")
    # What lies behind us harms nobody any more.
    begins = nights(zone, first, last) | {date(2026, 11, 20): []}
    assert difference(begins, zone, released=date(2026, 1, 1), first=first, now=NOW, last=last) is None


def test_a_difference_is_told_by_our_clock():
    first, last = date(2024, 12, 1), date(2028, 4, 1)
    begins = nights(PACIFIC, first, last)
    found = difference(begins, BRITISH_COLUMBIA, released=date(2026, 1, 1), first=first, now=NOW, last=last)
    assert found is not None
    assert said(found, "America/Vancouver", "2026f") == (
        "On 29 November 2026 Temporal begins the check at 05:07 instead of 04:00 by our clock of America/Vancouver: "
        "Temporal's rules of time zones are older than ours (2026f)."
    )


@pytest.mark.parametrize("zone", ["America/Vancouver", "Europe/London", "Pacific/Auckland", "Australia/Lord_Howe"])
def test_the_next_night_is_ahead_and_within_a_day(zone: str):
    own = ZoneInfo(zone)
    for hours in range(0, 24 * 400, 5):
        at = NOW + timedelta(hours=hours)
        coming = next_night(at, own)
        assert timedelta() < coming - at <= timedelta(hours=25)
        assert coming.astimezone(own).hour == HOUR
