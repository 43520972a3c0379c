"""Signing in with a passkey alone, from a button on the sign-in page."""

from typing import Annotated, Final

from fastapi import Form, Request, Response
from fastapi.responses import JSONResponse

from contracts.words.refusals import Refused
from web.kit import marks
from web.kit.addresses import local
from web.kit.authentication import Door
from web.kit.confirmations import go
from web.kit.errors import status_of
from web.kit.viewing import PerhapsViewer, keep, open_router
from web.pages.account.second_factor import Answered
from web.pages.signing_in.signing_in import browser_of, ip_of, sign_in_page

router = open_router()

SIGN_IN: Final = "/sign-in/passkey"


@router.post(f"{SIGN_IN}/begin")
async def ask(request: Request, door: Door) -> Response:
    """For the page's script: the options for the browser to use a passkey; only this browser can answer."""
    asking = marks.new()
    answer = JSONResponse(await door.passkey_sign_ins.asked(asking, ip=ip_of(request)))
    marks.PASSKEY.keep(request, answer, asking)
    return answer


@router.post(SIGN_IN)
async def sign_in(
    request: Request,
    door: Door,
    viewer: PerhapsViewer,
    passkey: Answered = "",
    back: Annotated[str, Form(alias="next", max_length=2000)] = "",
) -> Response:
    """Sign the colleague in, or show the sign-in page again."""
    mark = marks.KNOWN.of(request) or marks.new()
    try:
        token = await door.passkey_sign_ins.sign_in(
            marks.PASSKEY.of(request) or "", passkey, ip=ip_of(request), browser=browser_of(request), mark=mark
        )
    except Refused as refused:
        request.state.viewer = None  # the form is for nobody yet
        refusal = refused.refusal
        return sign_in_page(request, door, back, status=status_of(refusal.code), problem_of_passkey=refusal.message)
    if viewer is not None:  # whoever sat here before
        await door.sessions.sign_out(viewer)
    answer = go(local(back))
    keep(request, answer, token)
    marks.KNOWN.keep(request, answer, mark)
    return answer
