"""The registry of kinds of runs: which workflow each starts, with what input."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict
from uuid import UUID

from temporalio.client import Client
from temporalio.common import Priority, TypedSearchAttributes, WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from contracts.naming.spans import span
from contracts.payloads.bulk_create_clients import BulkCreateClientsInput, CreatingProgress
from contracts.payloads.change_connection import ChangeConnectionInput
from contracts.payloads.reassign_clients import HandOver, ReassignClientsInput
from contracts.payloads.reconnect_all import ReconnectAllInput
from contracts.payloads.runs import Deadlines, RunFacts
from contracts.words.connections import UNDO_WITHIN
from contracts.words.names import WORKFLOW_QUEUE
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind, Stage
from workflows.bulk_create_clients import BulkCreateClients
from workflows.change_connection import ChangeConnection
from workflows.plans.policies import bulk_priority
from workflows.reassign_clients import ReassignClients
from workflows.reconnect_all import ReconnectAll
from workflows.support.run_text import run_attributes, run_summary

_DETAILS = (
    "One colleague's journey: sign in, list what the login reaches, choose, create clients, pull their standard "
    "information. **Current Details** say where it is and what to do next. Signals and updates that are described "
    "are safe to press; **Request Cancellation** keeps what was already done. Please do not press Terminate: the run "
    "could not close its books."
)

_RECONNECT_DETAILS = (
    "One colleague's journey: sign in once, and every connection of the practice that the login reaches and that needs "
    "repair is repaired and pulled again. The old login stays in use until the new one has read the organisation. "
    "**Current Details** say where it is. **Request Cancellation** is safe and keeps what was already done."
)


_RECONNECT_ONE_DETAILS = (
    "One client is reconnected: a colleague signs in, and if that login reaches the client's own organisation, by its "
    "id, it takes over and the lists are pulled again. Otherwise nothing changes. **Current Details** say where it is. "
    "**Request Cancellation** is safe and keeps what was already done."
)


_REASSIGN_DETAILS = (
    "One colleague's journey: sign in, see which clients of colleagues the login reaches, choose, and each moves with "
    "its login, if that reads the organisation now and nobody else has taken it meanwhile. Or an admin's hand-over of "
    "a leaver's clients, without a sign-in. **Current Details** say where it is. **Request Cancellation** is safe."
)


_CHANGE_DETAILS = (
    "One client is moved to another organisation, on purpose: a colleague signs in, chooses, sees what will match, and "
    "confirms. Nothing of the client changes before that. **Current Details** say where it is. **Request "
    f"Cancellation** is safe; what was confirmed can be undone in the product for {span(UNDO_WITHIN)}."
)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of a run beyond its kind.

    Attributes:
        moves_healthy: Reconnect: also move healthy connections to the new login.
        connection_id: Reconnect: only this connection. Change: the connection to change.
        client_id: The client of that connection; the run is shown on its pages.
        client_code: Code of that client, by which support staff find the run.
        hand_over: Reassign: an admin gives one colleague's clients to another; nobody signs in.
        reopen: Do a finished run's failed organisations again.
        has_queue: Reconnect: a sign-in is expected for each organisation that needs one.
        sign_in_follows: Whoever starts it begins its sign-in, so that none is prepared.
        region: The country of the first sign-in, where the provider has several; another one may follow.
        names: Add: organisations that are expected by name, where each sign-in brings one.
        client_ids: Add: clients without a connection that are expected, likewise.
        takes_over: Reassign: it is agreed that colleagues' sign-ins end, where a provider keeps one an organisation.
        patience: How long it waits for people at least, where that is longer than usual.
    """

    moves_healthy: bool = False
    connection_id: UUID | None = None
    client_id: UUID | None = None
    client_code: str = ""
    hand_over: HandOver | None = None
    reopen: bool = False
    has_queue: bool = False
    sign_in_follows: bool = False
    region: str | None = None
    names: tuple[str, ...] = ()
    client_ids: tuple[UUID, ...] = ()
    takes_over: bool = False
    patience: timedelta = timedelta(0)

    @property
    def first_stage(self) -> Stage:
        """The stage at which a run with these options begins; a run without a sign-in does not wait for one."""
        if self.reopen:
            return Stage.CREATING
        return Stage.LISTING if self.hand_over else Stage.AWAITING_CONSENT

    def digest(self, kind: RunKind, provider: str) -> str:
        """What was asked for, as 64 hexadecimal digits; a key that is reused for something else is refused.

        It names the client instead of the connection, because a change of books gives the client another connection.
        """
        handed = self.hand_over and [str(self.hand_over.from_id), str(self.hand_over.to_id)]
        asked: list[object] = [kind.value, provider, self.moves_healthy, self.client_id and str(self.client_id), handed]
        if self.names or self.client_ids:
            asked += [self.names, [str(one) for one in self.client_ids]]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


