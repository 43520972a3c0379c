"""Erasing an archived client for good: what goes and what stays, its code typed as confirmation, and the record."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from starter.access.sessions import SignedIn
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.clients.frame import Tab, framed

router = page_router()

Code = Annotated[str, Form(max_length=255)]


@router.get("/clients/{client_id:uuid}/erase")
async def ask(request: Request, door: Door, viewer: Viewer, client_id: UUID) -> HTMLResponse:
    """Show what goes and what stays; of a client that is erased, the record."""
    if (record := await door.erasing.erased(viewer.actor, client_id)) is not None:
        return render(request, "client/erased.html", record=record)
    return await _page(request, door, viewer, client_id)


@router.post("/clients/{client_id:uuid}/erase")
async def erase(request: Request, door: Door, viewer: Viewer, client_id: UUID, code: Code = "") -> Response:
    """Erase the client."""
    try:
        await door.erasing.erase(viewer.actor, client_id, code)
    except Refused as refused:
        if refused.refusal.code is RefusalCode.NOT_FOUND:
            raise
        problem = refused.refusal.message if refused.refusal.field else None  # all else stands on the page anyway
        return await _page(request, door, viewer, client_id, typed=code, problem=problem, status=409)
    return go(f"/clients/{client_id}/erase", Said.CLIENT_ERASED)


async def _page(
    request: Request,
    door: Door,
    viewer: SignedIn,
    client_id: UUID,
    *,
    typed: str = "",
    problem: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    preview = await door.erasing.preview(viewer.actor, client_id)
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/erase.html",
        Tab.OVERVIEW,
        status=422 if problem else status,
        preview=preview,
        typed=typed,
        problem=problem,
    )
