"""A run's page: what its stage needs, its progress as it happens, and the report.

``web.pages.runs.parts`` says what is shown at which stage. While somebody looks, server-sent events tell the page that
something has changed, and the browser fetches it.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from contracts.payloads.runs import SelectionAccepted
from contracts.payloads.selection import Selection
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Result, Stage
from starter.access.sessions import SignedIn
from starter.answers.run_words import progress_of, said_of_run
from starter.answers.views import Run, RunSnapshot, RunView
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.csv_answers import csv_answer
from web.kit.errors import status_of
from web.kit.rendering import leave, render, rendered
from web.kit.temporal_links import in_temporal
from web.kit.viewing import MOST_FIELDS, Viewer, page_router
from web.pages.runs import drafts
from web.pages.runs.choice_forms import Chosen, chosen_in, selection_of
from web.pages.runs.parts import AFTER_THE_CHOICE, RunPage, part_of
from web.pages.runs.regions import RegionField, question

router = page_router()

RunId = Annotated[str, Path(max_length=120)]

_PASSED = frozenset({RefusalCode.WRONG_STAGE, RefusalCode.ALREADY_SELECTED, RefusalCode.NOTHING_TO_RETRY})
"""Refusals which mean that the run is not where the page was: the page as it is now says it best."""


class News(BaseModel):
    """What has changed about a run, for the page that shows it.

    Attributes:
        view: When it differs from the page's, the page shows another part now.
        list: When it differs from the page's, the part's lists have changed.
        says: The run's state as a text for screen readers.
        progress: The progress as HTML, while the run works.
        is_over: Whether nothing can change any more.
    """

    view: str
    list: str
    says: str
    progress: str
    is_over: bool


@router.get("/activity/{run_id}")
async def show(request: Request, door: Door, viewer: Viewer, run_id: RunId) -> Response:
    """The run at its stage; a run about a single client is shown on that client's pages."""
    seen = await door.runs.at_one_moment(viewer.actor, run_id)
    client_id = seen[1].run.client_id
    if client_id is not None:
        return go(f"/clients/{client_id}/runs/{run_id}")
    return await _page(request, door, viewer, seen)


async def _watched(door: Door, viewer: Viewer, run_id: RunId) -> AsyncIterator[RunSnapshot]:
    return await door.runs.watch(viewer.actor, run_id)


@router.get("/activity/{run_id}/events", response_class=EventSourceResponse)
async def events(
    door: Door, viewer: Viewer, run_id: RunId, watched: Annotated[AsyncIterator[RunSnapshot], Depends(_watched)]
) -> AsyncIterator[News]:
    """Changes of the run, as server-sent events, as long as the viewer is signed in."""
    run = (await door.runs.report(viewer.actor, run_id)).run
    async for snapshot in watched:
        if not await door.sessions.goes_on(viewer):
            return
        title = door.software.title(run.provider)
        progress = progress_of(run.kind, snapshot, is_hand_over=run.is_hand_over, title=title)
        yield News(
            view=_view(snapshot),
            list=_list(snapshot),
            says=progress.sentence,
            progress=rendered(viewer, "runs/progress.html", progress=progress),
            is_over=snapshot.is_over,
        )


@router.get("/activity/{run_id}/report.csv")
async def export(door: Door, viewer: Viewer, run_id: RunId) -> StreamingResponse:
    """The whole list with outcomes, as CSV."""
    return csv_answer(await door.exports.run(viewer.actor, run_id))


@router.post("/activity/{run_id}/sign-in")
async def sign_in(request: Request, door: Door, viewer: Viewer, run_id: RunId, region: RegionField = "") -> Response:
    """Lead to the provider's sign-in, also once more; what is chosen on the page by then is kept."""
    await drafts.keep(door, viewer.actor, run_id, await request.form(max_fields=MOST_FIELDS))
    provider = (await door.runs.report(viewer.actor, run_id)).run.provider
    if asked := await question(request, door, viewer, provider, region):
        return asked
    try:
        address = await door.consents.begin(viewer.actor, run_id, region)
    except Refused as refused:
        return moved_on(run_id, refused)
    allow, to_allow = door.software.allow_words(provider), await door.runs.to_allow_again(viewer.actor, run_id)
    return leave(request, address, allow.title, allow, to_allow)


