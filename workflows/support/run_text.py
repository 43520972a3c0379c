"""What support staff read about a run in the Temporal Web UI: summary, search attributes, current details.

The texts are for readers who know no code. Functions are pure. Names of practices, colleagues and organisations may
appear, because the payload codec seals them; contacts and secrets never do.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from contracts.naming.labels import label_of as _words
    from contracts.naming.software import named
    from contracts.payloads.runs import RunFacts
    from contracts.payloads.support import ForSupport
    from contracts.payloads.sync_client import ClientFacts, Trouble
    from contracts.words.causes import Cause
    from contracts.words.lists import RowKind
    from contracts.words.names import (
        CLIENT_ATTRIBUTE,
        COLLEAGUE_ATTRIBUTE,
        KIND_ATTRIBUTE,
        PRACTICE_ATTRIBUTE,
        PROVIDER_ATTRIBUTE,
        RESULT_ATTRIBUTE,
        STAGE_ATTRIBUTE,
    )
    from contracts.words.runs import Outcome, RunKind, Stage, Verdict

from workflows.support.advice import LEFT_BEHIND, what_to_do
from workflows.support.pieces import Troubled, link, troubled_clients
from workflows.support.summaries import fits, shortened

PRACTICE = SearchAttributeKey.for_keyword(PRACTICE_ATTRIBUTE)
COLLEAGUE = SearchAttributeKey.for_keyword(COLLEAGUE_ATTRIBUTE)
PROVIDER = SearchAttributeKey.for_keyword(PROVIDER_ATTRIBUTE)
KIND = SearchAttributeKey.for_keyword(KIND_ATTRIBUTE)
STAGE = SearchAttributeKey.for_keyword(STAGE_ATTRIBUTE)
CLIENT = SearchAttributeKey.for_keyword(CLIENT_ATTRIBUTE)
RESULT = SearchAttributeKey.for_keyword(RESULT_ATTRIBUTE)

SYNC_KIND = "sync-client"

SYNC_WHAT_IT_IS = (
    "One client's standard information, pulled on its own: it met trouble in a bulk run or at night, or somebody asked "
    "for it. It tries for as long as waiting can help. **Current Details** say what is wrong and when the next try is. "
    "The signal `retry_now` and **Request Cancellation** are safe to press."
)

NOTICES_SHOWN = 5
LONGEST_GROUP = 90
"""Characters: of a longer summary, the web interface's timeline shows neither the beginning nor the end."""

_OF_ONE = {RunKind.RECONNECT_ALL: "Reconnect", RunKind.CHANGE_CONNECTION: "Change the connection of"}
"""What a run about one client alone is called, before its code."""


def run_summary(run: RunFacts, kind: RunKind) -> str:
    """One line for lists of workflows: which operation, for which practice, started by whom."""
    if run.client_code:
        what = f"{_OF_ONE.get(kind, kind.heading)} {run.client_code} · {run.provider_title}"
    else:
        what = f"{kind.heading} from {run.provider_title}"
    return shortened(f"{what} · {run.practice_name} · {run.colleague_name}")


def run_attributes(run: RunFacts, kind: RunKind, stage: Stage = Stage.AWAITING_CONSENT) -> TypedSearchAttributes:
    """The search attributes of a run at its start."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PRACTICE, run.practice_slug),
            SearchAttributePair(COLLEAGUE, run.colleague_name),
            SearchAttributePair(PROVIDER, run.provider),
            SearchAttributePair(KIND, kind.value),
            SearchAttributePair(STAGE, stage.value),
            *about_client(run.client_code, run.support),
        ]
    )


def about_client(code: str, support: ForSupport) -> Sequence[SearchAttributePair[str]]:
    """The additional search attribute of a workflow about one client; none where the server does not know it."""
    return [SearchAttributePair(CLIENT, code)] if code and support.finds_clients else []


def sync_summary(client: ClientFacts) -> str:
    """One line for lists of workflows and for the parent's timeline."""
    who = f"{client.client_name} ({client.client_code})"
    return shortened(f"{who} · {client.provider_title} · {client.practice_name}")


