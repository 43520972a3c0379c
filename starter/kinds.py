"""The registry of what can be started: one line for each kind of run."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from contracts.bulk_create_clients import BulkCreateClientsInput, CreatingProgress, Deadlines, RunFacts
from contracts.names import WORKFLOW_QUEUE
from contracts.refusals import RefusalCode, Refused
from contracts.runs import RunKind
from workflows.briefing import run_attributes, run_summary
from workflows.bulk_create_clients import BulkCreateClients
from workflows.policies import bulk_priority

RPC_TIMEOUT = timedelta(seconds=10)
"""A start or a signal takes milliseconds; longer means that the server is not there."""

_DETAILS = (
    "One colleague's journey: sign in, list what the login reaches, choose, create clients, pull their standard "
    "information. **Current Details** say where it is and what to do next. Signals and updates that are described "
    "are safe to press; **Request Cancellation** keeps what was already done. Please do not press Terminate: the run "
    "could not close its books."
)

Start = Callable[[Client, RunFacts, Deadlines, bool], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class KindOfRun:
    """How one kind of run is started.

    Attributes:
        start: Starts its workflow; the last argument asks to reopen the failed organisations of a finished run.
    """

    start: Start


async def _add_clients(temporal: Client, run: RunFacts, deadlines: Deadlines, reopen: bool) -> None:
    progress = CreatingProgress(reopen=True) if reopen else None
    await temporal.start_workflow(
        BulkCreateClients.run,
        BulkCreateClientsInput(run=run, deadlines=deadlines, progress=progress),
        id=run.run_id,
        task_queue=WORKFLOW_QUEUE,
        # A first start finds the run that is there already, running or not; a retry needs it to have ended.
        id_reuse_policy=(WorkflowIDReusePolicy.ALLOW_DUPLICATE if reopen else WorkflowIDReusePolicy.REJECT_DUPLICATE),
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        static_summary=run_summary(run, RunKind.ADD_CLIENTS),
        static_details=_DETAILS,
        search_attributes=run_attributes(run, RunKind.ADD_CLIENTS),
        priority=bulk_priority(run.practice_slug),
        rpc_timeout=RPC_TIMEOUT,
    )


KINDS: Mapping[RunKind, KindOfRun] = {RunKind.ADD_CLIENTS: KindOfRun(_add_clients)}


def kind_of_run(kind: RunKind) -> KindOfRun:
    """How ``kind`` is started.

    Raises:
        Refused: It cannot be started in this version.
    """
    found = KINDS.get(kind)
    if found is None:
        raise Refused(RefusalCode.INVALID, f"{kind.heading} is not available yet.", field="kind")
    return found
