"""Disconnecting a client: what it affects, and the client's name typed as confirmation."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from starter.access.sessions import SignedIn
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.viewing import Viewer, page_router
from web.pages.clients.frame import Tab, framed

router = page_router()

_NOT_THE_NAME = "This is not the client's name. Nothing was changed."


@router.get("/clients/{client_id:uuid}/connection/disconnect")
async def ask(request: Request, door: Door, viewer: Viewer, client_id: UUID) -> Response:
    """What disconnecting would affect, and the form."""
    return await _page(request, door, viewer, client_id)


@router.post("/clients/{client_id:uuid}/connection/disconnect")
async def disconnect(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    name: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Start disconnecting, or show the form again."""
    view = await door.clients.show(viewer.actor, client_id)
    if _plain(name) not in {_plain(view.client.name), _plain(view.client.code)}:
        return await _page(request, door, viewer, client_id, typed=name, problem=_NOT_THE_NAME)
    try:
        await door.disconnecting.disconnect(viewer.actor, client_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.NOT_CONNECTED:
            raise
        return go(f"/clients/{client_id}/connections")  # it is over already, as that page says
    return go(f"/clients/{client_id}/connection", Said.DISCONNECTING)


async def _page(
    request: Request, door: Door, viewer: SignedIn, client_id: UUID, *, typed: str = "", problem: str | None = None
) -> Response:
    try:
        preview = await door.disconnecting.preview(viewer.actor, client_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.NOT_CONNECTED:
            raise
        return go(f"/clients/{client_id}/connections")  # it says how it stands
    page: HTMLResponse = await framed(
        request,
        door,
        viewer,
        client_id,
        "client/disconnect.html",
        Tab.CONNECTIONS,
        status=422 if problem else 200,
        preview=preview,
        typed=typed,
        problem=problem,
    )
    return page


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
