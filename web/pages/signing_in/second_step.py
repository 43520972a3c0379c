"""The second step of signing in: the page for a code or passkey, and the page that sets one up where it is required.

The session of whoever is here opens these pages and no others.
"""

from typing import Annotated, Final

from fastapi import Depends, Form, Request, Response
from fastapi.responses import JSONResponse

from contracts.words.access import Lacking
from contracts.words.refusals import RefusalCode, Refused
from starter.access.proofs import Proof
from starter.access.second_steps import Halfway
from starter.factors.second_factors import RecoveryCodes
from starter.operations import Operations
from web.kit import marks
from web.kit.addresses import local, sign_in_address
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.rendering import render
from web.kit.viewing import cookie_of, forget, keep, open_router
from web.pages.account.browser_names import browser_name
from web.pages.account.pictures import qr_code
from web.pages.account.second_factor import Answered
from web.pages.signing_in.signing_in import Back, browser_of, ip_of, second_step_address

router = open_router()

CODE: Final = "/sign-in/code"
SET_UP: Final = "/sign-in/set-up"

Code = Annotated[str, Form(max_length=100)]
Name = Annotated[str, Form(max_length=100)]
SentBack = Annotated[str, Form(alias="next", max_length=2000)]


async def perhaps_halfway(request: Request, door: Door) -> Halfway | None:
    """Who has given a correct password and still has to make the second step; None when nobody has."""
    token = cookie_of(request)
    return None if token is None else await door.second_steps.of(token)


PerhapsHalfway = Annotated[Halfway | None, Depends(perhaps_halfway)]


@router.get(CODE)
async def ask(request: Request, door: Door, who: PerhapsHalfway, back: Back = "") -> Response:
    """The form for the code, and the button for a passkey."""
    if who is None or who.lacks is not Lacking.SECOND_FACTOR:
        return _elsewhere(who, back)
    return await _asking(request, door, who, back)


@router.post(f"{CODE}/passkey")
async def ask_for_passkey(request: Request, door: Door) -> Response:
    """For the page's script: the options for the browser to use a passkey."""
    return JSONResponse(await door.second_steps.asked_for_passkey(_token(request)))


@router.post(CODE)
async def give(
    request: Request,
    door: Door,
    who: PerhapsHalfway,
    code: Code = "",
    passkey: Answered = "",
    back: SentBack = "",
) -> Response:
    """Sign the colleague in, or show the form again."""
    if who is None or who.lacks is not Lacking.SECOND_FACTOR:
        return _elsewhere(who, back)
    mark = marks.KNOWN.of(request) or marks.new()
    try:
        whole = await door.second_steps.give(
            _token(request), Proof(code, passkey), ip=ip_of(request), browser=browser_of(request), mark=mark
        )
    except Refused as refused:
        if refused.refusal.code is RefusalCode.UNAUTHENTICATED:
            return _elsewhere(None, back)
        return await _asking(request, door, who, back, refused, is_of_passkey=bool(passkey))
    answer = go(local(back))
    keep(request, answer, whole)
    marks.KNOWN.keep(request, answer, mark)
    return answer


@router.get(SET_UP)
async def ask_to_set_up(request: Request, door: Door, who: PerhapsHalfway, back: Back = "") -> Response:
    """The QR code for an app with the form for its first code, and the form for a passkey."""
    if who is None or who.lacks is not Lacking.SET_UP:
        return _elsewhere(who, back)
    return await _setting_up(request, door, who, back)


@router.post(SET_UP)
async def set_up(request: Request, door: Door, who: PerhapsHalfway, code: Code = "", back: SentBack = "") -> Response:
    """Finish the app's set-up, sign the colleague in and show the recovery codes, this once; or show the form again."""
    if who is None or who.lacks is not Lacking.SET_UP:
        return _elsewhere(who, back)
    mark = marks.KNOWN.of(request) or marks.new()
    try:
        whole, kept = await door.second_steps.confirm(
            _token(request), code, ip=ip_of(request), browser=browser_of(request), mark=mark
        )
    except Refused as refused:
        if refused.refusal.code is RefusalCode.UNAUTHENTICATED:
            return _elsewhere(None, back)
        return await _setting_up(request, door, who, back, refused)
    return _set_up(request, whole, kept, back, mark)


@router.post(f"{SET_UP}/passkey")
async def add_passkey(
    request: Request, door: Door, who: PerhapsHalfway, name: Name = "", passkey: Answered = "", back: SentBack = ""
) -> Response:
    """Add a first passkey, sign the colleague in and show the recovery codes; or show the form again."""
    if who is None or who.lacks is not Lacking.SET_UP:
        return _elsewhere(who, back)
    mark = marks.KNOWN.of(request) or marks.new()
    try:
        whole, kept = await door.second_steps.add(
            _token(request), name, passkey, browser=browser_of(request), mark=mark
        )
    except Refused as refused:
        if refused.refusal.code is RefusalCode.UNAUTHENTICATED:
            return _elsewhere(None, back)
        return await _setting_up(request, door, who, back, refused)
    return _set_up(request, whole, kept, back, mark)


@router.post("/sign-in/over")
async def start_over(request: Request, door: Door) -> Response:
    """End this sign-in, so that somebody else can sign in."""
    await door.second_steps.stop(cookie_of(request) or "")
    answer = go("/sign-in")
    forget(request, answer)
    return answer


def _token(request: Request) -> str:
    return cookie_of(request) or ""


def _elsewhere(who: Halfway | None, back: str) -> Response:
    """Lead to the missing step, to the page that was asked for, or to the sign-in page if no sign-in has begun."""
    if who is None:
        return go(sign_in_address(back, Said.SIGN_IN_TOO_LATE))
    return go(second_step_address(who.lacks, back))


def _set_up(request: Request, whole: str, kept: RecoveryCodes, back: str, mark: str) -> Response:
    answer = render(request, "second_step/recovery_codes.html", codes=kept.recovery_codes, back=local(back))
    keep(request, answer, whole)
    marks.KNOWN.keep(request, answer, mark)
    return answer


async def _asking(
    request: Request,
    door: Operations,
    who: Halfway,
    back: str,
    refused: Refused | None = None,
    *,
    is_of_passkey: bool = False,
) -> Response:
    return render(
        request,
        "second_step/code.html",
        status=status_of(refused.refusal.code) if refused else 200,
        email=who.email,
        practice=who.actor.practice_name,
        having=await door.second_steps.having(who),
        party=door.passkeys.party,
        is_of_passkey=is_of_passkey,
        back=local(back),
        problem=refused.refusal.message if refused else None,
    )


async def _setting_up(
    request: Request, door: Operations, who: Halfway, back: str, refused: Refused | None = None
) -> Response:
    asked = await door.second_steps.set_up(_token(request))
    refusal = refused.refusal if refused else None
    return render(
        request,
        "second_step/set_up.html",
        status=status_of(refusal.code) if refusal else 200,
        email=who.email,
        practice=who.actor.practice_name,
        picture=qr_code(asked.address),
        secret=asked.secret,
        party=door.passkeys.party,
        to_add=await door.second_steps.to_add(_token(request)),
        name=browser_name(browser_of(request)),
        back=local(back),
        problem=refusal.message if refusal else None,
        is_of_passkey=refusal is not None and refusal.field == "passkey",
    )
