"""What support staff read about a check of connections in the Temporal Web UI; pure."""

from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from contracts.payloads.check_connections import CheckReport, LoginToCheck, PracticeFacts
    from contracts.words.runs import Stage

from workflows.support.pieces import Troubled, link, plain, troubled_clients
from workflows.support.run_text import KIND, PRACTICE, STAGE
from workflows.support.summaries import shortened

CHECK_KIND = "check-connections"

CHECK_WHAT_IT_IS = (
    "Looks at every connection of one practice: one refresh and one list of organisations for each login, then a pull "
    "of the clients whose lists are due. One bad login or client never stops the rest. Logins that did not answer are "
    "tried again through the day. Each person who can act gets one notice, by mail where a mail server is set. "
    "**Current Details** say where it is. The signal `retry_now` and **Request Cancellation** are safe to press."
)

CHECK_NOW_WHAT_IT_IS = (
    "Looks at every connection of one practice once, because somebody asked for it: one refresh and one list of "
    "organisations for each login, then a pull of the clients whose lists are due. One bad login or client never stops "
    "the rest. A login that does not answer now is looked at again by the night. Each person who can act gets one "
    "notice, by mail where a mail server is set. **Current Details** say where it is. **Request Cancellation** is safe."
)

LOGINS_SHOWN = 10


def check_summary(practice: PracticeFacts, reason: str) -> str:
    """One line for lists of workflows."""
    return shortened(f"Check connections · {practice.practice_name} · {reason}")


def check_attributes(practice: PracticeFacts) -> TypedSearchAttributes:
    """The search attributes of a check at its start."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PRACTICE, practice.practice_slug),
            SearchAttributePair(KIND, CHECK_KIND),
            SearchAttributePair(STAGE, Stage.LISTING.value),
        ]
    )


def check_details(
    heading: str,
    practice: PracticeFacts,
    report: CheckReport,
    troubled: Sequence[LoginToCheck],
    again_at: datetime | None = None,
    clients: Sequence[Troubled] = (),
) -> str:
    """A check's current details, as Markdown.

    Args:
        heading: What the check is doing.
        practice: The practice whose connections are checked.
        report: What it found so far.
        troubled: Logins that did not answer.
        again_at: When these logins are tried again; None when they are not.
        clients: Clients whose lists could not be refreshed; at most the first few.
    """
    parts = [
        f"### {heading}",
        f"**Logins looked at:** {report.logins} · **clients refreshed:** {report.refreshed}",
        f"**Left to a sync of their own:** {report.handed_over} · **colleagues written to:** {report.told}",
    ]
    if report.healthy or report.causes:
        in_trouble = sum(report.causes.values())
        parts.append(f"**Connections:** {report.healthy} work · {in_trouble} in trouble")
    parts += [
        "\n".join(
            f"- **{cause.label}**, {count}: {cause.sentence} {cause.next_step}"
            for cause, count in sorted(report.causes.items())
        )
    ]
    if clients:
        parts.append(troubled_clients(clients, len(clients), practice.support.site))
    if troubled:
        names = ", ".join(f"{plain(one.login)} ({one.connections})" for one in troubled[:LOGINS_SHOWN])
        more = f" and {len(troubled) - LOGINS_SHOWN} more" if len(troubled) > LOGINS_SHOWN else ""
        parts.append(f"**Did not answer:** {names}{more}")
    if again_at:
        parts.append(
            f"They are tried again at {again_at:%Y-%m-%d %H:%M} UTC. To try at once, **Send a Signal** `retry_now` "
            "with no input."
        )
    parts.append(link("See all connections in Clientsync", practice.support.site, "/connections"))
    return "\n\n".join(part for part in parts if part)
