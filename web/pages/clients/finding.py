"""Pieces of pages that scripts put over the page at hand: clients that are found by name, and a look at one client."""

from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse

from starter.answers.views import ClientFilter, ClientOrder, ClientSort
from web.kit.authentication import Door
from web.kit.listing import Search
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.clients.row_buttons import row_buttons
from web.pages.clients.timeline import happened

router = page_router()

FEW = 8
"""Clients that are named while somebody types."""

LATEST = 3
"""Events that a look at a client shows."""


@router.get("/clients/found")
async def found(request: Request, door: Door, viewer: Viewer, search: Search = None) -> HTMLResponse:
    """The first clients whose name or code has what is typed."""
    wanted = ClientFilter(search=search.strip() if search else None)
    clients, total = await door.clients.find(viewer.actor, wanted, ClientOrder(ClientSort.NAME), limit=FEW)
    return render(request, "pieces/found.html", clients=clients, total=total, search=wanted.search)


@router.get("/clients/{client_id:uuid}/glance")
async def glance(request: Request, door: Door, viewer: Viewer, client_id: UUID) -> HTMLResponse:
    """A look at one client: how it stands, what to do, who looks after it, and what happened last."""
    view = await door.clients.show(viewer.actor, client_id)
    events = await door.clients.history(viewer.actor, client_id, limit=LATEST)
    title = door.software.title(view.connection.provider) if view.connection else ""
    return render(
        request,
        "pieces/glance.html",
        view=view,
        buttons=row_buttons(view, viewer.actor, title),
        events=[happened(one) for one in events],
    )
