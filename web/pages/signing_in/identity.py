"""Signing in at the identity provider: the way there, and the way back.

The address to which a browser comes back contains a code, so the page there sends no referrer.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Form, Request, Response

from contracts.words.refusals import RefusalCode, Refused
from web.kit import marks
from web.kit.addresses import HOME, local
from web.kit.authentication import Door
from web.kit.confirmations import go
from web.kit.errors import status_of
from web.kit.listing import KNOWN
from web.kit.rendering import leave, render
from web.kit.viewing import PerhapsViewer, open_router
from web.pages.signing_in.signing_in import browser_of, ip_of, onward

router = open_router()

PROVIDER: Final = "/sign-in/provider"

_LONGEST = 4096
"""Characters of a parameter. Codes have some hundred, and two thousand at the most."""


@router.post(PROVIDER)
async def begin(
    request: Request,
    door: Door,
    back: Annotated[str, Form(alias="next", max_length=2000)] = "",
    practice: Annotated[Annotated[UUID | None, Form()], *KNOWN] = None,
) -> Response:
    """Lead to the identity provider; only this browser can finish the sign-in."""
    mark = marks.AT_PROVIDER.of(request) or marks.new()
    try:
        address = await door.identities.begin(mark=mark, back=local(back), ip=ip_of(request), practice_id=practice)
    except Refused as refused:
        return _not_signed_in(request, refused)
    answer = leave(request, address, door.identities.title or "")
    marks.AT_PROVIDER.keep(request, answer, mark)
    return answer


@router.get(f"{PROVIDER}/callback")
async def come_back(request: Request, door: Door, viewer: PerhapsViewer) -> Response:
    """Sign the colleague in, ask which practice, or say why not."""
    params = {name: value for name, value in request.query_params.items() if len(value) <= _LONGEST}
    try:
        came = await door.identities.finish(params, mark=marks.AT_PROVIDER.of(request), browser=browser_of(request))
    except Refused as refused:
        if viewer is not None and refused.refusal.code is RefusalCode.WRONG_STAGE:  # a reload
            return go(HOME)
        request.state.viewer = None  # the page is about who signs in
        return _not_signed_in(request, refused)
    if came.token is None:
        request.state.viewer = None  # likewise
        choices = [(one.id, one.name) for one in came.practices]
        return render(request, "sign_in_practice.html", back=came.back, practices=choices)
    if viewer is not None:  # whoever sat here before
        await door.sessions.sign_out(viewer)
    return onward(request, await door.second_steps.of(came.token), came.token, came.back)


def _not_signed_in(request: Request, refused: Refused) -> Response:
    refusal = refused.refusal
    return render(
        request,
        "connect.html",
        status=status_of(refusal.code),
        referrer="no-referrer",
        ok=False,
        mark="Not done",
        heading="Not signed in",
        message=refusal.message,
        next_step="Nothing was changed.",
        came_back=None,
    )
