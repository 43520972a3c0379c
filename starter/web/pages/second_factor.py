"""One's own second factor: set up, seen, and removed. Each step asks for what a session left open does not know."""

from typing import Annotated, Final

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.refusals import Refused
from starter.operations import Operations
from starter.sessions import SignedIn
from starter.web.authentication import Door
from starter.web.confirmations import Said, go
from starter.web.errors import status_of
from starter.web.pages.signing_in import ip_of
from starter.web.pictures import qr_code
from starter.web.rendering import render
from starter.web.viewing import Viewer, forget, page_router

router = page_router()

MINE: Final = "/account/second-factor"

Password = Annotated[str, Form(max_length=1000)]
Code = Annotated[str, Form(max_length=100)]


@router.get(MINE)
async def show(request: Request, door: Door, viewer: Viewer) -> HTMLResponse:
    """Whether there is one, and the forms to set one up or to remove it."""
    return await _page(request, door, viewer)


@router.post(MINE)
async def begin(request: Request, door: Door, viewer: Viewer, password: Password = "") -> Response:
    """To the picture for the app, or the form again."""
    try:
        await door.second_factors.begin_signed_in(viewer, password=password, ip=ip_of(request))
    except Refused as refused:
        return await _page(request, door, viewer, refused)
    return go(f"{MINE}/set-up")


@router.get(f"{MINE}/set-up")
async def ask(request: Request, door: Door, viewer: Viewer) -> Response:
    """The picture for the app, and the form for its first code."""
    return await _setting_up(request, door, viewer)


@router.post(f"{MINE}/set-up")
async def confirm(request: Request, door: Door, viewer: Viewer, code: Code = "") -> Response:
    """Set up, with the recovery codes, shown this once; or the form again."""
    try:
        kept = await door.second_factors.confirm(viewer, code, ip=ip_of(request))
    except Refused as refused:
        return await _setting_up(request, door, viewer, refused)
    return render(request, "account/recovery_codes.html", codes=kept.recovery_codes, is_new=True)


@router.post(f"{MINE}/recovery-codes")
async def renew(request: Request, door: Door, viewer: Viewer, password: Password = "", code: Code = "") -> Response:
    """New recovery codes, shown this once; or the form again."""
    try:
        kept = await door.second_factors.renew_recovery_codes(viewer, password=password, code=code, ip=ip_of(request))
    except Refused as refused:
        return await _page(request, door, viewer, refused, "renew")
    return render(request, "account/recovery_codes.html", codes=kept.recovery_codes, is_new=False)


@router.post(f"{MINE}/remove")
async def remove(request: Request, door: Door, viewer: Viewer, password: Password = "", code: Code = "") -> Response:
    """Removed, or the form again."""
    try:
        goes_on = await door.second_factors.remove(viewer, password=password, code=code, ip=ip_of(request))
    except Refused as refused:
        return await _page(request, door, viewer, refused, "remove")
    if goes_on:
        return go(MINE, Said.SECOND_FACTOR_REMOVED)
    answer = go("/sign-in", Said.SECOND_FACTOR_TO_RENEW)
    forget(request, answer)
    return answer


async def _setting_up(request: Request, door: Operations, viewer: SignedIn, refused: Refused | None = None) -> Response:
    asked = await door.second_factors.waiting(viewer.actor, viewer.email)
    if asked is None:  # it is set up, or took too long
        return await _page(request, door, viewer, refused) if refused else go(MINE)
    return render(
        request,
        "account/set_up.html",
        status=status_of(refused.refusal.code) if refused else 200,
        picture=qr_code(asked.address),
        secret=asked.secret,
        problem=refused.refusal.message if refused else None,
    )


async def _page(
    request: Request, door: Operations, viewer: SignedIn, refused: Refused | None = None, form: str = "begin"
) -> HTMLResponse:
    refusal = refused.refusal if refused else None
    return render(
        request,
        "account/second_factor.html",
        status=status_of(refusal.code) if refusal else 200,
        having=await door.second_factors.having(viewer.actor),
        problem=refusal.message if refusal else None,
        problem_with=f"{form}-{refusal.field or 'password'}" if refusal else None,
    )
