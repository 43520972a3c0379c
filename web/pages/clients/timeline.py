"""A client's events as sentences, newest first; and all of them as CSV."""

from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field
from starlette.responses import StreamingResponse

from starter.answers.views import EventView
from web.kit.authentication import Door
from web.kit.csv_answers import csv_answer
from web.kit.listing import KNOWN
from web.kit.viewing import Viewer, page_router
from web.pages.clients.event_sentences import Happened
from web.pages.clients.frame import Tab, framed

router = page_router()

PAGE = 50


class Line(NamedTuple):
    """An event on a page.

    Attributes:
        said: The event's sentence.
        at: When it happened.
        run_id: The run that it belongs to.
        detail: What support asks for.
    """

    said: Happened
    at: datetime
    run_id: str | None
    detail: str | None = None


def happened(view: EventView) -> Line:
    """An event as the page shows it; what it says of the accounting software names none yet."""
    event = view.event
    said = Happened(event.kind, view.colleague_name, event.cause, event.before, event.after)
    return Line(said, event.at, event.run_id, event.detail)


@router.get("/clients/{client_id:uuid}/timeline")
async def show(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    before: Annotated[Annotated[int, Field(ge=1, lt=2**63)] | None, *KNOWN, Query()] = None,
) -> HTMLResponse:
    """One page of the timeline; ``before`` asks for events before that one."""
    found = await door.clients.history(viewer.actor, client_id, limit=PAGE + 1, before_id=before)
    older = found[PAGE - 1].event.id if len(found) > PAGE else None
    zone = viewer.actor.time_zone
    days: dict[str, list[Line]] = {}
    for view in found[:PAGE]:
        local = view.event.at.astimezone(zone)
        days.setdefault(f"{local:%A}, {local.day} {local:%B %Y}", []).append(happened(view))
    return await framed(
        request, door, viewer, client_id, "client/timeline.html", Tab.TIMELINE, days=days, older=older, before=before
    )


@router.get("/clients/{client_id:uuid}/timeline.csv")
async def take_along(door: Door, viewer: Viewer, client_id: UUID) -> StreamingResponse:
    """The whole timeline as CSV."""
    return csv_answer(await door.exports.timeline(viewer.actor, client_id))
