"""Links for a client's own people: made and withdrawn on the client's pages, and the page that such a link opens.

That page shows the names of the practice and of the client and nothing else of either. The link is a secret, so its
page sends no referrer.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.words.client_links import DAYS, MOST_DAYS
from contracts.words.refusals import Refused
from starter.connections.client_links import ClientLinkView
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.rendering import render
from web.kit.viewing import Viewer, open_router, page_router
from web.pages.by_link import LinkPage, mail_asking, status, to_send, waits
from web.pages.clients.frame import Tab, framed
from web.pages.runs.regions import RegionField

router = page_router()
open_to_all = open_router()

HERE = "/clients/{client_id:uuid}/connection/links"

Token = Annotated[str, Path(max_length=100)]


@router.post(HERE)
async def make(
    request: Request, door: Door, viewer: Viewer, client_id: UUID, days: Annotated[int, Form(ge=1, le=MOST_DAYS)] = DAYS
) -> Response:
    """Make a link and show it, this once."""
    made = await door.client_links.make(viewer.actor, client_id, days)
    found, _ = await door.managing.show(viewer.actor, client_id)
    title, organisation = door.software.title(found.connection.provider), found.connection.organisation_name
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/client_link.html",
        Tab.CONNECTIONS,
        made=made,
        organisation=organisation,
        title=title,
        mail=mail_asking(viewer.actor, organisation, title, made.address),
        sends_mail=door.client_links.sends_mail,
    )


@router.post("/clients/{client_id:uuid}/mail-link")
async def mail(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    link: Annotated[str, Form(max_length=1000)] = "",
    send_to: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Mail a link that was just made, of a client that is connected or is not yet."""
    return await to_send(request, door, viewer.actor, client_id, link, send_to)


@router.post(f"{HERE}/{{link_id:uuid}}/withdraw")
async def withdraw(door: Door, viewer: Viewer, client_id: UUID, link_id: UUID) -> RedirectResponse:
    """Take a link back."""
    await door.client_links.withdraw(viewer.actor, client_id, link_id)
    return go(f"/clients/{client_id}/connection", Said.CLIENT_LINK_WITHDRAWN)


@open_to_all.get("/client-sign-in/{token}")
async def ask(request: Request, door: Door, token: Token) -> HTMLResponse:
    """For whom the sign-in is, or why the link cannot be used."""
    return await _PAGE.ask(request, door, token)


@open_to_all.post("/client-sign-in/{token}")
async def agree(request: Request, door: Door, token: Token, region: RegionField = "") -> Response:
    """Lead to the provider; only this browser can finish the sign-in."""
    return await _PAGE.agree(request, door, token, region)


def _unusable(request: Request, refused: Refused) -> HTMLResponse:
    is_done, is_soon = refused.refusal.message.startswith("Somebody has signed in"), waits(refused)
    return render(
        request,
        "client_sign_in_over.html",
        status=status(refused),
        heading="Not possible just now" if is_soon else "Nothing more to do" if is_done else "This link cannot be used",
        message=refused.refusal.message,
        next_step="Open the link again in a moment." if is_soon else "You can close this page.",
    )


def _words(asked: ClientLinkView) -> dict[str, str]:
    return {
        "practice": asked.practice.name,
        "client": asked.client.name,
        "organisation": asked.connection.organisation_name,
    }


_PAGE = LinkPage[ClientLinkView](
    template="client_sign_in.html",
    asked=lambda door, token: door.client_links.asked(token),
    provider=lambda asked: asked.connection.provider,
    regions=lambda door, asked: door.client_links.regions(asked),
    follow=lambda door, token, mark, region: door.client_links.follow(token, mark, region),
    words=_words,
    unusable=_unusable,
)
