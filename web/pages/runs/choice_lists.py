"""Choices as a file: the list with what is chosen on the page, and a list that comes back and is set on the page.

Nothing is created by either. A list that comes back is judged row by row; what it refuses stands above the page's list.
"""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from contracts.words.refusals import Refused
from starter.answers.choice_lists import ChoicePlan
from web.kit.authentication import Door
from web.kit.csv_answers import csv_answer
from web.kit.uploads import sent_file
from web.kit.viewing import MOST_FIELDS, Viewer, page_router
from web.pages.runs.choice_forms import CREATE, Chosen, chosen_in, selection_of
from web.pages.runs.run import RunId, moved_on, page

router: APIRouter = page_router()


@router.post("/activity/{run_id}/choices.csv")
async def download(request: Request, door: Door, viewer: Viewer, run_id: RunId) -> StreamingResponse:
    """The list, with what the page's form has."""
    chosen = chosen_in(await request.form())
    selection = selection_of(chosen) if chosen.organisation_ids else None
    return csv_answer(await door.choice_lists.export(viewer.actor, run_id, selection, chosen.codes))


@router.post("/activity/{run_id}/choices")
async def upload(request: Request, door: Door, viewer: Viewer, run_id: RunId) -> Response:
    """Judge a list, and show the page with what it chooses."""
    chosen = chosen_in(await request.form(max_fields=MOST_FIELDS))
    try:
        content, name = await sent_file(request)
        plan = await door.choice_lists.judge(viewer.actor, run_id, content)
    except Refused as refused:
        if refused.refusal.field != "file":
            return moved_on(run_id, refused)
        return await page(request, door, viewer, run_id, replace(chosen, file_refusal=refused.refusal))
    return await page(request, door, viewer, run_id, set_by(chosen, plan, name))


def set_by(chosen: Chosen, plan: ChoicePlan, file_name: str) -> Chosen:
    """The page's form as a list sets it. What the list says nothing about stays: what is for all, and other rows."""
    choices = plan.selection.organisations if plan.selection else ()
    codes = {one.organisation_id: one.code for one in choices if one.code}
    given, listed = set(codes.values()), {row.organisation_id for row in plan.rows}

    def others(values: Mapping[str, str]) -> dict[str, str]:
        return {identity: value for identity, value in values.items() if identity not in listed}

    apart = {identity: code for identity, code in others(chosen.codes).items() if code.strip().upper() not in given}
    as_chosen = {one.organisation_id: str(one.client_id) if one.client_id else CREATE for one in choices}
    return replace(
        chosen,
        organisation_ids=tuple(one.organisation_id for one in choices),
        treatments=others(chosen.treatments) | as_chosen,
        codes=apart | codes,
        owners=others(chosen.owners) | {one.organisation_id: str(one.owner_id) for one in choices if one.owner_id},
        teams=others(chosen.teams) | {one.organisation_id: str(one.team_id) for one in choices if one.team_id},
        plan=plan,
        file_name=file_name,
    )
