"""Choosing a password by an invitation's link. The link is a secret, so its page sends no referrer."""

from typing import Annotated, Final

from fastapi import Form, Path, Request, Response

from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.viewing import open_router
from web.pages.signing_in.choosing_password import Choosing

router = open_router()

INVITATION: Final = "/invitation"

Token = Annotated[str, Path(max_length=100)]


@router.get(f"{INVITATION}/{{token}}")
async def ask(request: Request, door: Door, token: Token) -> Response:
    """The form, or why the link cannot be used."""
    return await _page(request, door, token).form()


@router.post(f"{INVITATION}/{{token}}")
async def accept(
    request: Request,
    door: Door,
    token: Token,
    password: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Set the password and sign the colleague in, or show the form again."""
    return await _page(request, door, token).choose(door, password, again)


def _page(request: Request, door: Operations, token: str) -> Choosing:
    return Choosing(request, door.sessions.invitations, token, INVITATION, may_be_first=True)
