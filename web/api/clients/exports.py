"""Tables as CSV, each at the address of what it shows, with ``.csv`` behind it; clients as XLSX too."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response, StreamingResponse

from contracts.words.lists import ListName
from starter.answers.errors import ErrorAnswer
from web.api.clients.clients import Order, Wanted
from web.kit.authentication import Door, Reader
from web.kit.csv_answers import WORKBOOK, csv_answer, workbook_answer

router = APIRouter(prefix="/api/v1", tags=["Exports"])

CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark; times are the practice's."}
}


UNREAD: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorAnswer, "description": "`not_read_yet`: the list was never read, or the settings leave it out."}
}


@router.get("/clients.csv", summary="Take the client list along", response_class=StreamingResponse, responses=CSV)
async def clients(caller: Reader, door: Door, wanted: Wanted, order: Order) -> StreamingResponse:
    """All clients that match."""
    return csv_answer(await door.exports.clients(caller, wanted, order))


@router.get(
    "/clients.xlsx",
    summary="Take the client list along as XLSX",
    response_class=Response,
    responses={200: {"content": {WORKBOOK: {}}, "description": "One sheet, with the cells of the CSV."}},
)
async def clients_workbook(caller: Reader, door: Door, wanted: Wanted, order: Order) -> Response:
    """All clients that match."""
    return await workbook_answer(await door.exports.clients(caller, wanted, order))


@router.get(
    "/clients/{client_id}/timeline.csv",
    summary="Take a client's history along",
    response_class=StreamingResponse,
    responses=CSV,
)
async def timeline(caller: Reader, door: Door, client_id: UUID) -> StreamingResponse:
    """All of a client's history."""
    return csv_answer(await door.exports.timeline(caller, client_id))


@router.get(
    "/clients/{client_id}/lists/{list_name}.csv",
    summary="Take a client's list along",
    response_class=StreamingResponse,
    responses=CSV | UNREAD,
)
async def client_list(caller: Reader, door: Door, client_id: UUID, list_name: ListName) -> StreamingResponse:
    """All of one list."""
    return csv_answer(await door.exports.client_list(caller, client_id, list_name))


@router.get("/runs/{run_id}.csv", summary="Take a run's report along", response_class=StreamingResponse, responses=CSV)
async def run(
    caller: Reader, door: Door, run_id: Annotated[str, Path(max_length=120, description="The run's id.")]
) -> StreamingResponse:
    """All of a run's list."""
    return csv_answer(await door.exports.run(caller, run_id))
