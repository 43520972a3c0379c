"""The bare address: leads to the client list."""

from fastapi import Request
from fastapi.responses import RedirectResponse

from web.kit.confirmations import PARAMETER, go, said
from web.kit.viewing import Viewer, page_router

router = page_router()


@router.get("/")
async def home(request: Request, _: Viewer) -> RedirectResponse:
    """To the client list; what was just done is said there."""
    return go("/clients", said(request.query_params.get(PARAMETER)))
