"""Forgotten passwords: the form that asks for a link by mail, and the link's page, whose address is a secret."""

from typing import Annotated, Final

from fastapi import Form, Path, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from starter.answers.views import MAILED_LINK_VALID_FOR, MOST_MAILS
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.rendering import render
from web.kit.viewing import open_router
from web.pages.signing_in.choosing_password import Choosing
from web.pages.signing_in.signing_in import ip_of

router = open_router()

FORGOTTEN: Final = "/forgotten-password"

Token = Annotated[str, Path(max_length=100)]


@router.get(FORGOTTEN)
async def ask(request: Request) -> HTMLResponse:
    """The form; without a mail server, whom to ask instead."""
    return _asking(request)


@router.post(FORGOTTEN)
async def send(request: Request, door: Door, email: Annotated[str, Form(max_length=254)] = "") -> Response:
    """Ask for a mail; the answer is the same for every address."""
    if request.app.state.has_outbox:
        return _asking(request)
    try:
        await door.forgotten_passwords.ask(email, ip=ip_of(request))
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.TOO_MANY:
            raise
        return _asking(request, refused, email)
    return go(FORGOTTEN, Said.PASSWORD_LINK_ASKED)


@router.get(f"{FORGOTTEN}/{{token}}")
async def open_link(request: Request, door: Door, token: Token) -> Response:
    """The form for a new password, or why the link cannot be used.

    Opening the page does not use the link up, because mail scanners open links.
    """
    return await _page(request, door, token).form()


@router.post(f"{FORGOTTEN}/{{token}}")
async def choose(
    request: Request,
    door: Door,
    token: Token,
    password: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Set the password and sign the colleague in, or show the form again."""
    return await _page(request, door, token).choose(door, password, again)


def _asking(request: Request, refused: Refused | None = None, email: str = "") -> HTMLResponse:
    return render(
        request,
        "forgotten.html",
        status=status_of(refused.refusal.code) if refused else 200,
        email=email,
        minutes=int(MAILED_LINK_VALID_FOR.total_seconds()) // 60,
        most=MOST_MAILS,
        problem=refused.refusal.message if refused else None,
    )


def _page(request: Request, door: Operations, token: str) -> Choosing:
    ask_again = None if request.app.state.has_outbox else FORGOTTEN
    return Choosing(request, door.forgotten_passwords.links, token, FORGOTTEN, ask_again)
