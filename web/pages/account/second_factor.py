"""One's own second factor: set up, show, remove. Each step asks for something that an open session does not know.

Passkeys are added and removed in ``pages.account.passkeys``, and shown on this page.
"""

from typing import Annotated, Final

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import Refused
from starter.access.proofs import Proof
from starter.access.sessions import SignedIn
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.account.pictures import qr_code
from web.pages.signing_in.signing_in import ip_of

router = page_router()

MINE: Final = "/account/second-factor"

Password = Annotated[str, Form(max_length=1000)]
Code = Annotated[str, Form(max_length=100)]
Answered = Annotated[str, Form(max_length=20_000)]
"""What a browser sends that was asked for a passkey: a few hundred bytes, or some thousands."""


@router.get(MINE)
async def show(request: Request, door: Door, viewer: Viewer) -> HTMLResponse:
    """Whether the viewer has a second factor, and the forms to set one up or to remove it."""
    return await factor_page(request, door, viewer)


@router.post(MINE)
async def begin(
    request: Request, door: Door, viewer: Viewer, password: Password = "", code: Code = "", passkey: Answered = ""
) -> Response:
    """Check the password, and lead to the QR code for the app; or show the form again."""
    try:
        await door.second_factors.begin_signed_in(
            viewer, password=password, proof=Proof(code, passkey), ip=ip_of(request)
        )
    except Refused as refused:
        return await factor_page(request, door, viewer, refused, "begin")
    return go(f"{MINE}/set-up")


@router.get(f"{MINE}/set-up")
async def ask(request: Request, door: Door, viewer: Viewer) -> Response:
    """The QR code for the app, and the form for its first code."""
    return await _setting_up(request, door, viewer)


@router.post(f"{MINE}/set-up")
async def confirm(request: Request, door: Door, viewer: Viewer, code: Code = "") -> Response:
    """Finish the set-up and show the recovery codes, this once; or show the form again."""
    try:
        kept = await door.second_factors.confirm(viewer, code, ip=ip_of(request))
    except Refused as refused:
        return await _setting_up(request, door, viewer, refused)
    if kept is None:
        return go(MINE, Said.AUTHENTICATOR_ADDED)
    return render(request, "account/recovery_codes.html", codes=kept.recovery_codes, is_new=True)


@router.post(f"{MINE}/recovery-codes")
async def renew(
    request: Request, door: Door, viewer: Viewer, password: Password = "", code: Code = "", passkey: Answered = ""
) -> Response:
    """Create new recovery codes and show them, this once; or show the form again."""
    try:
        kept = await door.second_factors.renew_recovery_codes(
            viewer, password=password, proof=Proof(code, passkey), ip=ip_of(request)
        )
    except Refused as refused:
        return await factor_page(request, door, viewer, refused, "renew")
    return render(request, "account/recovery_codes.html", codes=kept.recovery_codes, is_new=False)


@router.post(f"{MINE}/remove")
async def remove(
    request: Request, door: Door, viewer: Viewer, password: Password = "", code: Code = "", passkey: Answered = ""
) -> Response:
    """Remove the app, or show the form again."""
    try:
        await door.second_factors.remove(viewer, password=password, proof=Proof(code, passkey), ip=ip_of(request))
    except Refused as refused:
        return await factor_page(request, door, viewer, refused, "remove")
    return go(MINE, Said.SECOND_FACTOR_REMOVED)


async def _setting_up(request: Request, door: Operations, viewer: SignedIn, refused: Refused | None = None) -> Response:
    asked = await door.second_factors.waiting(viewer.actor, viewer.email)
    if asked is None:  # it is set up, or took too long
        return await factor_page(request, door, viewer, refused) if refused else go(MINE)
    return render(
        request,
        "account/set_up.html",
        status=status_of(refused.refusal.code) if refused else 200,
        picture=qr_code(asked.address),
        secret=asked.secret,
        problem=refused.refusal.message if refused else None,
    )


async def factor_page(
    request: Request, door: Operations, viewer: SignedIn, refused: Refused | None = None, form: str | None = None
) -> HTMLResponse:
    """The page, with an error beside the form that was refused.

    Args:
        request: The request that is answered.
        door: All operations.
        viewer: The signed-in colleague.
        refused: The refusal; None when nothing was refused.
        form: The form that was sent; None when it is of another page.
    """
    refusal = refused.refusal if refused else None
    return render(
        request,
        "account/second_factor.html",
        status=status_of(refusal.code) if refusal else 200,
        having=await door.second_factors.having(viewer.actor),
        problem=refusal.message if refusal else None,
        problem_with=f"{form}-{refusal.field or 'password'}" if refusal and form else None,
        party=door.passkeys.party,
    )
