"""The address to which a provider sends the browser after a sign-in; it leads on to the run, or to a small page.

The address contains a code. Nothing here and nothing in the log may repeat it, and the page sends no referrer.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from starter.runs.consent_returns import CameFrom, ConsentReturn
from web.kit import marks
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.rendering import render
from web.kit.viewing import PerhapsViewer
from web.pages.runs.parts import SIGNED_IN

router = APIRouter(include_in_schema=False)

_LONGEST = 4096
"""Characters of a parameter. Codes are some hundred at the most."""


@router.get("/connect/{provider}/callback")
async def callback(
    request: Request, door: Door, viewer: PerhapsViewer, provider: Annotated[str, Path(max_length=20)]
) -> Response:
    """The browser comes back: to the run, or to the client's own pages where the sign-in was for one."""
    params = {name: value for name, value in request.query_params.items() if len(value) <= _LONGEST}
    try:
        came_from = CameFrom(viewer.actor if viewer else None, marks.AT_PROVIDER.of(request))
        came_back = await door.consent_returns.finish(provider, params, came_from)
    except Refused as refused:
        refusal = refused.refusal
        waits = refusal.code is RefusalCode.UNAVAILABLE
        next_step = (
            "Reload this page in a moment: your sign-in is kept."
            if waits
            else "Go back to Clientsync and start from there."
        )
        return _page(
            request,
            status_of(refusal.code),
            heading="Not finished yet" if waits else "This sign-in cannot be used",
            message=refusal.message,
            next_step=next_step,
        )
    if viewer is not None and viewer.actor.practice_id == came_back.practice_id:
        failed = None if came_back.ok else _failed(came_back)
        if came_back.client_id is not None:
            return go(f"/clients/{came_back.client_id}/runs/{came_back.run_id}", failed)
        return go(f"/activity/{came_back.run_id}" + (f"?{SIGNED_IN}=1" if came_back.ok else ""), failed)
    if came_back.ok:
        next_step = "You can close this page."
    elif came_back.app_is_refused:
        next_step = "You can close this page. Tell whoever runs Clientsync."
    else:
        next_step = "To try again, open the link that you were given once more."
    if came_back.of_client is not None and came_back.ok:
        reads = came_back.client_id is not None  # else a colleague of the practice says first which books are meant
        next_step = "Their books are read from now on; you" if reads else "You"
        next_step += " need not do anything more. You can close this page."
    return _page(
        request,
        HTTPStatus.OK,
        ok=came_back.ok,
        heading="Signed in" if came_back.ok else "Not signed in",
        message=came_back.message,
        next_step=next_step,
        came_back=came_back,
    )


def _failed(came_back: ConsentReturn) -> Said:
    if came_back.app_is_refused:
        return Said.APP_REFUSED
    return Said.CONSENT_DENIED if came_back.denied else Said.CONSENT_FAILED


def _page(
    request: Request,
    status: HTTPStatus,
    *,
    heading: str,
    message: str,
    next_step: str,
    ok: bool = False,
    came_back: ConsentReturn | None = None,
) -> HTMLResponse:
    return render(
        request,
        "connect.html",
        status=status,
        referrer="no-referrer",
        ok=ok,
        mark="Done" if ok else "Not done",
        heading=heading,
        message=message,
        next_step=next_step,
        came_back=came_back,
    )
