"""A client's standard information: what was pulled and when; each list as a table, and as CSV."""

from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.responses import StreamingResponse

from contracts.words.connections import ContactsChoice
from contracts.words.lists import ListName
from contracts.words.refusals import RefusalCode, Refused
from starter.access.sessions import SignedIn
from starter.answers.views import Details, Managed, chosen_lists
from web.kit.authentication import Door
from web.kit.csv_answers import csv_answer
from web.kit.listing import Offset, Text
from web.kit.viewing import Viewer, page_router
from web.pages.clients.empty_lists import WayOn, why_empty
from web.pages.clients.frame import Tab, framed
from web.pages.clients.list_columns import COLUMNS, heads, state_of
from web.pages.clients.receipt_rows import ReceiptRow, receipt_rows

router = page_router()

PAGE = 100


@router.get("/clients/{client_id:uuid}/lists")
async def lists(request: Request, door: Door, viewer: Viewer, client_id: UUID) -> HTMLResponse:
    """All lists with their receipts."""
    rows = _receipts(await _managed(door, viewer, client_id))
    return await framed(request, door, viewer, client_id, "client/lists.html", Tab.LISTS, receipts=rows)


@router.get("/clients/{client_id:uuid}/lists/{name}/rows.csv")
async def take_along(door: Door, viewer: Viewer, client_id: UUID, name: str) -> StreamingResponse:
    """A whole list as CSV."""
    return csv_answer(await door.exports.client_list(viewer.actor, client_id, _known(name)))


@router.get("/clients/{client_id:uuid}/lists/{name}")
async def one_list(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    name: str,
    search: Text = "",
    gone: Text = "",
    offset: Offset = 0,
) -> HTMLResponse:
    """One page of one list."""
    wanted, sought = _known(name), search.replace("\x00", "").strip()
    page = await door.clients.list_rows(
        viewer.actor, client_id, wanted, limit=PAGE, offset=offset, search=sought or None, include_gone=bool(gone)
    )
    managed = await _managed(door, viewer, client_id)
    receipts = _receipts(managed)
    receipt = next(one for one in receipts if one.list is wanted)
    none_here = why_empty(
        receipt,
        total=page.total,
        is_searched=bool(sought),
        is_suppliers_only=managed is not None and managed[0].connection.contacts is ContactsChoice.SUPPLIERS,
    )
    query = {"search": sought, "gone": "on" if gone else ""}
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/list.html",
        Tab.LISTS,
        name=wanted,
        names=[(one.list, one.rows) for one in receipts],
        columns=COLUMNS[wanted],
        head=heads(wanted),
        rows=[(row, state_of(row)) for row in page.rows],
        receipt=receipt,
        is_read=receipt.is_chosen and managed is not None and not managed[0].connection.status.is_leaving,
        none_here=none_here,
        can_be_taken=receipt.pulled_at is not None and (page.total > 0 or none_here.way_on is not WayOn.SETTINGS),
        total=page.total,
        limit=PAGE,
        offset=offset,
        search=sought,
        gone=bool(gone),
        query=urlencode({key: value for key, value in query.items() if value}),
    )


async def _managed(door: Door, viewer: SignedIn, client_id: UUID) -> tuple[Managed, Details] | None:
    try:
        return await door.managing.show(viewer.actor, client_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.NOT_CONNECTED:
            raise
        return None


def _receipts(managed: tuple[Managed, Details] | None) -> list[ReceiptRow]:
    if managed is None:
        return receipt_rows({})
    found, details = managed
    return receipt_rows(details.receipts, chosen_lists(found.connection), details.offered)


def _known(name: str) -> ListName:
    try:
        return ListName(name)
    except ValueError:
        message = "There is no such list of standard information."
        raise Refused(RefusalCode.NOT_FOUND, message) from None
