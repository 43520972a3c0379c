"""The address ``/``, which leads to the client list."""

from fastapi import Request
from fastapi.responses import RedirectResponse

from web.kit.confirmations import PARAMETER, go, said
from web.kit.viewing import Viewer, page_router

router = page_router()


@router.get("/")
async def home(request: Request, _: Viewer) -> RedirectResponse:
    """Lead to the client list; the sentence about what was just done is shown there."""
    return go("/clients", said(request.query_params.get(PARAMETER)))
