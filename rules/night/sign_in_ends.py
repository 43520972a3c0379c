"""When a sign-in ends for good, however much it is used: what is said of it, and who is warned when; pure.

Some providers end every sign-in some years after it was given. Nothing is wrong before that; a new sign-in before it
keeps the client's lists going without a gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from rules.night.digesting import SHOWN, ClientToTellOf, Letter, Staff, responsible

MONTH, WEEK = timedelta(days=30), timedelta(days=7)
NAMED_BY_DAY = timedelta(days=60)
"""Before an end that is further away, the month is exact enough."""


class EndWarning(StrEnum):
    """How long before the end somebody is warned; each once."""

    MONTH = "month"
    WEEK = "week"


class EndingSignIn(NamedTuple):
    """A client whose sign-in ends for good at a moment (aware)."""

    client: ClientToTellOf
    ends_at: datetime


def warning_for(ends_at: datetime | None, now: datetime) -> EndWarning | None:
    """The warning that is due now; None where there is no end, it is far, or it has come."""
    if ends_at is None or ends_at <= now:
        return None
    left = ends_at - now
    if left <= WEEK:
        return EndWarning.WEEK
    return EndWarning.MONTH if left <= MONTH else None


def said(ends_at: datetime, now: datetime, zone: tzinfo) -> str:
    """Such as *ends in October 2031*, *ends on 3 December 2026*, *ended on 3 December 2026*."""
    there = ends_at.astimezone(zone)
    if ends_at - now > NAMED_BY_DAY:
        return f"ends in {there:%B %Y}"
    return f"{'ended' if ends_at <= now else 'ends'} on {there.day} {there:%B %Y}"


def by_person(ending: Iterable[EndingSignIn], staff: Staff) -> Mapping[UUID, Sequence[EndingSignIn]]:
    """Who is warned of which: the owner, or who stands in for one who has left; each person's soonest end first."""
    found: defaultdict[UUID, list[EndingSignIn]] = defaultdict(list)
    for one in sorted(ending, key=lambda one: (one.ends_at, one.client.name)):
        for colleague_id in responsible(one.client, staff):
            found[colleague_id].append(one)
    return found


def letter(ending: Sequence[EndingSignIn], name: str, now: datetime, zone: tzinfo, link: str | None) -> Letter:
    """The mail that warns somebody.

    Args:
        ending: Of what; not empty.
        name: The colleague's name.
        now: This moment.
        zone: The practice's time zone.
        link: Address of the page with all connections; None where it is not known.
    """
    count = len(ending)
    what = "A sign-in ends" if count == 1 else f"{count} sign-ins end"
    lines = [f"  - {one.client.name} ({one.client.code}): {said(one.ends_at, now, zone)}" for one in ending[:SHOWN]]
    if count > SHOWN:
        lines.append(f"  and {count - SHOWN} more")
    where = f"All connections: {link}" if link else "All connections are in Clientsync, under Connections."
    why = (
        f"{what} for good soon, however much {'it is' if count == 1 else 'they are'} used. Nothing is wrong yet. "
        "Reconnect each client before, or send the client a link, and its lists go on without a gap:"
    )
    parts = (f"Hello {name},", why, "\n".join(lines), where)
    return Letter(f"{what} soon", "\n\n".join(parts) + "\n")
