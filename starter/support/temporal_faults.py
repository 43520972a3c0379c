"""What Temporal's errors mean for the person who asked, in one place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from contracts.words.refusals import REFUSED, Refusal, RefusalCode, Refused

NO_TEMPORAL = "The workflow server cannot be reached just now. Nothing was changed; try again in a moment."
NO_WORKER = (
    "No worker is running, so nobody could answer in time. Start one (`clientsync worker`) and look at the run before "
    "you try again: the request may still be carried out."
)


ANSWERS_WITHIN = timedelta(seconds=5)
"""A start or a signal takes milliseconds. The SDK would try a dead server for ten seconds; nobody waits so long."""


@asynccontextmanager
async def explained(closed: str, *, within: timedelta = ANSWERS_WITHIN) -> AsyncIterator[None]:
    """Turn Temporal's errors inside into refusals.

    Args:
        closed: The message when the workflow has ended, or never existed.
        within: How long the server, or the worker that answers an update, may take.

    Raises:
        Refused: ``WRONG_STAGE`` for an ended workflow, the workflow's own refusal of an update, or ``UNAVAILABLE``.
    """
    try:
        async with asyncio.timeout(within.total_seconds()):
            yield
    except TimeoutError as late:
        raise Refused(RefusalCode.UNAVAILABLE, NO_TEMPORAL) from late
    except WorkflowUpdateFailedError as failed:
        raise _refused(failed) from failed
    except WorkflowUpdateRPCTimeoutOrCancelledError as late:
        raise Refused(RefusalCode.UNAVAILABLE, NO_WORKER) from late
    except WorkflowAlreadyStartedError as running:
        raise Refused(RefusalCode.WRONG_STAGE, "This run is at work already.") from running
    except RPCError as error:
        if error.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION}:
            raise Refused(RefusalCode.WRONG_STAGE, closed) from error
        raise Refused(RefusalCode.UNAVAILABLE, NO_TEMPORAL) from error


def _refused(failed: WorkflowUpdateFailedError) -> Exception:
    cause = failed.cause
    if not isinstance(cause, ApplicationError) or cause.type != REFUSED or not cause.details:
        return Refused(RefusalCode.WRONG_STAGE, "The run ended before it could take this. Look at the run.")
    refusal = Refusal.model_validate(cause.details[0])
    return Refused(refusal.code, refusal.message, field=refusal.field, rows=refusal.rows)
