"""One client: its overview, its connections, and the way to a run about this client only."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind
from starter.answers.views import Run, RunView
from web.kit.authentication import Door
from web.kit.confirmations import PARAMETER, Said, go, said
from web.kit.rendering import leave
from web.kit.viewing import Viewer, page_router
from web.pages.clients.frame import Tab, framed
from web.pages.clients.row_buttons import row_buttons
from web.pages.clients.timeline import happened
from web.pages.runs.regions import RegionField, question

router = page_router()

RunId = Annotated[str, Path(max_length=120)]

LATEST = 6
"""Events that the overview shows."""


@router.get("/clients/{client_id:uuid}")
async def overview(request: Request, door: Door, viewer: Viewer, client_id: UUID) -> HTMLResponse:
    """The client's overview."""
    events = [happened(one) for one in await door.clients.history(viewer.actor, client_id, limit=LATEST)]
    books = await door.choices.listed_books(viewer.actor, client_id)
    view = await door.clients.show(viewer.actor, client_id)
    title = door.software.title(view.connection.provider) if view.connection else ""
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/overview.html",
        Tab.OVERVIEW,
        view=view,
        events=events,
        books=books,
        buttons=row_buttons(view, viewer.actor, title),
    )


@router.get("/clients/{client_id:uuid}/connections")
async def connections(request: Request, door: Door, viewer: Viewer, client_id: UUID) -> HTMLResponse:
    """The accounting software that the client is connected to."""
    return await framed(request, door, viewer, client_id, "client/connections.html", Tab.CONNECTIONS)


@router.get("/clients/{client_id:uuid}/runs/{run_id}")
async def run(request: Request, door: Door, viewer: Viewer, client_id: UUID, run_id: RunId) -> RedirectResponse:
    """Lead to the page that shows a run about this client only: a reconnect, or a change of its books.

    The sentence about what was just done is shown there.
    """
    done = said(request.query_params.get(PARAMETER))
    return go(_where_shown((await _report(door, viewer, client_id, run_id)).run), done)


@router.post("/clients/{client_id:uuid}/runs/{run_id}/sign-in")
async def sign_in(
    request: Request, door: Door, viewer: Viewer, client_id: UUID, run_id: RunId, region: RegionField = ""
) -> Response:
    """Lead to the provider's sign-in for a run about this client."""
    asked = (await _report(door, viewer, client_id, run_id)).run
    if page := await question(request, door, viewer, asked.provider, region, client_id=client_id):
        return page
    try:
        address = await door.consents.begin(viewer.actor, run_id, region)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.WRONG_STAGE:
            raise
        return go(_where_shown(asked), Said.RUN_MOVED_ON)
    allow = door.software.allow_words(asked.provider)
    return leave(request, address, allow.title, allow)


@router.post("/clients/{client_id:uuid}/runs/{run_id}/stop")
async def stop(door: Door, viewer: Viewer, client_id: UUID, run_id: RunId) -> RedirectResponse:
    """Cancel a run about this client; nothing of the client has changed."""
    await _report(door, viewer, client_id, run_id)
    try:
        await door.runs.cancel(viewer.actor, run_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.WRONG_STAGE:  # else it has ended, which the page tells
            raise
    return go(f"/clients/{client_id}/connection?run={run_id}")


async def _report(door: Door, viewer: Viewer, client_id: UUID, run_id: str) -> RunView:
    report = await door.runs.report(viewer.actor, run_id)
    if report.run.client_id != client_id:
        raise Refused(RefusalCode.NOT_FOUND, f"There is no run {run_id!r} of this client.")
    return report


def _where_shown(run: Run) -> str:
    connection = f"/clients/{run.client_id}/connection"
    return f"{connection}/change/{run.id}" if run.kind is RunKind.CHANGE_CONNECTION else f"{connection}?run={run.id}"
