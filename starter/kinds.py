"""The registry of what can be started: one line for each kind of run."""

from collections.abc import Awaitable, Callable, Mapping

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from contracts.bulk_create_clients import BulkCreateClientsInput, CreatingProgress, Deadlines, RunFacts
from contracts.names import WORKFLOW_QUEUE
from contracts.refusals import RefusalCode, Refused
from contracts.runs import RunKind
from workflows.briefing import run_attributes, run_summary
from workflows.bulk_create_clients import BulkCreateClients
from workflows.policies import bulk_priority

_DETAILS = (
    "One colleague's journey: sign in, list what the login reaches, choose, create clients, pull their standard "
    "information. **Current Details** say where it is and what to do next. Signals and updates that are described "
    "are safe to press; **Request Cancellation** keeps what was already done. Please do not press Terminate: the run "
    "could not close its books."
)

Start = Callable[[Client, RunFacts, Deadlines, bool], Awaitable[None]]
"""Starts the workflow of a run; the last argument asks to reopen a finished run's failed organisations."""


async def _add_clients(temporal: Client, run: RunFacts, deadlines: Deadlines, reopen: bool) -> None:
    progress = CreatingProgress(reopen=True) if reopen else None
    await temporal.start_workflow(
        BulkCreateClients.run,
        BulkCreateClientsInput(run=run, deadlines=deadlines, progress=progress),
        id=run.run_id,
        task_queue=WORKFLOW_QUEUE,
        # A run's id is used once; only a retry goes on under it, and only when the earlier execution has ended.
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE if reopen else WorkflowIDReusePolicy.REJECT_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        static_summary=run_summary(run, RunKind.ADD_CLIENTS),
        static_details=_DETAILS,
        search_attributes=run_attributes(run, RunKind.ADD_CLIENTS),
        priority=bulk_priority(run.practice_slug),
    )


KINDS: Mapping[RunKind, Start] = {RunKind.ADD_CLIENTS: _add_clients}


def start_of(kind: RunKind) -> Start:
    """How ``kind`` is started.

    Raises:
        Refused: It cannot be started in this version.
    """
    found = KINDS.get(kind)
    if found is None:
        raise Refused(RefusalCode.INVALID, f"{kind.heading} is not available yet.", field="kind")
    return found
