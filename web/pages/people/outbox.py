"""The outbox: notices that would be mailed, for admins of an installation without a mail server."""

from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from web.kit.authentication import Door
from web.kit.listing import Limit, Offset
from web.kit.rendering import render
from web.kit.viewing import Admin, page_router

router = page_router()

OUTBOX: Final = "/outbox"
LETTERS: Final = 20
"""Notices of a page."""


@router.get(OUTBOX)
async def show(request: Request, door: Door, viewer: Admin, limit: Limit = LETTERS, offset: Offset = 0) -> HTMLResponse:
    """One page of the notices, newest first."""
    if not request.app.state.has_outbox:
        raise Refused(RefusalCode.NOT_FOUND, "Notices are sent by mail here, so there is no outbox.")
    found, total = await door.outbox.find(viewer.actor, limit=limit, offset=offset)
    return render(request, "outbox.html", notices=found, total=total, limit=limit, offset=offset)
