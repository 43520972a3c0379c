"""When a practice's connections were last checked and when they will be, as Temporal knows it.

A page shows these times, so reading them never takes long and never fails: what Temporal does not tell in time is None.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from contracts.words.names import PRACTICE_ATTRIBUTE, check_connections_id
from models.kit.columns import now as this_moment
from rules.night.schedule_hours import next_night
from workflows.check_connections import CheckConnections

PATIENCE = timedelta(seconds=1)
"""How long a page waits for Temporal."""


@dataclass(frozen=True, slots=True)
class CheckTimes:
    """When checks began, ended, and will begin.

    Attributes:
        last_began_at: When the latest check began.
        last_ended_at: When it ended; None while it runs.
        is_running: Whether it is running. A nightly check goes on until the last login has answered.
        next_at: When the next nightly check begins, never a past moment; None when there is no schedule, or it is
            paused.
    """

    last_began_at: datetime | None = None
    last_ended_at: datetime | None = None
    is_running: bool = False
    next_at: datetime | None = None


async def check_times(
    temporal: Client, practice_slug: str, zone: tzinfo, now: Callable[[], datetime] = this_moment
) -> CheckTimes:
    """When a practice's connections were last checked, and when they will be.

    Args:
        temporal: The client of the Temporal server.
        practice_slug: The practice.
        zone: The practice's time zone.
        now: The clock.
    """
    latest, next_at = await asyncio.gather(_latest(temporal, practice_slug), _next(temporal, practice_slug, zone, now))
    if latest is None:
        return CheckTimes(next_at=next_at)
    return CheckTimes(
        last_began_at=latest.start_time,
        last_ended_at=latest.close_time,
        is_running=latest.status is WorkflowExecutionStatus.RUNNING,
        next_at=next_at,
    )


async def _latest(temporal: Client, practice_slug: str) -> WorkflowExecution | None:
    """The running check, or else the one that ended last; Temporal lists them in this order."""
    query = f"WorkflowType = '{CheckConnections.__name__}' AND {PRACTICE_ATTRIBUTE} = '{practice_slug}'"
    try:
        async for found in temporal.list_workflows(query, limit=1, rpc_timeout=PATIENCE):
            return found
    except RPCError:
        pass
    return None


async def _next(temporal: Client, practice_slug: str, zone: tzinfo, now: Callable[[], datetime]) -> datetime | None:
    handle = temporal.get_schedule_handle(check_connections_id(practice_slug))
    try:
        found = await handle.describe(rpc_timeout=PATIENCE)
    except RPCError:
        return None
    if found.schedule.state.paused:
        return None
    # After an outage longer than a schedule catches up with, the server goes on naming what was missed.
    at = now()
    return min((time for time in found.info.next_action_times if time > at), default=next_night(at, zone))
