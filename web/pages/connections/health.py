"""The health of all connections, by cause: what happened, what to do, and whose sign-in could repair how many."""

import asyncio
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.words.refusals import Refused
from starter.actor import Actor
from starter.answers.views import ClientStatus
from starter.connections.health import Check
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router

router = page_router()

CONNECTIONS: Final = "/connections"
STANDINGS: Final = (
    ClientStatus.CONNECTED,
    ClientStatus.NEEDS_RECONNECT,
    ClientStatus.NEEDS_CLIENT,
    ClientStatus.DISCONNECTING,
    ClientStatus.NOT_CONNECTED,
)
"""How a client can stand; together they are all of them."""


@router.get(CONNECTIONS)
async def show(request: Request, door: Door, viewer: Viewer) -> HTMLResponse:
    """The page with the state of all connections."""
    times, check = await asyncio.gather(door.health.times(viewer.actor), _check(door, viewer.actor))
    facets = await door.clients.facets(viewer.actor)
    return render(
        request,
        "connections.html",
        groups=await door.health.causes(viewer.actor),
        facets=facets,
        standings=[(standing, facets.by_status.get(standing, 0)) for standing in STANDINGS],
        times=times,
        check=check,
        is_over=check is None and not times.is_running,
    )


@router.post(f"{CONNECTIONS}/check")
async def check(door: Door, viewer: Viewer) -> RedirectResponse:
    """Start a check of every connection."""
    begun = await door.health.begin_check(viewer.actor)
    return go(CONNECTIONS, Said.CHECK_JOINED if begun.is_joined else Said.CHECK_BEGUN)


async def _check(door: Operations, actor: Actor) -> Check | None:
    """The check that somebody asked for, while it runs; None when it has ended, or Temporal does not answer."""
    try:
        latest = await door.health.latest_check(actor)
    except Refused:
        return None
    return latest if latest.is_running else None
