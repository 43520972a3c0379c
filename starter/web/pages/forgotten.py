"""A forgotten password: asking for a link by mail, and the link's page, whose address is a secret."""

from typing import Annotated, Final

from fastapi import Form, Path, Request, Response
from fastapi.responses import HTMLResponse

from contracts.refusals import RefusalCode, Refused
from models.password_links import MOST_MAILS, VALID_FOR
from starter import passwords
from starter.web.authentication import Door
from starter.web.confirmations import Said, go
from starter.web.errors import status_of
from starter.web.pages.signing_in import browser_of, ip_of, onward
from starter.web.rendering import render
from starter.web.viewing import open_router

router = open_router()

FORGOTTEN: Final = "/forgotten-password"

Token = Annotated[str, Path(max_length=100)]


@router.get(FORGOTTEN)
async def ask(request: Request) -> HTMLResponse:
    """The form; without a mail server, whom to ask."""
    return _asking(request)


@router.post(FORGOTTEN)
async def send(request: Request, door: Door, email: Annotated[str, Form(max_length=254)] = "") -> Response:
    """The same answer for every address: a mail is on its way to whoever has it."""
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
async def open_link(request: Request, door: Door, token: Token) -> HTMLResponse:
    """The form for a new password, or why the link cannot be used. Looking uses nothing up: mail scanners look too."""
    return await _choosing(request, door, token)


@router.post(f"{FORGOTTEN}/{{token}}")
async def choose(
    request: Request,
    door: Door,
    token: Token,
    password: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """The password is set and the colleague signed in, or the form again."""
    if password != again:
        return await _choosing(request, door, token, "The two passwords are not the same.", "again")
    try:
        begun = await door.forgotten_passwords.choose(token, password, browser=browser_of(request))
    except Refused as refused:
        if refused.refusal.code is RefusalCode.NOT_FOUND:
            return _unusable(request, refused)
        return await _choosing(request, door, token, refused.refusal.message, "password")
    return onward(request, await door.second_steps.of(begun), begun, "/", Said.PASSWORD_CHOSEN)


def _asking(request: Request, refused: Refused | None = None, email: str = "") -> HTMLResponse:
    return render(
        request,
        "forgotten.html",
        status=status_of(refused.refusal.code) if refused else 200,
        email=email,
        minutes=int(VALID_FOR.total_seconds()) // 60,
        most=MOST_MAILS,
        problem=refused.refusal.message if refused else None,
    )


async def _choosing(
    request: Request, door: Door, token: str, problem: str | None = None, problem_with: str | None = None
) -> HTMLResponse:
    try:
        linked = await door.forgotten_passwords.linked(token)
    except Refused as refused:
        return _unusable(request, refused)
    return render(
        request,
        "choose_password.html",
        status=422 if problem else 200,
        colleague=linked.colleague,
        practice=linked.practice,
        address=f"{FORGOTTEN}/{token}",
        is_new=False,
        shortest=passwords.SHORTEST,
        problem=problem,
        problem_with=problem_with,
    )


def _unusable(request: Request, refused: Refused) -> HTMLResponse:
    refusal = refused.refusal
    ask_again = None if request.app.state.has_outbox else FORGOTTEN
    return render(
        request,
        "invitation_unusable.html",
        status=status_of(refusal.code),
        message=refusal.message,
        ask_again=ask_again,
    )
