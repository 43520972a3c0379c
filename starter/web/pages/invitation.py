"""Choosing a password by an invitation's link. The link is a secret: the page tells nobody its own address."""

from typing import Annotated

from fastapi import Form, Path, Request, Response
from fastapi.responses import HTMLResponse

from contracts.refusals import RefusalCode, Refused
from starter import passwords
from starter.web.authentication import Door
from starter.web.confirmations import Said
from starter.web.errors import status_of
from starter.web.pages.signing_in import browser_of, onward
from starter.web.rendering import render
from starter.web.viewing import open_router

router = open_router()

Token = Annotated[str, Path(max_length=100)]


@router.get("/invitation/{token}")
async def ask(request: Request, door: Door, token: Token) -> HTMLResponse:
    """The form, or why the link cannot be used."""
    return await _form(request, door, token)


@router.post("/invitation/{token}")
async def accept(
    request: Request,
    door: Door,
    token: Token,
    password: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """The password is set and the colleague signed in, or the form again."""
    if password != again:
        return await _form(request, door, token, problem="The two passwords are not the same.", problem_with="again")
    try:
        begun = await door.sessions.accept(token, password, browser=browser_of(request))
    except Refused as refused:
        if refused.refusal.code is RefusalCode.NOT_FOUND:
            return _unusable(request, refused)
        return await _form(request, door, token, problem=refused.refusal.message, problem_with="password")
    return onward(request, await door.second_steps.of(begun), begun, "/", Said.PASSWORD_CHOSEN)


async def _form(
    request: Request, door: Door, token: str, problem: str | None = None, problem_with: str | None = None
) -> HTMLResponse:
    try:
        invited = await door.sessions.invited(token)
    except Refused as refused:
        return _unusable(request, refused)
    return render(
        request,
        "choose_password.html",
        status=422 if problem else 200,
        colleague=invited.colleague,
        practice=invited.practice,
        address=f"/invitation/{token}",
        is_new=invited.colleague.password_hash is None,
        shortest=passwords.SHORTEST,
        problem=problem,
        problem_with=problem_with,
    )


def _unusable(request: Request, refused: Refused) -> HTMLResponse:
    refusal = refused.refusal
    return render(
        request, "invitation_unusable.html", status=status_of(refusal.code), message=refusal.message, ask_again=None
    )
