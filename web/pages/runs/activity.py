"""*Activity*: all runs of the practice."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from contracts.words.runs import RunKind
from starter.answers.run_words import TALLIED
from starter.answers.views import RunFilter
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.listing import KNOWN, PAGE, Id, Limit, Offset, Text, address, is_dropped, last_page
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.clients.timeline import happened

router = page_router()

ACTIVITY: Final = "/activity"
LATEST: Final = 5
"""Events of people and access; the rest is on a page of its own."""
STATES: Final = (("active", "Under way"), ("finished", "Finished"))


@router.get(ACTIVITY)
async def show(
    request: Request,
    door: Door,
    viewer: Viewer,
    kind: Annotated[RunKind | None, *KNOWN, Query()] = None,
    colleague: Id = None,
    state: Text = "",
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> Response:
    """One page of the runs, newest first."""
    people = await door.people.colleague_names(viewer.actor)
    colleague = colleague if colleague in {one.colleague_id for one in people} else None
    is_active = {"active": True, "finished": False}.get(state)
    wanted = RunFilter(kind=kind, colleague_id=colleague, is_active=is_active)
    found, total = await door.runs.activity(viewer.actor, wanted, limit=limit, offset=offset)
    filters = {"kind": kind, "colleague": colleague, "state": None if is_active is None else state}
    here = address(ACTIVITY, filters | {"limit": None if limit == PAGE else limit})
    if is_dropped(request.query_params, filters):
        return go(here.rstrip("?&"), Said.FILTER_DROPPED)
    if total and not found:
        return RedirectResponse(f"{here}offset={last_page(total, limit)}", status_code=HTTPStatus.SEE_OTHER)
    return render(
        request,
        "activity.html",
        runs=found,
        total=total,
        limit=limit,
        offset=offset,
        here=here,
        kind=kind,
        colleague=colleague,
        state=state,
        kinds=[(one, one.heading) for one in RunKind],
        states=STATES,
        outcomes=TALLIED,
        colleagues=[(one.colleague_id, one.name) for one in people],
        is_filtered=any(value is not None for value in filters.values()),
        access=[happened(view) for view in await door.people.access_events(viewer.actor, limit=LATEST)],
        times=await door.health.times(viewer.actor),
    )
