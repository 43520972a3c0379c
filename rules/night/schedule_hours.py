"""When the nightly check starts by our time zone rules, and whose rules are outdated where Temporal's differ; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

HOUR = 4
"""By the practice's clock. From 04:00 to 04:59 exists exactly once on every night in every zone through 2037, and so
does the hour behind it: a schedule fires twice in the hour before a repeated one, too. No earlier hour is as good."""


JITTER = timedelta(minutes=20)
"""So that not all practices of a time zone begin in the same second."""


class Older(StrEnum):
    """Whose time zone rules are outdated."""

    TEMPORAL = "temporal"
    OURS = "ours"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class OddNight:
    """The first night to come for which Temporal and our rules give different times.

    Attributes:
        day: The date by the practice's clock.
        begins_at: When Temporal begins the check, the first time if there are several; None when it leaves the night
            out.
        older: Whose rules are outdated.
    """

    day: date
    begins_at: datetime | None
    older: Older


WHAT_TO_DO = {
    Older.TEMPORAL: "Bring the time zone data of the machine or image that runs Temporal up to date (or set ZONEINFO "
    "there to a folder of newer rules), and restart it.",
    Older.OURS: "Install a newer release of Clientsync, or of the package tzdata, and restart web and workers.",
    Older.UNCLEAR: "Bring the time zone data of the machine or image that runs Temporal up to date, and the package "
    "tzdata here.",
}


def said(found: OddNight, zone_name: str, rules: str) -> str:
    """Describe the difference in a sentence for whoever runs the servers.

    Args:
        found: The difference.
        zone_name: Name of the practice's time zone.
        rules: The release of our time zone rules.
    """
    if found.begins_at is None:
        begins = "leaves out the check"
    else:
        begins = f"begins the check at {found.begins_at.astimezone(ZoneInfo(zone_name)):%H:%M} instead of {HOUR:02}:00"
    on = f"{found.day.day} {found.day:%B %Y}"
    return f"On {on} Temporal {begins} by our clock of {zone_name}: {_WHOSE[found.older].format(rules=rules)}."


def begin_of(day: date, zone: tzinfo) -> datetime:
    """The earliest moment (aware) at which a day's check begins; ``JITTER`` is the most by which it is later."""
    return datetime.combine(day, time(HOUR), zone)


def next_night(after: datetime, zone: tzinfo) -> datetime:
    """The earliest moment at which the first check after ``after`` begins."""
    today = after.astimezone(zone).date()
    return next(at for at in (begin_of(today + timedelta(days=days), zone) for days in (0, 1, 2)) if at > after)


def difference(
    nights: Mapping[date, Sequence[datetime]], zone: tzinfo, *, released: date, first: date, now: datetime, last: date
) -> OddNight | None:
    """Find the first night to come for which Temporal's time differs from ours, and whose rules are outdated.

    Both sides must agree on times before the release of our rules; the side that differs there has outdated rules. On a
    later change, the side that still follows the last agreed year has not heard of it.

    Args:
        nights: When Temporal begins the check of each day.
        zone: The time zone, by our rules.
        released: The first day of the year of our rules' release.
        first: The first day to look at.
        now: This moment (aware).
        last: The day after the last one to look at.
    """
    days = [first + timedelta(days=number) for number in range((last - first).days)]
    odd = [day for day in days if not _is_as_expected(nights.get(day, ()), begin_of(day, zone))]
    to_come = [day for day in odd if begin_of(day, zone) > now]
    if not to_come:
        return None
    begins = nights.get(to_come[0])
    older = Older.TEMPORAL if odd[0] < released else _who_goes_on(nights, to_come, zone, released)
    return OddNight(to_come[0], begins[0] if begins else None, older)


def _who_goes_on(
    nights: Mapping[date, Sequence[datetime]], days: Sequence[date], zone: tzinfo, released: date
) -> Older:
    votes: Counter[Older] = Counter()
    for day in days:
        weeks = (day - released).days // 7 // 52 * 52 + 52
        before = begin_of(day - timedelta(weeks=weeks), zone).utcoffset() or timedelta()
        as_before = datetime.combine(day, time(HOUR), UTC) - before
        is_theirs, is_ours = _is_as_expected(nights.get(day, ()), as_before), as_before == begin_of(day, zone)
        if is_theirs is not is_ours and len(nights.get(day, ())) == 1:  # no rules leave out or repeat this hour
            votes[Older.TEMPORAL if is_theirs else Older.OURS] += 1
    theirs, ours = votes[Older.TEMPORAL], votes[Older.OURS]
    if theirs == ours:
        return Older.UNCLEAR
    return Older.TEMPORAL if theirs > ours else Older.OURS


def _is_as_expected(begun: Sequence[datetime], expected: datetime) -> bool:
    return len(begun) == 1 and timedelta() <= begun[0] - expected <= JITTER


_WHOSE = {
    Older.TEMPORAL: "Temporal's rules of time zones are older than ours ({rules})",
    Older.OURS: "our rules of time zones ({rules}) are older than Temporal's",
    Older.UNCLEAR: "Temporal's rules of time zones differ from ours ({rules}), and either may be the older ones",
}
