"""A colleague's own account: the password, and the browsers in which they are signed in."""

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.words.refusals import Refusal, RefusalCode, Refused
from starter.access import passwords
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.rendering import render
from web.kit.viewing import Viewer, forget, page_router
from web.pages.account.browser_names import browser_name
from web.pages.signing_in.signing_in import ip_of

router = page_router()

Password = Annotated[str, Form(max_length=1000)]


@router.get("/account")
async def show(request: Request, door: Door, viewer: Viewer) -> HTMLResponse:
    """The account page."""
    return await _page(request, door, viewer)


@router.post("/account")
async def change_password(
    request: Request,
    door: Door,
    viewer: Viewer,
    current_password: Password = "",
    new_password: Password = "",
    again: Password = "",
) -> Response:
    """Change the password, or show the form again."""
    if new_password != again:
        message = "The two passwords are not the same."
        return await _page(request, door, viewer, Refusal(code=RefusalCode.INVALID, message=message, field="again"))
    try:
        await door.sessions.change_password(viewer, current=current_password, new=new_password, ip=ip_of(request))
    except Refused as refused:
        return await _page(request, door, viewer, refused.refusal)
    return go("/account", Said.PASSWORD_CHANGED)


@router.post("/account/sign-out-everywhere")
async def sign_out_everywhere(request: Request, door: Door, viewer: Viewer) -> RedirectResponse:
    """End all sessions of the viewer, this one too."""
    await door.sessions.sign_out_everywhere(viewer.actor)
    answer = go("/sign-in", Said.SIGNED_OUT_EVERYWHERE)
    forget(request, answer)
    return answer


async def _page(request: Request, door: Door, viewer: Viewer, refusal: Refusal | None = None) -> HTMLResponse:
    return render(
        request,
        "account/account.html",
        status=status_of(refusal.code) if refusal else 200,
        sessions=[(browser_name(living.browser), living) for living in await door.sessions.living(viewer.actor)],
        shortest=passwords.SHORTEST,
        problem=refusal.message if refusal else None,
        problem_with=(refusal.field or "current_password") if refusal else None,
    )
