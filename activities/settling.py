"""Closes what nobody works on any more: compares the database with the workflow server. It judges no provider."""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from contracts.settle_lost_work import LostWorkSettled, SettleLostWorkInput
from models.columns import now as this_moment
from models.database import Database
from models.lost_work import LostWork


class SettlingActivities:
    """The look at all that is said to be at work.

    Args:
        database: The product's.
        now: The clock.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = this_moment) -> None:
        self._database = database
        self._now = now

    @activity.defn
    async def settle_lost_work(self, asked: SettleLostWorkInput) -> LostWorkSettled:  # noqa: ARG002  # nothing to say yet
        """Close what is lost, of every practice; all of it may be done again."""
        temporal = activity.client()
        settled = await LostWork(self._database, lambda name: is_at_work(temporal, name), self._now).settle()
        return LostWorkSettled(**settled._asdict())


async def is_at_work(temporal: Client, workflow_id: str) -> bool:
    """Whether a workflow has begun and not ended; one that goes on in a new history is at work.

    Raises:
        RPCError: The server does not say.
    """
    try:
        found = await temporal.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return found.status in {WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW}
