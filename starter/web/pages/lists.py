"""A client's standard information: what was pulled and when, and each list as a table to search and to take along."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import StreamingResponse

from contracts.lists import ListName
from contracts.refusals import RefusalCode, Refused
from models.connection import Receipt
from starter.sessions import SignedIn
from starter.web.authentication import Door
from starter.web.client_frame import Tab, framed
from starter.web.csv_answers import csv_answer
from starter.web.list_columns import COLUMNS, heads, is_archived
from starter.web.receipt_rows import receipt_rows
from starter.web.viewing import Viewer, page_router

router = page_router()

PAGE = 100

Searched = Annotated[str, Query(max_length=100)]
Start = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/clients/{client_id:uuid}/lists")
async def lists(request: Request, door: Door, viewer: Viewer, client_id: UUID) -> HTMLResponse:
    """All lists with their receipts."""
    receipts = await _receipts(door, viewer, client_id)
    rows = receipt_rows(receipts)
    return await framed(request, door, viewer, client_id, "client/lists.html", Tab.LISTS, receipts=rows)


@router.get("/clients/{client_id:uuid}/lists/{name}/rows.csv")
async def take_along(door: Door, viewer: Viewer, client_id: UUID, name: str) -> StreamingResponse:
    """A list, all of it."""
    return csv_answer(await door.exports.client_list(viewer.actor, client_id, _known(name)))


@router.get("/clients/{client_id:uuid}/lists/{name}")
async def one_list(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    name: str,
    search: Searched = "",
    gone: bool = False,
    offset: Start = 0,
) -> HTMLResponse:
    """A page of one list."""
    wanted, sought = _known(name), search.replace("\x00", "").strip()
    page = await door.clients.list_rows(
        viewer.actor, client_id, wanted, limit=PAGE, offset=offset, search=sought or None, include_gone=gone
    )
    receipts = await _receipts(door, viewer, client_id)
    query = {"search": sought, "gone": "on" if gone else ""}
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/list.html",
        Tab.LISTS,
        name=wanted,
        names=[(one, receipts[one].rows if one in receipts else None) for one in ListName],
        columns=COLUMNS[wanted],
        head=heads(wanted),
        rows=[(row, is_archived(row)) for row in page.rows],
        receipt=next(iter(receipt_rows(receipts, only=wanted))),
        was_pulled=page.receipt is not None,
        total=page.total,
        limit=PAGE,
        offset=offset,
        search=sought,
        gone=gone,
        query=urlencode({key: value for key, value in query.items() if value}),
    )


async def _receipts(door: Door, viewer: SignedIn, client_id: UUID) -> dict[ListName, Receipt]:
    try:
        _, details = await door.managing.show(viewer.actor, client_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.NOT_CONNECTED:
            raise
        return {}
    return details.receipts


def _known(name: str) -> ListName:
    try:
        return ListName(name)
    except ValueError:
        message = "There is no such list of standard information."
        raise Refused(RefusalCode.NOT_FOUND, message) from None
