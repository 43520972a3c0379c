"""API tokens of the viewer and, for admins, of the whole practice: create, list, withdraw."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.access import Scope
from contracts.words.refusals import Refused
from starter.access.tokens import LONGEST_DAYS
from starter.answers.views import USUAL
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.listing import KNOWN
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router

router = page_router()

TOKENS: Final = "/account/tokens"

Text = Annotated[str, Form(max_length=300)]
Scopes = Annotated[list[Annotated[Scope | None, *KNOWN]], Form()]
LASTS: Final = ((7, "A week"), (30, "30 days"), (USUAL.days, f"{USUAL.days} days"), (365, "A year"))


@router.get(TOKENS)
async def show(request: Request, door: Door, viewer: Viewer) -> HTMLResponse:
    """The valid tokens, and the form for a new one."""
    return await _page(request, door, viewer)


@router.post(TOKENS)
async def create(
    request: Request,
    door: Door,
    viewer: Viewer,
    name: Text = "",
    scope: Scopes = [],  # noqa: B006  # FastAPI copies it
    days: Annotated[Annotated[int, Form()] | None, *KNOWN] = None,
) -> HTMLResponse:
    """Create a token and show it, this once; or show the form again."""
    scopes = {one for one in scope if one is not None}
    try:
        made = await door.tokens.create(viewer.actor, name=name, scopes=scopes, days=days or USUAL.days)
    except Refused as refused:
        if refused.refusal.field is None:
            raise
        return await _page(request, door, viewer, refused, name, scopes)
    return render(request, "tokens/made.html", status=HTTPStatus.CREATED, secret=made.secret, row=made.row)


@router.post(f"{TOKENS}/{{token_id}}/revoke")
async def revoke(door: Door, viewer: Viewer, token_id: UUID) -> Response:
    """Withdraw one token."""
    await door.tokens.revoke(viewer.actor, token_id)
    return go(TOKENS, Said.TOKEN_REVOKED)


async def _page(
    request: Request,
    door: Door,
    viewer: Viewer,
    refused: Refused | None = None,
    name: str = "",
    scopes: set[Scope] | None = None,
) -> HTMLResponse:
    refusal = refused.refusal if refused else None
    return render(
        request,
        "tokens/tokens.html",
        status=status_of(refusal.code) if refusal else HTTPStatus.OK,
        tokens=await door.tokens.living(viewer.actor),
        every_scope=list(Scope),
        chosen={Scope.READ} if scopes is None else scopes,
        name=name,
        lasts=LASTS,
        usual=USUAL.days,
        longest=LONGEST_DAYS,
        problem=refusal.message if refusal else None,
        problem_with=refusal.field if refusal else None,
    )
