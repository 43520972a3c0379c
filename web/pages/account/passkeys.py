"""One's own passkeys: add, remove, and use one instead of a code."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import JSONResponse

from contracts.words.refusals import Refused
from starter.access.proofs import Proof
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.account.browser_names import browser_name
from web.pages.account.second_factor import MINE, Answered, Code, Password, factor_page
from web.pages.signing_in.signing_in import browser_of, ip_of

router = page_router()

PASSKEYS: Final = f"{MINE}/passkeys"
ADD: Final = f"{PASSKEYS}/add"


@router.post(f"{MINE}/passkey")
async def ask(door: Door, viewer: Viewer) -> Response:
    """For the page's script: the options for the browser to use a passkey, where a code could be given too."""
    return JSONResponse(await door.passkeys.asked(viewer.actor))


@router.post(PASSKEYS)
async def begin(
    request: Request, door: Door, viewer: Viewer, password: Password = "", code: Code = "", passkey: Answered = ""
) -> Response:
    """Check the proofs, and lead to the page on which the browser creates a passkey; or show the form again."""
    try:
        await door.passkeys.begin_signed_in(viewer, password=password, proof=Proof(code, passkey), ip=ip_of(request))
    except Refused as refused:
        return await factor_page(request, door, viewer, refused, "add")
    return go(ADD)


@router.get(ADD)
async def make(request: Request, door: Door, viewer: Viewer) -> Response:
    """The page on which the browser creates a passkey."""
    to_add = await door.passkeys.being_added(viewer.actor, viewer.email)
    if to_add is None:
        return go(MINE, Said.PASSKEY_TOO_LATE)
    name = browser_name(browser_of(request))
    return render(request, "account/add_passkey.html", to_add=to_add, party=door.passkeys.party, name=name)


@router.post(ADD)
async def add(
    request: Request,
    door: Door,
    viewer: Viewer,
    name: Annotated[str, Form(max_length=100)] = "",
    passkey: Answered = "",
) -> Response:
    """Store the new passkey; with a first second factor, recovery codes are shown this once."""
    try:
        kept = await door.passkeys.add(viewer, name, passkey)
    except Refused as refused:  # what was asked is over, whatever was answered: it begins with the password again
        return await factor_page(request, door, viewer, refused)
    if kept is None:
        return go(MINE, Said.PASSKEY_ADDED)
    return render(request, "account/recovery_codes.html", codes=kept.recovery_codes, is_new=True)


@router.post(f"{PASSKEYS}/{{passkey_id}}/remove")
async def remove(
    request: Request,
    door: Door,
    viewer: Viewer,
    passkey_id: UUID,
    password: Password = "",
    code: Code = "",
    passkey: Answered = "",
) -> Response:
    """Remove a passkey, or show the form again."""
    await door.passkeys.one(viewer.actor, passkey_id)
    try:
        await door.passkeys.remove(viewer, passkey_id, password=password, proof=Proof(code, passkey), ip=ip_of(request))
    except Refused as refused:
        return await factor_page(request, door, viewer, refused, f"remove-{passkey_id}")
    return go(MINE, Said.PASSKEY_REMOVED)
