"""Clients out of a file: uploaded, its columns mended, shown row by row, imported.

The address holds what was chosen (columns, what is shown); the list itself is kept by ``operations.client_imports``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.words.client_imports import LARGEST_FILE, MOST_ROWS, ImportField, ImportVerdict
from contracts.words.refusals import Refusal, RefusalCode, Refused
from starter.access.sessions import SignedIn
from starter.answers.imports import Columns, ImportPlan, Sheet, labelled, matched
from starter.clients.imports.imports import KeptList
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.listing import KNOWN, PAGE, Limit, Offset, Text, address, last_page
from web.kit.rendering import render
from web.kit.uploads import sent_file
from web.kit.viewing import Viewer, page_router

router = page_router()

IMPORT: Final = "/clients/import"
NO_COLUMN: Final = "none"
"""What the address says of a field that is to be read from no column; an empty value leaves it to the headings."""


@dataclass(frozen=True, slots=True)
class ImportForm:
    """What was chosen for a list.

    Attributes:
        places: For each field, the number of its column, ``none``, or nothing where its heading tells.
        same_names: Whether rows with a code of their own may bear the name of another client.
    """

    places: Mapping[ImportField, str]
    same_names: bool

    def columns(self, sheet: Sheet) -> Columns:
        """The columns of a list; what it does not have is left to the headings."""
        told = matched(sheet.headings)
        width = len(sheet.headings)
        columns = {}
        for field in ImportField:
            chosen = self.places.get(field, "")
            if chosen.isdecimal() and len(chosen) < 4 and int(chosen) < width:
                columns[field] = int(chosen)
            elif chosen != NO_COLUMN and field in told:
                columns[field] = told[field]
        return columns

    @property
    def words(self) -> dict[str, object | None]:
        """The same as parameters of an address."""
        places: dict[str, object | None] = {field.value: place or None for field, place in self.places.items()}
        return places | {"same_names": "on" if self.same_names else None}


def chosen(
    name: Text = "",
    code: Text = "",
    owner_email: Text = "",
    team: Text = "",
    company_number: Text = "",
    tax_number: Text = "",
    reference: Text = "",
    same_names: Text = "",
) -> ImportForm:
    """What the address says."""
    places = (name, code, owner_email, team, company_number, tax_number, reference)
    return ImportForm(dict(zip(ImportField, places, strict=True)), same_names == "on")


Chosen = Annotated[ImportForm, Depends(chosen)]


@router.get(IMPORT)
async def begin(request: Request, _: Viewer) -> HTMLResponse:
    """Ask for a file."""
    return _asked(request)


@router.post(IMPORT)
async def upload(request: Request, door: Door, viewer: Viewer) -> Response:
    """Keep the file's list, and lead to what would become of it."""
    try:
        content, name = await sent_file(request)
        import_id = await door.client_imports.keep(viewer.actor, content, name)
        kept = await door.client_imports.kept(viewer.actor, import_id)
    except Refused as refused:
        return _asked(request, refused.refusal)
    if kept.sheet is not None:
        await _planned(door, viewer, kept, kept.sheet, ImportForm({}, same_names=False))  # whoever waits, waits here
    return go(f"{IMPORT}/{import_id}")


