"""Compares when Temporal begins the nightly checks with our own time zone rules.

The server uses its machine's rules, whose age it does not tell. It is asked when a schedule will start; where that
differs from our times, one side has not heard of a change of clocks, and this module decides which.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo

from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest
from temporalio.client import Client

from rules.night.schedule_hours import OddNight, begin_of, difference

_LOOKED_BACK = timedelta(days=400)
_LOOKED_AHEAD = timedelta(days=500)
"""Both changes of the clock of the next year are in it, whenever one looks."""

_ANSWERS_WITHIN = timedelta(seconds=5)
_MOST_AT_ONCE = 1000
"""Times that the server gives in one answer."""


async def compared(temporal: Client, schedule_id: str, zone: tzinfo, rules: str, now: datetime) -> OddNight | None:
    """The first night to come for which Temporal's time differs from ours; None when there is none.

    Args:
        temporal: The client of the Temporal server.
        schedule_id: A schedule for ``HOUR``.
        zone: The schedule's time zone, by our rules.
        rules: The release of our rules, such as ``2026f``.
        now: The moment (aware).

    Raises:
        RPCError: Temporal cannot be asked, or there is no such schedule.
    """
    released = date(int(rules[:4]), 1, 1)
    first = min(released, now.astimezone(zone).date()) - _LOOKED_BACK
    until = now + _LOOKED_AHEAD
    begun = await _begun(temporal, schedule_id, begin_of(first, zone) - timedelta(hours=2), until)
    nights: dict[date, list[datetime]] = {}
    for at in begun:
        nights.setdefault(at.astimezone(zone).date(), []).append(at)
    return difference(nights, zone, released=released, first=first, now=now, last=until.astimezone(zone).date())


async def _begun(temporal: Client, schedule_id: str, start: datetime, end: datetime) -> list[datetime]:
    """When a schedule starts its nights between two moments, also past ones, whether or not anything ran then."""
    found: list[datetime] = []
    while True:
        asked = ListScheduleMatchingTimesRequest(namespace=temporal.namespace, schedule_id=schedule_id)
        asked.start_time.FromDatetime(start)
        asked.end_time.FromDatetime(end)
        answer = await temporal.workflow_service.list_schedule_matching_times(asked, timeout=_ANSWERS_WITHIN)
        found += [one.ToDatetime(tzinfo=UTC) for one in answer.start_time]
        if len(answer.start_time) < _MOST_AT_ONCE:
            return found
        start = found[-1] + timedelta(seconds=1)
