"""What support staff read in the Temporal Web UI: summaries, search attributes and the current details of a run.

Written for somebody who knows no code. Pure functions; names of practices, colleagues and organisations may appear
(the payload codec seals them), contacts and secrets never.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
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

from workflows.summaries import fits, shortened

PRACTICE = SearchAttributeKey.for_keyword(PRACTICE_ATTRIBUTE)
COLLEAGUE = SearchAttributeKey.for_keyword(COLLEAGUE_ATTRIBUTE)
PROVIDER = SearchAttributeKey.for_keyword(PROVIDER_ATTRIBUTE)
KIND = SearchAttributeKey.for_keyword(KIND_ATTRIBUTE)
STAGE = SearchAttributeKey.for_keyword(STAGE_ATTRIBUTE)
RESULT = SearchAttributeKey.for_keyword(RESULT_ATTRIBUTE)

SYNC_KIND = "sync-client"

SYNC_WHAT_IT_IS = (
    "One client's standard information, pulled on its own because it met trouble in a bulk run or because somebody "
    "asked for it. It tries for as long as waiting can help. **Current Details** say what is wrong and when the next "
    "try is. The signal `retry_now` and **Request Cancellation** are safe to press."
)

NOTICES_SHOWN = 5
LONGEST_GROUP = 90
"""Characters: of a longer summary, the web interface's timeline shows neither the beginning nor the end."""

_WHAT_TO_DO: dict[Stage, str] = {
    Stage.AWAITING_CONSENT: (
        "Waiting for the colleague to sign in. Nothing to do. To stop the run, press **Request Cancellation**."
    ),
    Stage.LISTING: "Reading which organisations the login reaches. Nothing to do; it takes seconds.",
    Stage.AWAITING_SELECTION: (
        "Waiting for the colleague to choose. If they ask you to choose for them: **Send a Signal** "
        '`select_organisations` with `{"all_new": true}`, or an update `submit_selection` with the same text to get '
        "an answer. Nothing is changed until then."
    ),
    Stage.AWAITING_CONFIRMATION: (
        "The new organisation's lists are read, and the colleague is shown what will match. If they ask you to confirm "
        "for them: **Send a Signal** `confirm_change` with no input. Nothing is changed until then."
    ),
    Stage.CREATING: "Creating client accounts. Nothing to do; it can be cancelled safely at any moment.",
    Stage.REPAIRING: (
        "Trying the new login on each connection that needs repair. A connection keeps the login that it has until the "
        "new one has read the organisation. Nothing to do; it can be cancelled safely at any moment."
    ),
    Stage.REASSIGNING: (
        "Moving clients, each with its login and in one step. Nothing to do; it can be cancelled safely at any moment: "
        "what was not moved yet stays with its owner."
    ),
    Stage.PULLING: (
        "Pulling standard information: `pull_clients` reads some clients together, and one that stumbles there is read "
        "again alone, by `pull_client` with its name. A client in trouble is handed to a workflow of its own "
        "(`sync-client-…`, see **Relationships**) and never holds this run up."
    ),
    Stage.FINISHED: (
        "Nothing is left to do here. A client that is still being tried has a workflow of its own (`sync-client-…`, "
        "see **Relationships**)."
    ),
}

_LEFT_BEHIND = frozenset({Outcome.FAILED, Outcome.UNREACHABLE, Outcome.CHANGED_MEANWHILE})
_AFTER_FAILURES = (
    "Some are left. What failed in Add clients can be retried alone: `clientsync runs retry {run_id}`. Reconnect all "
    "and Reassign clients are simply started again: they do only what is left."
)


def run_summary(run: RunFacts, kind: RunKind) -> str:
    """One line for lists of workflows: what, for whom, by whom."""
    return shortened(f"{kind.heading} from {run.provider_title} · {run.practice_name} · {run.colleague_name}")


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
    who = f"{client.client_name} ({client.client_code})"
    return shortened(f"{who} · {client.provider_title} · {client.practice_name}")


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


def group_summary(names: Sequence[str], longest: int = LONGEST_GROUP) -> str:
    """One line for clients that are pulled together: as many whole names as fit, and how many more there are."""
    text = f"{len(names)} clients: {', '.join(names)}"
    for shown in range(len(names) - 1, 0, -1):
        if len(text) <= longest and fits(text):
            break
        text = f"{len(names)} clients: {', '.join(names[:shown])} and {len(names) - shown} more"
    return text


def run_details(
    run: RunFacts,
    stage: Stage,
    verdicts: Mapping[Verdict, int],
    outcomes: Mapping[Outcome, int],
    causes: Mapping[Cause, int],
    notices: Sequence[str],
) -> str:
    """A run's current details, as Markdown: where it is, what came of it so far, what to do next and how.

    Lists rather than tables, because the UI's tables have no space between their columns.
    """
    is_left = stage is Stage.FINISHED and any(outcomes.get(one) for one in _LEFT_BEHIND)
    advice = _AFTER_FAILURES if is_left else _WHAT_TO_DO.get(stage, "")
    parts = [f"### {_words(stage)}", advice.replace("{run_id}", run.run_id)]
    if verdicts:
        parts.append(_line("Listed", verdicts))
    if outcomes:
        parts.append(_line("Outcomes", outcomes))
    if causes:
        parts.append(
            "\n".join(
                f"- **{_words(cause)}**, {count} client{'' if count == 1 else 's'}: {cause.sentence} {cause.next_step}"
                for cause, count in sorted(causes.items())
            )
        )
    if notices:
        parts.append("\n".join(f"- {notice}" for notice in notices[-NOTICES_SHOWN:]))
    return "\n\n".join(part for part in parts if part)


def sync_details(reason: str, trouble: Trouble | None, tries: int, retry_at: datetime | None) -> str:
    """One client's current details while it is pulled or waits, as Markdown."""
    if trouble is None or retry_at is None:
        return f"### Pulling now\n\n{reason} Tries that failed so far: {tries}. Nothing to do."
    return (
        f"### {_words(trouble.cause)}\n\n{trouble.cause.sentence} {trouble.cause.next_step}\n\n"
        f"Next try at {retry_at:%Y-%m-%d %H:%M:%S} UTC; tries that failed so far: {tries}. "
        f"To try at once, **Send a Signal** `retry_now` with no input.\n\n{reason}\n\n"
        f"For support: {trouble.detail or 'no more detail'}"
    )


def sync_end(reason: str, trouble: Trouble | None) -> str:
    """One client's current details when its sync has ended, as Markdown."""
    if trouble is None:
        return f"### Finished\n\nAll lists are stored. {reason}"
    return (
        f"### Stopped: {_words(trouble.cause).lower()}\n\n{trouble.cause.sentence} {trouble.cause.next_step}\n\n"
        f"{reason}\n\nFor support: {trouble.detail or 'no more detail'}"
    )


def _line(title: str, counts: Mapping[Verdict, int] | Mapping[Outcome, int]) -> str:
    shown = " · ".join(f"{count} {_words(word).lower()}" for word, count in counts.items() if count)
    return f"**{title}:** {shown} (**{sum(counts.values())} in all**)"


def _words(value: StrEnum) -> str:
    return value.value.replace("_", " ").capitalize()