@router.get(f"{IMPORT}/{{import_id}}")
async def show(
    request: Request,
    door: Door,
    viewer: Viewer,
    import_id: UUID,
    choice: Chosen,
    verdict: Annotated[ImportVerdict | None, *KNOWN, Query()] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> Response:
    """What would become of each row; nothing is changed."""
    kept = await door.client_imports.kept(viewer.actor, import_id)
    if kept.sheet is None:
        return go("/clients", Said.CLIENTS_IMPORTED)
    columns, plan = await _planned(door, viewer, kept, kept.sheet, choice)
    return _look(request, kept, kept.sheet, columns, plan, choice, verdict=verdict, limit=limit, offset=offset)


@router.post(f"{IMPORT}/{{import_id}}")
async def carry_out(
    request: Request,
    door: Door,
    viewer: Viewer,
    import_id: UUID,
    choice: Chosen,
    expected: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Import the list as it was shown, or show what would become of it now."""
    kept = await door.client_imports.kept(viewer.actor, import_id)
    if kept.sheet is None:
        return go("/clients", Said.CLIENTS_IMPORTED)
    columns = choice.columns(kept.sheet)
    try:
        await door.client_imports.carry_out_kept(
            viewer.actor, import_id, columns, adds_namesakes=choice.same_names, expected=expected
        )
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.WRONG_STAGE:
            raise
        columns, plan = await _planned(door, viewer, kept, kept.sheet, choice)
        return _look(request, kept, kept.sheet, columns, plan, choice, refusal=refused.refusal)
    return go("/clients", Said.CLIENTS_IMPORTED)


@router.post(f"{IMPORT}/{{import_id}}/sheet")
async def read_other(
    request: Request,
    door: Door,
    viewer: Viewer,
    import_id: UUID,
    sheet: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Read another sheet of the workbook, or say on the page why that cannot be read."""
    try:
        other_id = await door.client_imports.read_other(viewer.actor, import_id, sheet)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.INVALID:
            raise
        kept = await door.client_imports.kept(viewer.actor, import_id)
        if kept.sheet is None:
            return go("/clients", Said.CLIENTS_IMPORTED)
        choice = ImportForm({}, same_names=False)
        columns, plan = await _planned(door, viewer, kept, kept.sheet, choice)
        return _look(request, kept, kept.sheet, columns, plan, choice, refusal=refused.refusal)
    return go(f"{IMPORT}/{other_id}")


async def _planned(
    door: Operations, viewer: SignedIn, kept: KeptList, sheet: Sheet, choice: ImportForm
) -> tuple[Columns, ImportPlan]:
    columns = choice.columns(sheet)
    return columns, await door.client_imports.plan_kept(viewer.actor, kept, columns, adds_namesakes=choice.same_names)


def _asked(request: Request, refusal: Refusal | None = None) -> HTMLResponse:
    return render(
        request,
        "client_import/upload.html",
        status=status_of(refusal.code) if refusal else HTTPStatus.OK,
        refusal=refusal,
        most_rows=MOST_ROWS,
        megabytes=LARGEST_FILE // 2**20,
    )


def _look(
    request: Request,
    kept: KeptList,
    sheet: Sheet,
    columns: Columns,
    plan: ImportPlan,
    choice: ImportForm,
    *,
    verdict: ImportVerdict | None = None,
    limit: int = PAGE,
    offset: int = 0,
    refusal: Refusal | None = None,
) -> Response:
    here = f"{IMPORT}/{kept.id}"
    rows = plan.having(verdict)
    size = {"limit": None if limit == PAGE else limit}
    unpaged = address(here, choice.words | {"verdict": verdict} | size)
    if offset and offset >= len(rows):
        end = f"{unpaged}offset={last_page(len(rows), limit)}" if rows else unpaged
        return RedirectResponse(end.rstrip("?&"), status_code=HTTPStatus.SEE_OTHER)
    return render(
        request,
        "client_import/look.html",
        status=status_of(refusal.code) if refusal else HTTPStatus.OK,
        kept=kept,
        read=sheet.read,
        plan=plan,
        fields=[(field, columns.get(field)) for field in ImportField],
        columns=list(enumerate(labelled(sheet.headings))),
        samples=_samples(sheet),
        choice=choice,
        verdict=verdict,
        verdicts=[
            (one, plan.counts[one], address(here, choice.words | {"verdict": one}).rstrip("&")) for one in ImportVerdict
        ],
        rows=rows[offset : offset + limit],
        total=len(rows),
        limit=limit,
        offset=offset,
        here=here,
        everything=address(here, choice.words).rstrip("?&"),
        unpaged=unpaged,
        refusal=refusal,
    )


def _samples(sheet: Sheet) -> dict[int, str]:
    """The first text of each column, by which people recognise it."""
    samples: dict[int, str] = {}
    for row in sheet.rows[:50]:
        for place, text in enumerate(row.texts):
            if text.strip():
                samples.setdefault(place, " ".join(text.split())[:30])
    return samples
