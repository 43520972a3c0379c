"""Lets somebody else sign in for a run: the link that a colleague sends them, and the page that it opens.

That page says for which practice the sign-in is; whoever agrees there is sent to the provider. The link is a secret, so
its page sends no referrer.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Path, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from starter.access.sessions import SignedIn
from starter.operations import Operations
from starter.runs.consents import LinkView
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.rendering import FORM_KEY, render
from web.kit.viewing import Viewer, open_router, page_router
from web.pages.by_link import LinkPage, mail_asking, status, waits
from web.pages.runs.regions import RegionField

router = page_router()
open_to_all = open_router()

RunId = Annotated[str, Path(max_length=120)]
Token = Annotated[str, Path(max_length=100)]
ProviderName = Annotated[str, Path(max_length=20)]
FormKey = Annotated[str, Form(alias=FORM_KEY, max_length=64, pattern=r"^[\w-]*$")]


@router.post("/activity/{run_id}/sign-in-link")
async def make(request: Request, door: Door, viewer: Viewer, run_id: RunId) -> Response:
    """Create a link for somebody else and show it, this once."""
    try:
        return await for_somebody_else(request, door, viewer, run_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.WRONG_STAGE:
            raise
        return go(f"/activity/{run_id}", Said.RUN_MOVED_ON)


async def for_somebody_else(request: Request, door: Operations, viewer: SignedIn, run_id: str) -> HTMLResponse:
    """The page with the link, which is stored nowhere else.

    Raises:
        Refused: There is no such run, or it is past its sign-in.
    """
    link = await door.consents.link(viewer.actor, run_id)
    run = (await door.runs.report(viewer.actor, run_id)).run
    return render(request, "runs/sign_in_link.html", link=link, run=run, provider=door.software.title(run.provider))


@router.post("/clients/{client_id:uuid}/sign-in-link/{provider}")
async def ask_client(
    request: Request, door: Door, viewer: Viewer, client_id: UUID, provider: ProviderName, key: FormKey = ""
) -> Response:
    """Create a link for the people of a client that was never connected, and show it, this once."""
    made = await door.client_links.ask(viewer.actor, client_id, provider, f"ask:{key}" if key else None)
    title = door.software.title(provider)
    return render(
        request,
        "client_asked.html",
        made=made,
        title=title,
        mail=mail_asking(viewer.actor, made.client_name, title, made.address),
        sends_mail=door.client_links.sends_mail,
        client_id=client_id,
    )


@open_to_all.get("/sign-in-link/{token}")
async def ask(request: Request, door: Door, token: Token) -> HTMLResponse:
    """For which practice the sign-in is, or why the link cannot be used."""
    return await _PAGE.ask(request, door, token)


@open_to_all.post("/sign-in-link/{token}")
async def agree(request: Request, door: Door, token: Token, region: RegionField = "") -> Response:
    """Lead to the provider; only this browser can finish the sign-in."""
    return await _PAGE.agree(request, door, token, region)


def _unusable(request: Request, refused: Refused) -> HTMLResponse:
    is_soon = waits(refused)
    return render(
        request,
        "connect.html",
        status=status(refused),
        ok=False,
        mark="Not done",
        heading="Not possible just now" if is_soon else "This link cannot be used",
        message=refused.refusal.message,
        next_step="Open the link again in a moment." if is_soon else "Nothing was changed. You can close this page.",
        came_back=None,
    )


_PAGE = LinkPage[LinkView](
    template="sign_in_link.html",
    asked=lambda door, token: door.consents.asked(token),
    provider=lambda asked: asked.run.provider,
    regions=lambda door, asked: door.consents.regions_by_link(asked),
    follow=lambda door, token, mark, region: door.consents.follow(token, mark, region),
    words=lambda asked: {"asked": asked},
    unusable=_unusable,
)
