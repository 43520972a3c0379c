"""An admin gives a colleague's clients to another colleague: to whom, a preview, and the order."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator, Field

from contracts.words.refusals import RefusalCode, Refused
from starter.actor import Actor
from starter.answers.views import ColleagueView
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.listing import KNOWN, Id
from web.kit.rendering import FORM_KEY, render
from web.kit.viewing import Admin, page_router

router = page_router()

HAND_OVER = "/team/colleagues/{colleague_id}/hand-over"

Key = Annotated[str | None, Form(alias=FORM_KEY, max_length=64, pattern=r"^[\w-]+$")]
Software = Annotated[str | None, Field(max_length=32, pattern=r"^[a-z]*$"), BeforeValidator(lambda text: text or None)]
Asked = Annotated[Software, *KNOWN]
Taker = Annotated[UUID | None, BeforeValidator(lambda text: text or None)]


@router.get(HAND_OVER)
async def ask(
    request: Request, door: Door, viewer: Admin, colleague_id: UUID, to: Id = None, provider: Asked = None
) -> HTMLResponse:
    """Ask at which accounting software, where there are clients at several, and to whom; then show a preview."""
    return await _page(request, door, viewer.actor, colleague_id, provider, to)


@router.post(HAND_OVER)
async def hand_over(
    request: Request,
    door: Door,
    viewer: Admin,
    colleague_id: UUID,
    to: Annotated[Taker, Form()] = None,
    provider: Annotated[Software, Form()] = None,
    key: Key = None,
) -> Response:
    """Start the hand-over, and lead to its run."""
    if to is None:
        return await _page(request, door, viewer.actor, colleague_id, provider, to, "Choose who gets the clients.")
    try:
        run_id = await door.hand_overs.start(
            viewer.actor, colleague_id, to, provider, idempotency_key=f"hand-over:{key}" if key else None
        )
    except Refused as refused:
        if refused.refusal.field != "to":
            raise
        status = status_of(refused.refusal.code)
        return await _page(request, door, viewer.actor, colleague_id, provider, None, refused.refusal.message, status)
    return go(f"/activity/{run_id}", Said.HANDING_OVER)


async def _page(
    request: Request,
    door: Operations,
    actor: Actor,
    colleague_id: UUID,
    provider: str | None,
    to: UUID | None,
    problem: str | None = None,
    status: int = 422,
) -> HTMLResponse:
    clients_at = await door.hand_overs.clients_at(actor, colleague_id)
    one = await _colleague(door, actor, colleague_id)
    if provider is None and len(clients_at) > 1:
        return render(request, "team/hand_over.html", one=one, clients_at=clients_at)
    # With clients at one only, that is meant; with none, any says that there is nothing.
    meant = provider or next(iter(clients_at), None) or door.software.offered()[0].name
    foreseen = await door.hand_overs.preview(actor, colleague_id, meant)
    return render(
        request,
        "team/hand_over.html",
        status=status if problem else 200,
        one=one,
        clients_at={},
        provider=meant,
        foreseen=foreseen,
        taker=next((taker for taker in foreseen.takers if taker.colleague_id == to), None),
        problem=problem,
    )


async def _colleague(door: Operations, actor: Actor, colleague_id: UUID) -> ColleagueView:
    people = await door.colleagues.everybody(actor)
    found = next((one for one in people if one.colleague_id == colleague_id), None)
    if found is None:  # they cannot be gone: colleagues are never deleted
        raise Refused(RefusalCode.NOT_FOUND, "There is no such colleague in your practice.")
    return found