PLAIN = RunOptions()
"""Nothing beyond the kind."""

Start = Callable[[Client, RunFacts, Deadlines, RunOptions], Awaitable[None]]
"""Starts the workflow of a run."""


async def _add_clients(temporal: Client, run: RunFacts, deadlines: Deadlines, options: RunOptions) -> None:
    progress = CreatingProgress(reopen=True) if options.reopen else None
    asked = BulkCreateClientsInput(run=run, deadlines=deadlines, progress=progress)
    await temporal.start_workflow(
        BulkCreateClients.run,
        asked,
        static_details=_DETAILS,
        **_options(run, RunKind.ADD_CLIENTS, options),
    )


async def _reconnect_all(temporal: Client, run: RunFacts, deadlines: Deadlines, options: RunOptions) -> None:
    if options.reopen:
        raise Refused(
            RefusalCode.NOTHING_TO_RETRY, "Start Reconnect all again: it repairs only what still needs repair."
        )
    asked = ReconnectAllInput(
        run=run,
        deadlines=deadlines,
        moves_healthy=options.moves_healthy,
        connection_id=options.connection_id,
        has_queue=options.has_queue,
    )
    details = _RECONNECT_DETAILS if options.connection_id is None else _RECONNECT_ONE_DETAILS
    await temporal.start_workflow(
        ReconnectAll.run, asked, static_details=details, **_options(run, RunKind.RECONNECT_ALL, options)
    )


async def _reassign_clients(temporal: Client, run: RunFacts, deadlines: Deadlines, options: RunOptions) -> None:
    if options.reopen:
        raise Refused(RefusalCode.NOTHING_TO_RETRY, "Start Reassign clients again and choose what was not moved.")
    asked = ReassignClientsInput(run=run, deadlines=deadlines, hand_over=options.hand_over)
    await temporal.start_workflow(
        ReassignClients.run, asked, static_details=_REASSIGN_DETAILS, **_options(run, RunKind.REASSIGN_CLIENTS, options)
    )


async def _change_connection(temporal: Client, run: RunFacts, deadlines: Deadlines, options: RunOptions) -> None:
    if options.connection_id is None:
        message = "Changing a connection is started from its client: `connections change`, or the call of that name."
        raise Refused(RefusalCode.INVALID, message, field="kind")
    asked = ChangeConnectionInput(run=run, deadlines=deadlines, connection_id=options.connection_id)
    await temporal.start_workflow(
        ChangeConnection.run,
        asked,
        static_details=_CHANGE_DETAILS,
        **_options(run, RunKind.CHANGE_CONNECTION, options),
    )


class _Options(TypedDict):
    id: str
    task_queue: str
    id_reuse_policy: WorkflowIDReusePolicy
    id_conflict_policy: WorkflowIDConflictPolicy
    static_summary: str
    search_attributes: TypedSearchAttributes
    priority: Priority


def _options(run: RunFacts, kind: RunKind, options: RunOptions) -> _Options:
    reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if options.reopen else WorkflowIDReusePolicy.REJECT_DUPLICATE
    return _Options(
        id=run.run_id,
        task_queue=WORKFLOW_QUEUE,
        # A run's id is used once; only a retry goes on under it, and only when the earlier execution has ended.
        id_reuse_policy=reuse,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        static_summary=run_summary(run, kind),
        search_attributes=run_attributes(run, kind, options.first_stage),
        priority=bulk_priority(run.practice_slug),
    )


KINDS: Mapping[RunKind, Start] = {
    RunKind.ADD_CLIENTS: _add_clients,
    RunKind.RECONNECT_ALL: _reconnect_all,
    RunKind.REASSIGN_CLIENTS: _reassign_clients,
    RunKind.CHANGE_CONNECTION: _change_connection,
}


def start_of(kind: RunKind) -> Start:
    """How a run of this kind is started.

    Raises:
        Refused: It cannot be started in this version.
    """
    found = KINDS.get(kind)
    if found is None:
        raise Refused(RefusalCode.INVALID, f"{kind.heading} is not available yet.", field="kind")
    return found
