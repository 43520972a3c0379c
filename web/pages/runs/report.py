"""The report of a finished run: outcomes in groups, and its list, searched, filtered and paged."""

from typing import Final

from starlette.datastructures import QueryParams

from contracts.words.runs import Outcome, RunKind
from starter.actor import Actor
from starter.answers.run_words import MEANS, accounts_sum, outcomes_sum
from starter.answers.views import OrganisationFilter, RowOrder, RunView
from starter.answers.wording import number
from starter.operations import Operations
from web.kit.listing import PAGE, address
from web.kit.wording import words

LONGEST_SEARCH: Final = 100
MOST: Final = 1_000_000


async def values(door: Operations, actor: Actor, report: RunView, query: QueryParams) -> dict[str, object]:
    """The values for the report's template. A parameter that cannot be understood does not filter.

    Args:
        door: All operations.
        actor: Who looks.
        report: The run.
        query: Parameters of the page's address: ``search``, ``outcome``, ``offset``.
    """
    search = query.get("search", "").strip().replace("\x00", "")[:LONGEST_SEARCH] or None
    outcome = _outcome(query.get("outcome"))
    offset = min(int(asked), MOST) if (asked := query.get("offset", "")).isdecimal() else 0
    wanted = OrganisationFilter(search=search, outcome=outcome, order=RowOrder.ATTENTION)
    found, total = await door.runs.organisations(actor, report.run.id, wanted, limit=PAGE, offset=offset)
    if total and not found:
        offset = (total - 1) // PAGE * PAGE
        found, total = await door.runs.organisations(actor, report.run.id, wanted, limit=PAGE, offset=offset)
    counts = report.counts
    made = report.accounts
    here = f"/activity/{report.run.id}"
    return {
        "organisations": found,
        "total": total,
        "limit": PAGE,
        "offset": offset,
        "search": search,
        "outcome": outcome,
        "outcomes": [(one, f"{words(one)} ({number(count)})") for one, count in counts.items()],
        "sum": outcomes_sum(counts),
        "accounts": made and accounts_sum(made.made, made.complete, made.waiting, made.need_you),
        "means": MEANS,
        "unpaged": address(here, {"search": search, "outcome": outcome}),
        "failed": counts.get(Outcome.FAILED, 0) if report.run.kind is RunKind.ADD_CLIENTS else 0,
        "waiting": counts.get(Outcome.RETRYING, 0),
    }


def _outcome(text: str | None) -> Outcome | None:
    try:
        return Outcome(text) if text else None
    except ValueError:
        return None
