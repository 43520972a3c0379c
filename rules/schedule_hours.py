"""When nights begin by our rules of time zones, and which side is behind where Temporal's differ."""

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
    """Whose rules have not heard of a change."""

    TEMPORAL = "temporal"
    OURS = "ours"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class OddNight:
    """The first night to come on which the two sides differ.

    Attributes:
        day: By the practice's clock.
        begins_at: When Temporal begins it, the first time if there are several; None where it leaves it out.
        older: Whose rules are the older ones.
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
    """A difference for whoever runs the servers.

    Args:
        found: The difference.
        zone_name: Of the practice.
        rules: The release of our rules.
    """
    if found.begins_at is None:
        begins = "leaves out the check"
    else:
        begins = f"begins the check at {found.begins_at.astimezone(ZoneInfo(zone_name)):%H:%M} instead of {HOUR:02}:00"
    on = f"{found.day.day} {found.day:%B %Y}"
    return f"On {on} Temporal {begins} by our clock of {zone_name}: {_WHOSE[found.older].format(rules=rules)}."


def begin_of(day: date, zone: tzinfo) -> datetime:
    """The earliest moment of a day's check (aware); it comes up to ``JITTER`` later."""
    return datetime.combine(day, time(HOUR), zone)


def next_night(after: datetime, zone: tzinfo) -> datetime:
    """The earliest moment of the first check after a moment."""
    today = after.astimezone(zone).date()
    return next(at for at in (begin_of(today + timedelta(days=days), zone) for days in (0, 1, 2)) if at > after)


def difference(
    nights: Mapping[date, Sequence[datetime]], zone: tzinfo, *, settled: date, first: date, now: datetime, last: date
) -> OddNight | None:
    """The first night to come that begins at another time than by our rules, and whose rules are the older ones.

    What lies before our rules' release is settled: who has it otherwise is older. From then on a change is what one
    side has heard of, and the other, which goes on as it was in the last settled year, has not.

    Args:
        nights: When Temporal begins the check of each day.
        zone: By our rules.
        settled: The first day of the year of our rules' release.
        first: The first day to look at.
        now: The moment (aware).
        last: The first day not to look at.
    """
    days = [first + timedelta(days=number) for number in range((last - first).days)]
    odd = [day for day in days if not _is_as_expected(nights.get(day, ()), begin_of(day, zone))]
    to_come = [day for day in odd if begin_of(day, zone) > now]
    if not to_come:
        return None
    begins = nights.get(to_come[0])
    older = Older.TEMPORAL if odd[0] < settled else _who_goes_on(nights, to_come, zone, settled)
    return OddNight(to_come[0], begins[0] if begins else None, older)


def _who_goes_on(nights: Mapping[date, Sequence[datetime]], days: Sequence[date], zone: tzinfo, settled: date) -> Older:
    votes: Counter[Older] = Counter()
    for day in days:
        weeks = (day - settled).days // 7 // 52 * 52 + 52
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
