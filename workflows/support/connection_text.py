"""What support staff read in the Temporal Web UI about a workflow for one connection; pure."""

from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from contracts.naming.software import named
    from contracts.payloads.sync_client import ClientFacts, Trouble
    from contracts.words.connections import ConnectionStatus

from workflows.support.run_text import COLLEAGUE, KIND, PRACTICE, PROVIDER, STAGE, about_client, to_client
from workflows.support.summaries import shortened

DISCONNECT_KIND = "disconnect-client"

DISCONNECT_WHAT_IT_IS = (
    "One client's connection is being removed at the accounting software, because a colleague asked for it. It tries "
    "until that is confirmed, however long the accounting software is away; the client and its lists stay. Where the "
    "accounting software cannot end one connection alone, it ends only here, and the last one of a login ends the "
    "login there. The signal `retry_now` is safe. **Request Cancellation** keeps the connection, if it is not gone "
    "yet. Please do not press Terminate: the connection would stay marked as *disconnecting* until that is noticed, "
    "some minutes later."
)


def disconnect_summary(client: ClientFacts) -> str:
    """One line for lists of workflows."""
    return shortened(f"Disconnect {client.client_name} ({client.client_code}) · {client.practice_name}")


def disconnect_attributes(client: ClientFacts) -> TypedSearchAttributes:
    """The search attributes of a disconnecting at its start."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PRACTICE, client.practice_slug),
            SearchAttributePair(COLLEAGUE, client.colleague_name),
            SearchAttributePair(PROVIDER, client.provider),
            SearchAttributePair(KIND, DISCONNECT_KIND),
            SearchAttributePair(STAGE, ConnectionStatus.DISCONNECTING.value),
            *about_client(client.client_code, client.support),
        ]
    )


def disconnected(client: ClientFacts, message: str) -> str:
    """The current details after the end, as Markdown."""
    return f"### Finished\n\n{message}\n\n{to_client(client)}".rstrip()


def disconnecting(client: ClientFacts, trouble: Trouble | None, tries: int, retry_at: datetime | None) -> str:
    """The current details while a connection is being removed, as Markdown."""
    who = f"Asked by {client.colleague_name}. Tries that failed so far: {tries}."
    page = f"\n\n{to_client(client)}".rstrip()
    if trouble is None or retry_at is None:
        return f"### Disconnecting now\n\n{who} Nothing to do.{page}"
    return (
        f"### Waiting for {client.provider_title}\n\n{named(trouble.cause.sentence, client.provider_title)} "
        "The connection is not removed yet.\n\n"
        f"Next try at {retry_at:%Y-%m-%d %H:%M:%S} UTC. To try at once, **Send a Signal** `retry_now` with no input. "
        f"To keep the connection, press **Request Cancellation**.\n\n{who}\n\n"
        f"For support: {trouble.detail or 'no more detail'}{page}"
    )
