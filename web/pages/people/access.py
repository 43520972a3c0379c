"""*Activity → People and access*: changes of people, tokens and links, and what support staff have read."""

from typing import Annotated, Final

from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from web.kit.authentication import Door
from web.kit.listing import KNOWN
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.clients.timeline import PAGE, happened

router = page_router()

ACCESS: Final = "/activity/access"


@router.get(ACCESS)
async def show(
    request: Request,
    door: Door,
    viewer: Viewer,
    before: Annotated[Annotated[int, Field(ge=1, lt=2**63)] | None, *KNOWN, Query()] = None,
) -> HTMLResponse:
    """One page of these events, newest first; ``before`` asks for events before that one."""
    found = await door.people.access_events(viewer.actor, limit=PAGE + 1, before_id=before)
    return render(
        request,
        "access.html",
        lines=[happened(view) for view in found[:PAGE]],
        older=found[PAGE - 1].event.id if len(found) > PAGE else None,
    )
