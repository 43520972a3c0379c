"""Changing a client's books, step by step on one page: sign in, choose, preview what will match, confirm."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Form, Path, Query, Request, Response

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Result, RunKind, Stage, Verdict
from starter.access.sessions import SignedIn
from starter.answers.connections import MISSING_SHOWN
from starter.answers.views import OrganisationFilter, RowOrder, RunView
from starter.connections.changes import ChangePreview
from web.kit.authentication import Door
from web.kit.confirmations import PARAMETER, Said, go, said
from web.kit.errors import status_of
from web.kit.listing import Offset, Text
from web.kit.viewing import Viewer, page_router
from web.pages.clients.frame import Tab, framed
from web.pages.connections.one_run import OneRun

router = page_router()

HERE = "/clients/{client_id:uuid}/connection/change/{run_id}"
STEPS = ("Sign in", "Choose the organisation", "See what will match", "Done")
_STEP = {
    Stage.AWAITING_CONSENT: 0,
    Stage.LISTING: 1,
    Stage.AWAITING_SELECTION: 1,
    Stage.PULLING: 2,
    Stage.AWAITING_CONFIRMATION: 2,
}
PAGE = 50

RunId = Annotated[str, Path(max_length=120)]


@router.get(HERE)
async def show(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    run_id: RunId,
    search: Text = "",
    everything: Annotated[Text, Query(alias="all")] = "",
    offset: Offset = 0,
    listed: Text = "",
) -> Response:
    """The step that is due; after the end, the connection's page shows the result."""
    sought = search.replace("\x00", "").strip()
    return await _page(
        request,
        door,
        viewer,
        client_id,
        run_id,
        search=sought,
        everything=bool(everything),
        offset=offset,
        meant=listed.replace("\x00", ""),
    )


@router.post(f"{HERE}/choose")
async def choose(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    run_id: RunId,
    organisation_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Choose the organisation, or show the list again."""
    await _report(door, viewer, client_id, run_id)
    if not organisation_id:
        return await _page(request, door, viewer, client_id, run_id, problem="Choose an organisation first.")
    chosen = Selection(organisations=(SelectedOrganisation(organisation_id=organisation_id),))
    try:
        await door.runs.select(viewer.actor, run_id, chosen)
    except Refused as refused:
        if refused.refusal.code in {RefusalCode.ALREADY_SELECTED, RefusalCode.WRONG_STAGE}:
            return go(f"/clients/{client_id}/connection/change/{run_id}", Said.RUN_MOVED_ON)
        if refused.refusal.field is None:
            raise
        message, status = refused.refusal.message, status_of(refused.refusal.code)
        return await _page(request, door, viewer, client_id, run_id, problem=message, status=status)
    return go(f"/clients/{client_id}/connection/change/{run_id}")


@router.post(f"{HERE}/confirm")
async def confirm(request: Request, door: Door, viewer: Viewer, client_id: UUID, run_id: RunId) -> Response:
    """Move the client to the chosen organisation."""
    report = await _report(door, viewer, client_id, run_id)
    if report.run.result is not Result.COMPLETED:  # else it was confirmed already: the same answer
        try:
            await door.changes.confirm(viewer.actor, client_id, run_id)
        except Refused as refused:
            if refused.refusal.code is not RefusalCode.WRONG_STAGE:
                raise
            return await _page(request, door, viewer, client_id, run_id, problem=refused.refusal.message, status=409)
    return go(f"/clients/{client_id}/connection", Said.CONNECTION_CHANGED)


async def _report(door: Door, viewer: SignedIn, client_id: UUID, run_id: str) -> RunView:
    report = await door.runs.report(viewer.actor, run_id)
    if report.run.client_id != client_id or report.run.kind is not RunKind.CHANGE_CONNECTION:
        raise Refused(RefusalCode.NOT_FOUND, f"There is no change {run_id!r} of this client's connection.")
    return report


async def _page(
    request: Request,
    door: Door,
    viewer: SignedIn,
    client_id: UUID,
    run_id: str,
    *,
    search: str = "",
    everything: bool = False,
    offset: int = 0,
    meant: str = "",
    problem: str | None = None,
    status: int | None = None,
) -> Response:
    report = await _report(door, viewer, client_id, run_id)
    stage = report.run.stage
    if stage is Stage.AWAITING_SELECTION and (await door.runs.glance(viewer.actor, run_id)).chosen:
        stage = Stage.PULLING  # it is chosen, and the workflow says so in a moment
    if stage is Stage.AWAITING_CONSENT and meant and report.run.message is None:
        stage = Stage.LISTING  # the sign-in by which it was listed is being used
    if stage is Stage.FINISHED:
        return go(f"/clients/{client_id}/connection?run={run_id}", said(request.query_params.get(PARAMETER)))
    verdict = None if everything else Verdict.NEW
    only = meant if not search and not everything else ""
    wanted = OrganisationFilter(
        search=search or None, verdict=verdict, organisation_id=only or None, order=RowOrder.NEW_BOOKS
    )
    listed = (
        await door.runs.organisations(viewer.actor, run_id, wanted, limit=PAGE, offset=offset)
        if stage is Stage.AWAITING_SELECTION
        else ((), 0)
    )
    query = {"search": search, "all": "on" if everything else ""}
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/change.html",
        Tab.CONNECTIONS,
        status=status or (422 if problem else 200),
        one=OneRun(report.run, report.colleague_name, None),
        stage=stage,
        steps=STEPS,
        step=_STEP.get(stage, 0),
        organisations=listed[0],
        total=listed[1],
        listed=report.total,
        limit=PAGE,
        offset=offset,
        search=search,
        everything=everything,
        only=only,
        query=urlencode({key: value for key, value in query.items() if value}),
        trouble=await door.changes.trouble(viewer.actor, client_id, run_id) if stage is Stage.PULLING else None,
        preview=await _preview(door, viewer, client_id, run_id) if stage is Stage.AWAITING_CONFIRMATION else None,
        shown=MISSING_SHOWN,
        problem=problem,
    )


async def _preview(door: Door, viewer: SignedIn, client_id: UUID, run_id: str) -> ChangePreview | None:
    try:
        return await door.changes.preview(viewer.actor, client_id, run_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.WRONG_STAGE:
            raise
        return None  # it has just moved on; the page looks again
