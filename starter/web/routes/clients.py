"""Client accounts: the list, one client, and its history."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contracts.causes import Cause
from contracts.runs import ConnectionStatus
from models.client_views import ClientFilter
from starter.web.authentication import Caller, Door
from starter.web.client_answers import ClientAnswer, ClientsAnswer, EventAnswer, TimelineAnswer
from starter.web.routes.parameters import Limit, Offset, Search

router = APIRouter(prefix="/api/v1/clients", tags=["Clients"])


@router.get("", summary="List the practice's clients, by name")
async def clients(
    caller: Caller,
    door: Door,
    search: Search = None,
    owner_id: Annotated[UUID | None, Query(description="Looked after by this colleague.")] = None,
    team_id: Annotated[UUID | None, Query(description="Assigned to this team.")] = None,
    status: Annotated[ConnectionStatus | None, Query(description="Whose connection has this status.")] = None,
    cause: Annotated[Cause | None, Query(description="Whose connection has this cause.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ClientsAnswer:
    """The practice's clients."""
    wanted = ClientFilter(search=search, owner_id=owner_id, team_id=team_id, status=status, cause=cause)
    found, total = await door.clients.find(caller, wanted, limit=limit, offset=offset)
    return ClientsAnswer(clients=[ClientAnswer.of(view) for view in found], total=total, limit=limit, offset=offset)


@router.get("/{client_id}", summary="Show a client with its connection")
async def client(caller: Caller, door: Door, client_id: UUID) -> ClientAnswer:
    """One client."""
    return ClientAnswer.of(await door.clients.show(caller, client_id))


@router.get("/{client_id}/timeline", summary="Show what happened to a client, newest first")
async def timeline(
    caller: Caller,
    door: Door,
    client_id: UUID,
    limit: Limit = 100,
    before: Annotated[int | None, Query(ge=1, lt=2**63, description="Only older than this event's id.")] = None,
) -> TimelineAnswer:
    """A client's history."""
    found = await door.clients.timeline(caller, client_id, limit=limit, before_id=before)
    return TimelineAnswer(events=[EventAnswer.of(event) for event in found])
