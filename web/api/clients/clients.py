"""Client accounts: the list, one client, and its history."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from contracts.words.causes import Cause
from contracts.words.client_accounts import ClientPatch, NewClient
from contracts.words.client_imports import ImportRows
from contracts.words.refusals import RefusalCode, Refused
from starter.answers.clients import ClientAnswer, ClientsAnswer, EventAnswer, TimelineAnswer
from starter.answers.ends import ErasedAnswer, ErasePreviewAnswer, EraseWish, MergePreviewAnswer
from starter.answers.imports import ImportAnswer
from starter.answers.views import ClientFilter, ClientOrder, ClientSort, ClientStatus
from starter.clients.imports.imports import columns_of
from starter.clients.imports.reading import sheet_of
from web.api.parameters import Limit, Offset, Search
from web.kit.authentication import ClientAdder, Door, Importer, Manager, Reader
from web.kit.uploads import LIST_BODY, sent_list

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
    provider: Annotated[
        str | None, Query(max_length=20, pattern=r"^[a-z]+$", description="Connected to this accounting software.")
    ] = None,
) -> ClientFilter:
    """The filter that a call's parameters ask for."""
    return ClientFilter(search, owner_id, team_id, status, cause, provider)


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


Column = Annotated[str, Query(max_length=300, pattern=r"^[a-z_]+=[^\x00]*$")]


@router.post("/import", summary="Import clients from a file or from rows", openapi_extra={"requestBody": LIST_BODY})
async def import_clients(
    request: Request,
    caller: Importer,
    door: Door,
    is_dry_run: Annotated[
        bool, Query(alias="dry_run", description="Say what would be done, and change nothing.")
    ] = False,
    expected: Annotated[
        str | None,
        Query(max_length=64, description="`plan` of a dry run: 409 unless exactly that is done."),
    ] = None,
    columns: Annotated[
        list[Column] | None,
        Query(
            alias="column",
            max_length=20,
            description="For a column that its heading does not tell: `code=Client ref`; `code=` for none.",
        ),
    ] = None,
    adds_namesakes: Annotated[
        bool,
        Query(alias="same_names", description="Allow the same name twice, in rows with a code of their own."),
    ] = False,
    sheet_name: Annotated[
        str | None,
        Query(
            alias="sheet",
            max_length=100,
            pattern=r"^[^\x00]*$",
            description="The sheet of a workbook; without, the first that is neither hidden nor empty.",
        ),
    ] = None,
) -> ImportAnswer:
    """Create and change clients, row by row; a row that cannot be used is left out and says why.

    A row with a `code` is that client, or a new one; without, it is found by its reference, then by its company or tax
    number, never by its name alone. An empty cell leaves what is there, and a column that is no field is left alone. Up
    to 5 MB, 5,000 rows and 100 columns; CSV with commas, semicolons or tabs, or XLSX. The token needs the scopes `add`
    and `manage`.
    """
    sent = await sent_list(request)
    imports = door.client_imports
    if isinstance(sent, ImportRows):
        if sheet_name is not None:
            raise Refused(RefusalCode.INVALID, "Rows have no sheets. Leave the sheet's name out.", field="sheet")
        sheet = sheet_of(sent)
    else:
        sheet = await imports.read(sent, sheet_name)
    chosen = columns_of(sheet, columns or ())
    if is_dry_run:
        plan = await imports.plan(caller, sheet, chosen, adds_namesakes=adds_namesakes)
    else:
        plan = await imports.carry_out(caller, sheet, chosen, adds_namesakes=adds_namesakes, expected=expected)
    return ImportAnswer.of(sheet, chosen, plan, is_dry_run=is_dry_run)


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


@router.get("/{client_id}/erase", summary="Say what erasing a client would delete", description="Changes nothing.")
async def preview_erasing(caller: Reader, door: Door, client_id: UUID) -> ErasePreviewAnswer:
    """What would go."""
    return ErasePreviewAnswer.of(client_id, await door.erasing.preview(caller, client_id))


@router.post("/{client_id}/erase", summary="Erase an archived client for good: lists, timeline, names, its own logins")
async def erase_client(caller: Manager, door: Door, client_id: UUID, wish: EraseWish) -> ErasedAnswer:
    """Erase a client; the answer is the record that stays. Asked again, the answer is the same."""
    return ErasedAnswer.of(await door.erasing.erase(caller, client_id, wish.code))


@router.get("/{client_id}/merge/{other_id}", summary="Say what merging another account into this one would do")
async def preview_merging(caller: Reader, door: Door, client_id: UUID, other_id: UUID) -> MergePreviewAnswer:
    """What would move, and what would be left behind. Changes nothing."""
    return MergePreviewAnswer.of(await door.merging.preview(caller, client_id, other_id))


@router.post("/{client_id}/merge/{other_id}", summary="Merge another account of the same client into this one")
async def merge_clients(
    caller: Manager,
    door: Door,
    client_id: UUID,
    other_id: UUID,
    expected: Annotated[
        str | None, Query(max_length=64, description="`plan` of a preview: 409 unless exactly that is done.")
    ] = None,
) -> ClientAnswer:
    """Merge, and archive the other account; the answer is the one that stays. Asked again, nothing is changed."""
    await door.merging.merge(caller, client_id, other_id, expected)
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
