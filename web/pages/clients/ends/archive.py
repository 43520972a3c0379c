"""Into the archive, with what that ends, and out of it."""

from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.viewing import Viewer, page_router
from web.pages.clients.frame import Tab, framed

router = page_router()


@router.get("/clients/{client_id:uuid}/archive")
async def ask(request: Request, door: Door, viewer: Viewer, client_id: UUID) -> HTMLResponse:
    """Show what archiving ends, and what stays."""
    try:
        preview = await door.disconnecting.preview(viewer.actor, client_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.NOT_CONNECTED:
            raise
        preview = None
    return await framed(request, door, viewer, client_id, "client/archive.html", Tab.OVERVIEW, preview=preview)


@router.post("/clients/{client_id:uuid}/archive")
async def archive(door: Door, viewer: Viewer, client_id: UUID) -> Response:
    """Archive the client."""
    await door.archive.archive(viewer.actor, client_id)
    return go(f"/clients/{client_id}", Said.CLIENT_ARCHIVED)


@router.post("/clients/{client_id:uuid}/restore")
async def restore(door: Door, viewer: Viewer, client_id: UUID) -> Response:
    """Take the client out of the archive."""
    await door.archive.restore(viewer.actor, client_id)
    return go(f"/clients/{client_id}", Said.CLIENT_RESTORED)
