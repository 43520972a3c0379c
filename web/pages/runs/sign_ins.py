"""The page part for the sign-ins that a run expects: which is next, leaving one out, and going on without the rest."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Form, Path, Response

from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import SignInState
from starter.actor import Actor
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.viewing import Viewer, page_router

router = page_router()

RunId = Annotated[str, Path(max_length=120)]
SHOWN: Final = 100
"""Sign-ins that the page lists, those to do first; there may be a thousand."""


async def values(door: Operations, actor: Actor, run_id: str) -> Mapping[str, object]:
    """Return what the page shows of a run's expected sign-ins; empty where one sign-in serves all organisations."""
    queue = await door.sign_ins.expected(actor, run_id)
    to_do = [one for one in queue if one.state is SignInState.TO_DO]
    others = [one for one in queue if one.state is not SignInState.TO_DO]
    return {
        "expected": [*to_do, *others][:SHOWN],
        "expected_count": len(queue),
        "expected_done": sum(one.state is SignInState.DONE for one in queue),
        "next_sign_in": to_do[0] if to_do else None,
        "can_go_on": any(one.state is SignInState.DONE for one in queue),
        "repairs_after": door.runs.deadlines.selection,
    }


async def done(door: Operations, actor: Actor, run_id: str) -> tuple[str, ...]:
    """The organisations that a run expected and that were signed in for."""
    queue = await door.sign_ins.expected(actor, run_id)
    return tuple(one.organisation_id for one in queue if one.state is SignInState.DONE)


@router.post("/activity/{run_id}/sign-ins/drop")
async def drop(
    door: Door, viewer: Viewer, run_id: RunId, organisation_id: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Leave one out."""
    try:
        await door.sign_ins.drop(viewer.actor, run_id, organisation_id)
    except Refused as refused:
        return _moved_on(run_id, refused)
    return go(f"/activity/{run_id}", Said.SIGN_IN_LEFT_OUT)


@router.post("/activity/{run_id}/sign-ins/go-on")
async def go_on(door: Door, viewer: Viewer, run_id: RunId) -> Response:
    """Repair with the sign-ins so far."""
    try:
        await door.sign_ins.go_on(viewer.actor, run_id)
    except Refused as refused:
        return _moved_on(run_id, refused)
    return go(f"/activity/{run_id}", Said.SIGN_INS_ENOUGH)


def _moved_on(run_id: str, refused: Refused) -> Response:
    if refused.refusal.code not in {RefusalCode.WRONG_STAGE, RefusalCode.INVALID}:
        raise refused
    said = Said.RUN_MOVED_ON if refused.refusal.code is RefusalCode.WRONG_STAGE else Said.NOBODY_SIGNED_IN
    return go(f"/activity/{run_id}", said)
