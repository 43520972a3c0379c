"""What support staff read in the Temporal Web UI: summaries, search attributes and the current details of a run.

Written for somebody who knows no code. Pure functions; names of practices, colleagues and organisations may appear
(the payload codec seals them), contacts and secrets never.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from contracts.bulk_create_clients import RunFacts
from contracts.causes import Cause
from contracts.names import (
    COLLEAGUE_ATTRIBUTE,
    KIND_ATTRIBUTE,
    PRACTICE_ATTRIBUTE,
    PROVIDER_ATTRIBUTE,
    RESULT_ATTRIBUTE,
    STAGE_ATTRIBUTE,
)
from contracts.runs import Outcome, RunKind, Stage, Verdict
from contracts.sync_client import ClientFacts, Trouble

PRACTICE = SearchAttributeKey.for_keyword(PRACTICE_ATTRIBUTE)
COLLEAGUE = SearchAttributeKey.for_keyword(COLLEAGUE_ATTRIBUTE)
PROVIDER = SearchAttributeKey.for_keyword(PROVIDER_ATTRIBUTE)
KIND = SearchAttributeKey.for_keyword(KIND_ATTRIBUTE)
STAGE = SearchAttributeKey.for_keyword(STAGE_ATTRIBUTE)
RESULT = SearchAttributeKey.for_keyword(RESULT_ATTRIBUTE)

SYNC_KIND = "sync-client"

_WHAT_TO_DO: dict[Stage, str] = {
    Stage.AWAITING_CONSENT: (
        "Waiting for the colleague to sign in. Nothing to do. To stop the run, press **Request Cancellation**."
    ),
    Stage.LISTING: "Reading which organisations the login reaches. Nothing to do; it takes seconds.",
    Stage.AWAITING_SELECTION: (
        "Waiting for the colleague to choose. If they ask you to choose for them: **Send a Signal** "
        '`select_organisations` with `{"all_new": true}`, or an update `submit_selection` with the same text to get '
        "an answer. Nothing is created until then."
    ),
    Stage.CREATING: "Creating client accounts. Nothing to do; it can be cancelled safely at any moment.",
    Stage.PULLING: (
        "Pulling standard information. A client in trouble is handed to a workflow of its own "
        "(`sync-client-…`, see **Relationships**) and never holds this run up."
    ),
    Stage.FINISHED: "Finished. Failed clients can be retried alone: `clientsync runs retry RUN-ID`.",
}


def run_summary(run: RunFacts, kind: RunKind) -> str:
    """One line for lists of workflows: what, for whom, by whom."""
    return f"{kind.heading} from {run.provider_title} · {run.practice_name} · {run.colleague_name}"[:200]


def run_attributes(run: RunFacts, kind: RunKind) -> TypedSearchAttributes:
    """What a run can be found by, at its start."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PRACTICE, run.practice_slug),
            SearchAttributePair(COLLEAGUE, run.colleague_name),
            SearchAttributePair(PROVIDER, run.provider),
            SearchAttributePair(KIND, kind.value),
            SearchAttributePair(STAGE, Stage.AWAITING_CONSENT.value),
        ]
    )


def sync_summary(client: ClientFacts) -> str:
    """One line for lists of workflows and for the parent's timeline."""
    return f"{client.client_name} ({client.client_code}) · {client.provider_title} · {client.practice_name}"[:200]


def sync_attributes(client: ClientFacts) -> TypedSearchAttributes:
    """What one client's sync can be found by, at its start."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PRACTICE, client.practice_slug),
            SearchAttributePair(COLLEAGUE, client.colleague_name),
            SearchAttributePair(PROVIDER, client.provider),
            SearchAttributePair(KIND, SYNC_KIND),
            SearchAttributePair(STAGE, Stage.PULLING.value),
        ]
    )


def run_details(
    stage: Stage,
    verdicts: Mapping[Verdict, int],
    outcomes: Mapping[Outcome, int],
    causes: Mapping[Cause, int],
    notices: Sequence[str],
) -> str:
    """A run's current details, as Markdown: where it is, what came of it so far, what to do next and how."""
    parts = [f"### {stage.value.replace('_', ' ').capitalize()}", _WHAT_TO_DO.get(stage, "")]
    if verdicts:
        parts.append(_table("Listed as", "Organisations", {_words(v): n for v, n in verdicts.items()}))
    if outcomes:
        parts.append(_table("Outcome", "Organisations", {_words(o): n for o, n in outcomes.items()}))
    if causes:
        rows = "\n".join(f"| {_words(c)} | {n} | {c.sentence} {c.next_step} |" for c, n in sorted(causes.items()))
        parts.append(f"| Cause | Clients | What happened and what to do |\n| --- | --- | --- |\n{rows}")
    if notices:
        parts.append("\n".join(f"- {notice}" for notice in notices[-5:]))
    return "\n\n".join(part for part in parts if part)


def sync_details(reason: str, trouble: Trouble | None, tries: int, retry_at: datetime | None) -> str:
    """One client's current details, as Markdown."""
    if trouble is None:
        return f"### Pulling now\n\n{reason}"
    when = f"Next try at {retry_at:%Y-%m-%d %H:%M:%S} UTC (tries so far: {tries})." if retry_at else "It has ended."
    return (
        f"### {_words(trouble.cause)}\n\n{trouble.cause.sentence} {trouble.cause.next_step}\n\n{when}\n\n"
        f"To try at once, **Send a Signal** `retry_now` with no input. {reason}\n\n"
        f"For support: {trouble.detail or 'no more detail'}"
    )


def _table(left: str, right: str, rows: Mapping[str, int]) -> str:
    body = "\n".join(f"| {name} | {count} |" for name, count in rows.items())
    return f"| {left} | {right} |\n| --- | --- |\n{body}\n| **All** | **{sum(rows.values())}** |"


def _words(value: Verdict | Outcome | Cause) -> str:
    return value.value.replace("_", " ").capitalize()
