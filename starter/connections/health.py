"""The health of all connections of a practice, and a check of them on request."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryRejectedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from contracts.payloads.check_connections import CheckConnectionsInput, CheckReport, PracticeFacts
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.names import WORKFLOW_QUEUE, check_now_id
from contracts.words.refusals import RefusalCode, Refused
from models.connections import health_reads as health
from models.connections import repairs
from models.connections.health_reads import HealthPage
from models.connections.repairs import CauseGroup
from models.kit.database import Database
from starter.actor import Actor
from starter.connections.check_times import CheckTimes, check_times
from starter.support.supporting import Supporting
from starter.support.temporal_faults import explained
from workflows.check_connections import CheckConnections
from workflows.plans.policies import LONGEST_CHECK, bulk_priority
from workflows.support.check_text import CHECK_NOW_WHAT_IT_IS, check_attributes, check_summary

LOOK_EVERY = 0.5
"""Seconds between two looks at a check that is under way."""

NO_WORKER = "No worker answers, so the check waits. Start one (`clientsync worker`); the check then goes on by itself."
NO_CHECK = "Nobody has asked for a check lately. Start one; the connections show what the nights have found."
SILENCE = timedelta(seconds=30)
"""How long nobody may answer before that is said."""

STOPPED = "The check was stopped before its end."

Handle = WorkflowHandle[CheckConnections, CheckReport]


@dataclass(frozen=True, slots=True)
class Check:
    """A check that somebody asked for.

    Attributes:
        check_id: The id of its workflow.
        began_at: When it began (aware); None where it was only just asked for.
        is_running: Whether it is running.
        is_joined: Whether it was running already when it was asked for.
        report: What it has found so far, or at its end; None when no worker answers, and when it was stopped.
        message: The same as a text for people.
    """

    check_id: str
    began_at: datetime | None
    is_running: bool
    is_joined: bool
    report: CheckReport | None
    message: str


class ConnectionHealth:
    """The operations on all connections of a practice.

    Args:
        database: The product's database.
        temporal: A client with the product's payload converter.
    """

    def __init__(self, database: Database, temporal: Client, supporting: Supporting) -> None:
        self._supporting = supporting
        self._database = database
        self._temporal = temporal

    async def show(
        self,
        actor: Actor,
        *,
        status: ConnectionStatus | None = None,
        cause: Cause | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> HealthPage:
        """A page of the practice's connections, those in trouble first, with the counts of all."""
        async with self._database.reading() as session:
            return await health.health_of(
                session, actor.practice_id, status=status, cause=cause, limit=limit, offset=offset
            )

    async def causes(self, actor: Actor) -> Sequence[CauseGroup]:
        """The practice's connections in trouble by cause, and whose sign-in could repair how many."""
        async with self._database.reading() as session:
            return await repairs.cause_groups(session, actor.practice_id)

    async def times(self, actor: Actor) -> CheckTimes:
        """When the practice's connections were last checked, and when they will be."""
        return await check_times(self._temporal, actor.practice_slug, actor.time_zone)

    async def check(self, actor: Actor, tell: Callable[[CheckReport], None]) -> CheckReport:
        """Check every connection of the actor's practice now, and wait until the check has ended.

        A check that is running already is joined.

        Args:
            actor: Who asks.
            tell: Called now and then with what was found so far.

        Raises:
            Refused: Temporal or a worker cannot be reached, or the check was stopped.
        """
        handle, _ = await self._begin(actor)
        result = asyncio.ensure_future(handle.result())
        silent = timedelta()
        try:
            while not (await asyncio.wait({result}, timeout=LOOK_EVERY))[0]:
                found = await _progress_of(handle)
                silent = timedelta() if found else silent + timedelta(seconds=LOOK_EVERY)
                if silent >= SILENCE:
                    raise Refused(RefusalCode.UNAVAILABLE, NO_WORKER)
                if found:
                    tell(found)
            return await result
        except WorkflowFailureError as failed:
            raise Refused(RefusalCode.UNAVAILABLE, STOPPED) from failed
        finally:
            result.cancel()

    async def begin_check(self, actor: Actor) -> Check:
        """Start a check of every connection of the actor's practice, or join the running one.

        Raises:
            Refused: Temporal cannot be reached.
        """
        handle, is_new = await self._begin(actor)
        message = "Every connection is being checked." if is_new else "A check is under way already; it goes on."
        return Check(handle.id, None, is_running=True, is_joined=not is_new, report=None, message=message)

    async def latest_check(self, actor: Actor) -> Check:
        """The last check that somebody of the practice asked for: its progress, or how it ended.

        Raises:
            Refused: Nobody has asked for one lately, or Temporal cannot be reached.
        """
        check_id = check_now_id(actor.practice_slug)
        handle: Handle = self._temporal.get_workflow_handle_for(CheckConnections.run, check_id)
        async with explained(NO_CHECK):
            try:
                found = await handle.describe()
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    raise Refused(RefusalCode.NOT_FOUND, NO_CHECK) from None
                raise
            is_running = found.status is WorkflowExecutionStatus.RUNNING
            report, message = await (_so_far(handle) if is_running else _end_of(handle))
        return Check(handle.id, found.start_time, is_running, is_joined=False, report=report, message=message)

    async def _begin(self, actor: Actor) -> tuple[Handle, bool]:
        practice = PracticeFacts(
            practice_id=actor.practice_id,
            practice_name=actor.practice_name,
            practice_slug=actor.practice_slug,
            support=await self._supporting.facts(),
        )
        reason = f"Asked for by {actor.colleague_name}."
        check_id = check_now_id(actor.practice_slug)
        async with explained(NO_CHECK):
            try:
                handle = await self._temporal.start_workflow(
                    CheckConnections.run,
                    CheckConnectionsInput(practice=practice, reason=reason, is_patient=False),
                    id=check_id,
                    task_queue=WORKFLOW_QUEUE,
                    execution_timeout=LONGEST_CHECK,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    static_summary=check_summary(practice, reason),
                    static_details=CHECK_NOW_WHAT_IT_IS,
                    search_attributes=check_attributes(practice),
                    priority=bulk_priority(actor.practice_slug),
                )
            except WorkflowAlreadyStartedError:
                return self._temporal.get_workflow_handle_for(CheckConnections.run, check_id), False
        return handle, True


async def _so_far(handle: Handle) -> tuple[CheckReport | None, str]:
    found = await _progress_of(handle)
    return found, "Every connection is being checked." if found else NO_WORKER


async def _end_of(handle: Handle) -> tuple[CheckReport | None, str]:
    try:
        report = await handle.result()
    except WorkflowFailureError:
        return None, f"{STOPPED} Start another one."
    if not report.unanswered:
        return report, "Every connection was checked."
    silent = f"{report.unanswered} of {report.logins} logins"
    return report, f"{silent} could not be checked, since no usable answer came. The night looks at them again."


async def _progress_of(handle: Handle) -> CheckReport | None:
    """What the check has found so far; None when no worker answers within two seconds."""
    try:
        return await handle.query(CheckConnections.progress, rpc_timeout=timedelta(seconds=2))
    except (RPCError, WorkflowQueryRejectedError):
        return None