def sync_attributes(client: ClientFacts) -> TypedSearchAttributes:
    """The search attributes of one client's sync at its start."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PRACTICE, client.practice_slug),
            SearchAttributePair(COLLEAGUE, client.colleague_name),
            SearchAttributePair(PROVIDER, client.provider),
            SearchAttributePair(KIND, SYNC_KIND),
            SearchAttributePair(STAGE, Stage.PULLING.value),
            *about_client(client.client_code, client.support),
        ]
    )


def group_summary(names: Sequence[str], longest: int = LONGEST_GROUP) -> str:
    """One line for clients that are pulled together: as many whole names as fit, and the number of the others."""
    text = f"{len(names)} clients: {', '.join(names)}"
    for shown in range(len(names) - 1, 0, -1):
        if len(text) <= longest and fits(text):
            break
        text = f"{len(names)} clients: {', '.join(names[:shown])} and {len(names) - shown} more"
    return text


def run_details(
    run: RunFacts,
    kind: RunKind,
    stage: Stage,
    verdicts: Mapping[Verdict, int],
    outcomes: Mapping[Outcome, int],
    causes: Mapping[Cause, int],
    notices: Sequence[str],
    troubled: Sequence[Troubled] = (),
) -> str:
    """A run's current details, as Markdown: its stage, its counts so far, and what to do next.

    Lists rather than tables, because the UI's tables have no space between their columns.
    """
    advice = what_to_do(kind, stage, outcomes, run.run_id)
    to_page = link("See this run in Clientsync", run.support.site, f"/activity/{run.run_id}")
    parts = [f"### {_words(stage)}", advice, to_page]
    if verdicts:
        parts.append(_line("Listed", verdicts))
    if outcomes:
        parts.append(_line("Outcomes", outcomes))
    if causes:
        parts.append(
            "\n".join(
                f"- **{_words(cause)}**, {count} client{'' if count == 1 else 's'}: "
                f"{cause.sentence} {_next_step(kind, cause, goes_on=bool(outcomes.get(Outcome.RETRYING)))}"
                for cause, count in sorted(causes.items())
            )
        )
    in_trouble = sum(outcomes.get(one, 0) for one in (*LEFT_BEHIND, Outcome.RETRYING))
    parts.append(troubled_clients(troubled, in_trouble, run.support.site))
    if notices:
        parts.append("\n".join(f"- {notice}" for notice in notices[-NOTICES_SHOWN:]))
    return named("\n\n".join(part for part in parts if part), run.provider_title)


def _next_step(kind: RunKind, cause: Cause, *, goes_on: bool) -> str:
    """What to do about a cause in a run that has given up, or (``goes_on``) still tries by itself."""
    if goes_on:
        return cause.next_step
    return cause.next_step_until_the_night if kind is RunKind.ADD_CLIENTS else cause.next_step_when_given_up


def to_client(client: ClientFacts) -> str:
    """A link to the page of the client's connection; empty where the address of the pages is not known."""
    return link("See this client in Clientsync", client.support.site, f"/clients/{client.client_id}/connection")


def sync_details(
    client: ClientFacts,
    reason: str,
    trouble: Trouble | None,
    tries: int,
    retry_at: datetime | None,
    met_at: datetime | None = None,
) -> str:
    """A sync's current details, as Markdown, while it pulls or waits.

    The text stays until the next try, and a check may find another cause meanwhile. So it says when this cause was met.
    """
    page = f"\n\n{to_client(client)}".rstrip()
    if trouble is None or retry_at is None:
        return f"### Pulling now\n\n{reason} Tries that failed so far: {tries}. Nothing to do.{page}"
    since = "What a check has found since then stands on the client's page."
    met = f"Met at {met_at:%Y-%m-%d %H:%M:%S} UTC. {since}\n\n" if met_at else ""
    return named(
        f"### {_words(trouble.cause)}\n\n{trouble.cause.sentence} {trouble.cause.next_step}\n\n{met}"
        f"Next try at {retry_at:%Y-%m-%d %H:%M:%S} UTC; tries of its own that failed so far: {tries}. "
        f"{_SOONER_IF_LIMITED if trouble.cause is Cause.RATE_LIMITED else _SOONER}\n\n{reason}\n\n"
        f"For support: {trouble.detail or 'no more detail'}{page}",
        client.provider_title,
    )


_SOONER = "To try at once, **Send a Signal** `retry_now` with no input."
_SOONER_IF_LIMITED = (
    "**Send a Signal** `retry_now` to try at once; where the limit is one of the day, no call is made before it ends."
)


def stored(sources: Sequence[RowKind]) -> str:
    """A sentence on what a successful sync has stored: all lists, or those that were asked for."""
    return "The lists that were asked for are stored." if sources else "All lists are stored."


def sync_end(client: ClientFacts, reason: str, trouble: Trouble | None, sources: Sequence[RowKind] = ()) -> str:
    """A sync's current details after its end, as Markdown."""
    page = f"\n\n{to_client(client)}".rstrip()
    if trouble is None:
        return f"### Finished\n\n{stored(sources)} {reason}{page}"
    refresh = f"refresh the client on its page, or with `clientsync connections refresh {client.client_code}`"
    if trouble.cause.is_transient:
        then = f"It is not tried here any more: the nightly check tries it again. To try now, {refresh}."
    else:
        then = (
            f"{trouble.cause.next_step} Nothing but the night tries it again before that; once it is done, {refresh}."
        )
    return named(
        f"### Stopped: {_words(trouble.cause)}\n\n{trouble.cause.sentence} {then}\n\n"
        f"{reason}\n\nFor support: {trouble.detail or 'no more detail'}{page}",
        client.provider_title,
    )


def _line(title: str, counts: Mapping[Verdict, int] | Mapping[Outcome, int]) -> str:
    shown = " · ".join(f"{count} {_words(word).lower()}" for word, count in counts.items() if count)
    return f"**{title}:** {shown} (**{sum(counts.values())} in all**)"