@router.post("/activity/{run_id}/selection")
async def select(request: Request, door: Door, viewer: Viewer, run_id: RunId) -> Response:
    """Take the choice of a form without scripts, or show the form again with what is wrong."""
    chosen = chosen_in(await request.form())
    try:
        await door.runs.select(viewer.actor, run_id, selection_of(chosen))
    except Refused as refused:
        if refused.refusal.code in {RefusalCode.NOT_FOUND, *_PASSED}:
            return moved_on(run_id, refused)
        return await page(request, door, viewer, run_id, replace(chosen, refusal=refused.refusal))
    return go(f"/activity/{run_id}")


@router.post("/activity/{run_id}/selection.json")
async def select_by_script(door: Door, viewer: Viewer, run_id: RunId, selection: Selection) -> SelectionAccepted:
    """Take the choice of the page's script; errors are JSON as in the API, and the script shows them."""
    return await door.runs.select(viewer.actor, run_id, selection)


@router.post("/activity/{run_id}/retry")
async def retry(door: Door, viewer: Viewer, run_id: RunId) -> Response:
    """Do failed organisations again, and let waiting ones try at once."""
    try:
        retried = await door.runs.retry(viewer.actor, run_id)
    except Refused as refused:
        return moved_on(run_id, refused)
    if not retried.limited:
        return go(f"/activity/{run_id}", Said.RUN_RETRYING)
    goes_on = retried.reopened or retried.tried_now
    return go(f"/activity/{run_id}", Said.RUN_RETRYING_LIMITED if goes_on else Said.RUN_LIMITED)


@router.post("/activity/{run_id}/stop")
async def stop(door: Door, viewer: Viewer, run_id: RunId) -> Response:
    """Cancel the run; what was already done stays."""
    try:
        await door.runs.cancel(viewer.actor, run_id)
    except Refused as refused:
        return moved_on(run_id, refused)
    return go(f"/activity/{run_id}", Said.RUN_STOPPING)


async def page(
    request: Request, door: Operations, viewer: SignedIn, run_id: str, chosen: Chosen | None = None
) -> HTMLResponse:
    """The run's page; with a choice that was sent or read out of a file, where the run awaits one."""
    return await _page(request, door, viewer, await door.runs.at_one_moment(viewer.actor, run_id), chosen)


async def _page(
    request: Request,
    door: Operations,
    viewer: SignedIn,
    seen: tuple[RunSnapshot, RunView],
    chosen: Chosen | None = None,
) -> HTMLResponse:
    snapshot, report = seen
    if snapshot.stage is Stage.AWAITING_SELECTION and snapshot.chosen and chosen is None:
        # The workflow says so in a moment; until then a page without scripts would ask again, and stay like that.
        snapshot = replace(snapshot, stage=AFTER_THE_CHOICE.get(report.run.kind, snapshot.stage))
    part = part_of(report.run.kind, snapshot.stage)
    allow = door.software.allow_words(report.run.provider)
    refusal = chosen and (chosen.refusal or chosen.file_refusal)
    values: dict[str, Any] = dict(
        await part.values(RunPage(door, viewer, report, snapshot, request.query_params, chosen))
    )
    ending = values.get("ending")
    return render(
        request,
        "run.html",
        status=status_of(refusal.code) if refusal else HTTPStatus.OK,
        is_over=snapshot.is_over,
        is_well=report.run.result is Result.COMPLETED,
        part=part.template,
        run=report.run,
        report=report,
        snapshot=snapshot,
        view=_view(report.run),
        says=ending.sentence if ending else said_of_run(report, snapshot, allow.title) or "",
        list=_list(snapshot),
        is_own=report.run.colleague_id == viewer.actor.colleague_id,
        provider=allow.title,
        allow=allow,
        joins_many=allow.joins_many,
        in_temporal=in_temporal(request, door, viewer, report.run.id),
        **values,
    )


def _view(run: Run | RunSnapshot) -> str:
    return f"{run.stage}/{run.result or ''}"


def _list(snapshot: RunSnapshot) -> str:
    """A text that differs when the list on the page is out of date; while the run works, only its length counts."""
    return snapshot.version if snapshot.stage in {Stage.FINISHED, Stage.AWAITING_CONSENT} else str(snapshot.total)


def moved_on(run_id: str, refused: Refused) -> Response:
    """Lead back to the run, if the refusal only means that it has moved on.

    Raises:
        Refused: The refusal means anything else.
    """
    if refused.refusal.code not in _PASSED:
        raise refused
    return go(f"/activity/{run_id}", Said.RUN_MOVED_ON)
