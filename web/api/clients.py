"""Client accounts: the list, one client, and its history."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.words.causes import Cause
from contracts.words.client_accounts import ClientPatch, NewClient
from starter.answers.clients import ClientAnswer, ClientsAnswer, EventAnswer, TimelineAnswer
from starter.answers.views import ClientFilter, ClientOrder, ClientSort, ClientStatus
from web.api.parameters import Limit, Offset, Search
from web.kit.authentication import ClientAdder, Door, Manager, Reader

router = APIRouter(prefix="/api/v1/clients", tags=["Clients"])


def wanted_clients(
    search: Search = None,
    owner_id: Annotated[UUID | None, Query(description="Looked after by this colleague.")] = None,
    team_id: Annotated[UUID | None, Query(description="Assigned to this team.")] = None,
    status: Annotated[
        ClientStatus | None,
        Query(
            description="Whose connection has this status; `not_connected` includes `disconnected`. "
            "Archived clients come with `archived` alone."
        ),
    ] = None,
    cause: Annotated[Cause | None, Query(description="Whose connection has this cause.")] = None,
) -> ClientFilter:
    """The filter that a call's parameters ask for."""
    return ClientFilter(search=search, owner_id=owner_id, team_id=team_id, status=status, cause=cause)


def wanted_order(
    sort: Annotated[ClientSort, Query(description="The column to sort by.")] = ClientSort.NAME,
    is_descending: Annotated[bool, Query(alias="descending", description="From the last to the first.")] = False,
) -> ClientOrder:
    """The order that a call's parameters ask for."""
    return ClientOrder(sort, is_descending)


Wanted = Annotated[ClientFilter, Depends(wanted_clients)]
Order = Annotated[ClientOrder, Depends(wanted_order)]


@router.get("", summary="List the practice's clients")
async def clients(
    caller: Reader, door: Door, wanted: Wanted, order: Order, limit: Limit = 50, offset: Offset = 0
) -> ClientsAnswer:
    """The practice's clients."""
    found, total = await door.clients.find(caller, wanted, order, limit=limit, offset=offset)
    return ClientsAnswer(clients=[ClientAnswer.of(view) for view in found], total=total, limit=limit, offset=offset)


@router.post("", status_code=HTTPStatus.CREATED, summary="Add a client by hand, without a connection")
async def add_client(caller: ClientAdder, door: Door, new: NewClient) -> ClientAnswer:
    """Add a client by hand."""
    client_id = await door.accounts.add(caller, new)
    return ClientAnswer.of(await door.clients.show(caller, client_id))


@router.patch("/{client_id}", summary="Change a client: what is left out stays as it is")
async def change_client(caller: Manager, door: Door, client_id: UUID, patch: ClientPatch) -> ClientAnswer:
    """Change a client; the answer is the client after the change."""
    await door.accounts.change(caller, client_id, patch)
    return ClientAnswer.of(await door.clients.show(caller, client_id))


@router.post("/{client_id}/archive", summary="Archive a client: its connection is ended, and all that was read is kept")
async def archive_client(caller: Manager, door: Door, client_id: UUID) -> ClientAnswer:
    """Archive a client; the answer is the client after that."""
    await door.archive.archive(caller, client_id)
    return ClientAnswer.of(await door.clients.show(caller, client_id))


@router.post("/{client_id}/restore", summary="Take a client out of the archive")
async def restore_client(caller: Manager, door: Door, client_id: UUID) -> ClientAnswer:
    """Take a client out of the archive; it is not connected."""
    await door.archive.restore(caller, client_id)
    return ClientAnswer.of(await door.clients.show(caller, client_id))


@router.get("/{client_id}", summary="Show a client with its connection")
async def client(caller: Reader, door: Door, client_id: UUID) -> ClientAnswer:
    """One client."""
    return ClientAnswer.of(await door.clients.show(caller, client_id))


@router.get("/{client_id}/timeline", summary="Show what happened to a client, newest first")
async def timeline(
    caller: Reader,
    door: Door,
    client_id: UUID,
    limit: Limit = 100,
    before: Annotated[int | None, Query(ge=1, lt=2**63, description="Only older than this event's id.")] = None,
) -> TimelineAnswer:
    """A client's history."""
    found = await door.clients.timeline(caller, client_id, limit=limit, before_id=before)
    return TimelineAnswer(events=[EventAnswer.of(event) for event in found])
