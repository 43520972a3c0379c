"""The health of all connections, as people ask for it: how they are, and a check of them now."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowQueryRejectedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from contracts.causes import Cause
from contracts.check_connections import CheckConnectionsInput, CheckReport, PracticeFacts
from contracts.names import WORKFLOW_QUEUE, check_now_id
from contracts.refusals import RefusalCode, Refused
from contracts.runs import ConnectionStatus
from models import health
from models.database import Database
from models.health import Health
from starter.actor import Actor
from starter.temporal_faults import explained
from workflows.check_briefing import CHECK_WHAT_IT_IS, check_attributes, check_summary
from workflows.check_connections import CheckConnections
from workflows.policies import LONGEST_CHECK, bulk_priority

LOOK_EVERY = 0.5
"""Seconds between two looks at a check that is under way."""

NO_WORKER = "No worker answers, so the check waits. Start one (`clientsync worker`); the check then goes on by itself."
SILENCE = timedelta(seconds=30)
"""How long nobody may answer before that is said."""

Handle = WorkflowHandle[CheckConnections, CheckReport]


class ConnectionHealth:
    """The operations on all connections of a practice.

    Args:
        database: The product's.
        temporal: Connected with the product's converter.
    """

    def __init__(self, database: Database, temporal: Client) -> None:
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
    ) -> Health:
        """A page of the practice's connections, those in trouble first, with the counts of all."""
        async with self._database.session() as session:
            return await health.health_of(
                session, actor.practice_id, status=status, cause=cause, limit=limit, offset=offset
            )

    async def check(self, actor: Actor, tell: Callable[[CheckReport], None]) -> CheckReport:
        """Check every connection of the actor's practice now, and wait for the end.

        A check that is under way already is joined.

        Args:
            actor: Who asks.
            tell: Told what was found so far, now and then.

        Raises:
            Refused: Temporal or a worker cannot be reached, or the check was stopped.
        """
        handle = await self._begin(actor)
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
            raise Refused(RefusalCode.UNAVAILABLE, "The check was stopped before its end.") from failed
        finally:
            result.cancel()

    async def _begin(self, actor: Actor) -> Handle:
        practice = PracticeFacts(
            practice_id=actor.practice_id, practice_name=actor.practice_name, practice_slug=actor.practice_slug
        )
        reason = f"Asked for by {actor.colleague_name}."
        async with explained("There is no such check."):
            return await self._temporal.start_workflow(
                CheckConnections.run,
                CheckConnectionsInput(practice=practice, reason=reason, is_patient=False),
                id=check_now_id(actor.practice_slug),
                task_queue=WORKFLOW_QUEUE,
                execution_timeout=LONGEST_CHECK,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=check_summary(practice, reason),
                static_details=CHECK_WHAT_IT_IS,
                search_attributes=check_attributes(practice),
                priority=bulk_priority(actor.practice_slug),
            )
        raise AssertionError("what is explained is raised")


async def _progress_of(handle: Handle) -> CheckReport | None:
    """What the check found so far; None when nobody answers just now."""
    try:
        return await handle.query(CheckConnections.progress, rpc_timeout=timedelta(seconds=2))
    except (RPCError, WorkflowQueryRejectedError):
        return None
