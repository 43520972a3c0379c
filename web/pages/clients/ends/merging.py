"""Merging two accounts of one client: choosing the other, a preview of what moves and what is left, and doing it."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from starter.access.sessions import SignedIn
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.listing import KNOWN
from web.kit.viewing import Viewer, page_router
from web.pages.clients.frame import Tab, framed

router = page_router()

Other = Annotated[UUID | None, *KNOWN, Query()]
Search = Annotated[Annotated[str, Query(max_length=200)] | None, *KNOWN, Query()]


@router.get("/clients/{client_id:uuid}/merge")
async def ask(
    request: Request, door: Door, viewer: Viewer, client_id: UUID, other: Other = None, search: Search = None
) -> HTMLResponse:
    """Show accounts to merge with this one; once one is chosen, what merging it into this one would do."""
    if other is not None:
        return await _preview(request, door, viewer, client_id, other)
    offered = await door.merging.offered(viewer.actor, client_id, search)
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/merge_choose.html",
        Tab.OVERVIEW,
        offered=offered,
        search=search or "",
    )


@router.post("/clients/{client_id:uuid}/merge")
async def merge(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    other: Annotated[UUID, Form()],
    plan: Annotated[str | None, Form(max_length=64)] = None,
) -> Response:
    """Merge the other account into this one, as it was shown."""
    try:
        await door.merging.merge(viewer.actor, client_id, other, plan)
    except Refused as refused:
        if refused.refusal.code is RefusalCode.NOT_FOUND:
            raise
        return await _preview(request, door, viewer, client_id, other, problem=refused.refusal.message)
    return go(f"/clients/{client_id}", Said.CLIENTS_MERGED)


async def _preview(
    request: Request, door: Door, viewer: SignedIn, client_id: UUID, other: UUID, *, problem: str | None = None
) -> HTMLResponse:
    preview = await door.merging.preview(viewer.actor, client_id, other)
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/merge.html",
        Tab.OVERVIEW,
        status=409 if problem else 200,
        preview=preview,
        problem=None if problem == preview.refused else problem,
    )
