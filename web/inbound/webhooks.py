"""Addresses at which a provider tells us something by itself: its webhooks, and browsers that come from it.

The answers are the same whether or not anything here is known, and are given before anything is looked for.
"""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from contracts.words.refusals import RefusalCode, Refused
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router

router = APIRouter(include_in_schema=False)
own_pages = page_router()

Named = Annotated[str, Path(max_length=20)]

LARGEST_DELIVERY = 1024 * 1024
"""Bytes of a webhook: thousands of events."""

ANSWERED_WITHIN = 2.5
"""Seconds. The most impatient platform gives up after three; what was not done is delivered again."""

_LONGEST = 100
"""Characters of a parameter."""


@router.post("/connect/{provider}/webhooks")
async def webhook(request: Request, door: Door, provider: Named) -> Response:
    """Take a delivery: 200 once what it tells is noted."""
    header = door.told.webhook_header(provider)
    body = await request.body()
    if len(body) > LARGEST_DELIVERY:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        async with asyncio.timeout(ANSWERED_WITHIN):
            await door.told.delivered(provider, body, request.headers.get(header))
    except TimeoutError:
        raise Refused(RefusalCode.UNAVAILABLE, "This was not noted in time. Deliver it again.") from None
    return Response(status_code=HTTPStatus.OK)


@router.get("/connect/{provider}/disconnected")
async def disconnected(request: Request, door: Door, provider: Named) -> HTMLResponse:
    """A browser comes from the provider, where somebody has disconnected us; whoever it is, it changes nothing."""
    title = door.told.takes_browsers(provider)
    params = {name: value for name, value in request.query_params.items() if len(value) <= _LONGEST}
    page = render(request, "disconnected_there.html", provider=title)
    page.background = BackgroundTask(door.told.perhaps_disconnected, provider, params)
    return page


@own_pages.get("/connect/{provider}/reconnect")
async def reconnect(request: Request, door: Door, viewer: Viewer, provider: Named) -> Response:
    """A colleague comes from the provider, which asks for a new sign-in: one button leads to it."""
    title = door.told.takes_browsers(provider)
    params = {name: value for name, value in request.query_params.items() if len(value) <= _LONGEST}
    client_id = await door.told.client_of(viewer.actor, provider, params)
    if client_id is None:
        return go("/connections", Said.NO_SUCH_BOOKS)
    view = await door.clients.show(viewer.actor, client_id)
    return render(request, "reconnect_there.html", view=view, provider=title)
