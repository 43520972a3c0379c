"""A client's account on a form: made by hand, and changed. What cannot be used is told beside its field."""

from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.client_accounts import TYPED, ClientPatch, NewClient
from contracts.words.refusals import Refusal, RefusalCode, Refused
from starter.access.sessions import SignedIn
from starter.answers.views import Client
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.listing import KNOWN
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.clients.frame import Tab, framed

router = page_router()

Text = Annotated[str, Form(max_length=TYPED)]
Chosen = Annotated[UUID | None, *KNOWN, Form()]


@dataclass(frozen=True, slots=True)
class ClientForm:
    """The form as it was filled in, with what it holds at first."""

    name: str = ""
    code: str = ""
    owner_id: UUID | None = None
    team_id: UUID | None = None
    company_number: str = ""
    tax_number: str = ""
    reference: str = ""

    @classmethod
    def of(cls, client: Client) -> "ClientForm":
        """The account as it is."""
        return cls(
            name=client.name,
            code=client.code,
            owner_id=client.owner_id,
            team_id=client.team_id,
            company_number=client.company_number or "",
            tax_number=client.tax_number or "",
            reference=client.reference or "",
        )


def typed(
    name: Text = "",
    code: Text = "",
    owner_id: Chosen = None,
    team_id: Chosen = None,
    company_number: Text = "",
    tax_number: Text = "",
    reference: Text = "",
) -> ClientForm:
    """What was sent."""
    return ClientForm(name, code, owner_id, team_id, company_number, tax_number, reference)


Anyway = Annotated[bool, Form()]
Typed = Annotated[ClientForm, Depends(typed)]


@router.get("/clients/new")
async def begin(request: Request, door: Door, viewer: Viewer) -> HTMLResponse:
    """An empty form: the client is one's own unless somebody else is chosen."""
    return await _new(request, door, viewer, ClientForm(owner_id=viewer.actor.colleague_id))


@router.post("/clients/new")
async def add(request: Request, door: Door, viewer: Viewer, form: Typed, anyway: Anyway = False) -> Response:
    """The client is made, or the form again; it asks back where the practice has such a client."""
    sent = {name: value or None for name, value in asdict(form).items()} | {"name": form.name, "anyway": anyway}
    try:
        client_id = await door.accounts.add(viewer.actor, NewClient.model_validate(sent))
    except Refused as refused:
        return await _new(request, door, viewer, form, refused.refusal)
    return go(f"/clients/{client_id}", Said.CLIENT_ADDED)


@router.get("/clients/{client_id:uuid}/account")
async def show(request: Request, door: Door, viewer: Viewer, client_id: UUID) -> HTMLResponse:
    """The account on a form."""
    return await _account(request, door, viewer, client_id)


@router.post("/clients/{client_id:uuid}/account")
async def change(
    request: Request, door: Door, viewer: Viewer, client_id: UUID, form: Typed, anyway: Anyway = False
) -> Response:
    """The account is changed, or the form again; it asks back where another client has that number or name."""
    offered = await door.choices.offered(viewer.actor)
    sent = {name: value or None for name, value in asdict(form).items()} | {"name": form.name, "code": form.code}
    sent |= {"anyway": anyway}
    if form.owner_id is None:
        del sent["owner_id"]
    if not offered.teams:
        del sent["team_id"]
    try:
        await door.accounts.change(viewer.actor, client_id, ClientPatch.model_validate(sent))
    except Refused as refused:
        if refused.refusal.code is RefusalCode.NOT_FOUND:
            raise
        return await _account(request, door, viewer, client_id, form, refused.refusal)
    return go(f"/clients/{client_id}", Said.CLIENT_CHANGED)


async def _new(
    request: Request, door: Operations, viewer: SignedIn, form: ClientForm, refusal: Refusal | None = None
) -> HTMLResponse:
    offered = await door.choices.offered(viewer.actor)
    return render(
        request,
        "new_client.html",
        status=status_of(refusal.code) if refusal else HTTPStatus.OK,
        form=form,
        offered=offered,
        owners=[one.pair for one in offered.owners],
        refusal=refusal,
    )


async def _account(
    request: Request,
    door: Operations,
    viewer: SignedIn,
    client_id: UUID,
    form: ClientForm | None = None,
    refusal: Refusal | None = None,
) -> HTMLResponse:
    view = await door.clients.show(viewer.actor, client_id)
    offered = await door.choices.offered(viewer.actor)
    owners = [one.pair for one in offered.owners]
    if view.client.owner_id not in dict(owners):
        owners.append((view.client.owner_id, f"{view.owner_name} (has left)"))
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/account.html",
        Tab.OVERVIEW,
        status=status_of(refusal.code) if refusal else HTTPStatus.OK,
        view=view,
        form=form or ClientForm.of(view.client),
        offered=offered,
        owners=owners,
        refusal=refusal,
    )
