"""A client's standard information, list by list."""

from uuid import UUID

from fastapi import APIRouter

from contracts.words.lists import ListName
from starter.answers.clients import ListAnswer
from web.api.parameters import Limit, Offset, Search
from web.kit.authentication import Door, Reader

router = APIRouter(prefix="/api/v1/clients", tags=["Standard information"])


@router.get(
    "/{client_id}/lists/{list_name}",
    summary="Show one list of a client's standard information",
    description="Rows that vanished at the provider are left out; `receipt` says what the last pull did.",
)
async def list_rows(
    caller: Reader,
    door: Door,
    client_id: UUID,
    list_name: ListName,
    search: Search = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> ListAnswer:
    """One list."""
    page = await door.clients.list_rows(caller, client_id, list_name, limit=limit, offset=offset, search=search)
    return ListAnswer.of(list_name, page, limit=limit, offset=offset)
