"""The report of a finished run: outcomes in groups, and its list, searched, filtered and paged."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from starlette.datastructures import QueryParams

from contracts.words.client_accounts import LONGEST_SEARCH
from contracts.words.runs import Outcome, RunKind
from starter.actor import Actor
from starter.answers.run_words import ending_of_run, means, outcomes_sum
from starter.answers.views import STUCK, ClientFilter, OrganisationFilter, RowOrder, RunView
from starter.answers.wording import number
from starter.operations import Operations
from web.kit.listing import PAGE, address
from web.kit.wording import words
from web.pages.clients.row_buttons import RowButton, row_buttons

MOST: Final = 1_000_000
NOT_DONE: Final = "not-done"
"""In the address: every outcome of what is not done and not tried again by itself."""


async def values(
    door: Operations, actor: Actor, report: RunView, query: QueryParams, taker: str | None = None
) -> dict[str, object]:
    """The values for the report's template. A parameter that cannot be understood does not filter.

    Args:
        door: All operations.
        actor: Who looks.
        report: The run.
        query: Parameters of the page's address: ``search``, ``outcome``, ``offset``.
        taker: Reassigning: who has the clients now; None for whoever looks.
    """
    search = query.get("search", "").strip().replace("\x00", "")[:LONGEST_SEARCH] or None
    is_stuck = query.get("outcome") == NOT_DONE
    outcome = None if is_stuck else _outcome(query.get("outcome"))
    offset = min(int(asked), MOST) if (asked := query.get("offset", "")).isdecimal() else 0
    wanted = OrganisationFilter(search=search, outcome=outcome, is_stuck=is_stuck, order=RowOrder.ATTENTION)
    found, total = await door.runs.organisations(actor, report.run, wanted, limit=PAGE, offset=offset)
    if total and not found:
        offset = (total - 1) // PAGE * PAGE
        found, total = await door.runs.organisations(actor, report.run, wanted, limit=PAGE, offset=offset)
    stuck = {view.client_id for view in found if view.client_id and view.organisation.outcome in STUCK}
    counts = report.counts
    lacking = await door.runs.lacking(actor, report.run)
    ending = ending_of_run(report, taker, lacking)
    asked_for = NOT_DONE if is_stuck else outcome.value if outcome else None
    here = f"/activity/{report.run.id}"
    return {
        "organisations": found,
        "steps": await _steps(door, actor, stuck) if stuck else {},
        "total": total,
        "limit": PAGE,
        "offset": offset,
        "search": search,
        "chosen_outcome": asked_for,
        "outcomes": [
            *([(NOT_DONE, f"Not done ({number(ending.stuck)})")] if ending.stuck else []),
            *((one.value, f"{words(one)} ({number(count)})") for one, count in counts.items()),
        ],
        "ending": ending,
        "sum": outcomes_sum(counts),
        "accounts": report.accounts,
        "means": means(counts, lacking),
        "unpaged": address(here, {"search": search, "outcome": asked_for}),
        "failed": counts.get(Outcome.FAILED, 0) if report.run.kind is RunKind.ADD_CLIENTS else 0,
        "waiting": counts.get(Outcome.RETRYING, 0),
    }


async def _steps(door: Operations, actor: Actor, stuck: Collection[UUID]) -> Mapping[UUID, list[RowButton]]:
    """By client, the buttons that may put it right as it stands now: those of its row in the client list."""
    views, _ = await door.clients.find(actor, ClientFilter(ids=stuck), limit=PAGE)
    title = door.software.title
    return {
        one.client.id: row_buttons(one, actor, title(one.connection.provider) if one.connection else "")
        for one in views
    }


def _outcome(text: str | None) -> Outcome | None:
    try:
        return Outcome(text) if text else None
    except ValueError:
        return None
