"""The practice's page. Everybody sees it; admins change name and time zone, and try mail and accounting software."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from starter.actor import Actor
from starter.connections.software_states import SoftwareState
from starter.operations import Operations
from starter.people.practice import time_zones
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.rendering import render
from web.kit.viewing import Admin, Viewer, page_router

router = page_router()

PRACTICE: Final = "/practice"

Text = Annotated[str, Form(max_length=300)]


@router.get(PRACTICE)
async def show(request: Request, door: Door, viewer: Viewer) -> HTMLResponse:
    """The page."""
    return await _page(request, door, viewer.actor, await door.software_states.all())


@router.post(PRACTICE)
async def change(request: Request, door: Door, viewer: Admin, name: Text = "", time_zone: Text = "") -> Response:
    """Change name and time zone, or show the form again."""
    try:
        is_changed = await door.practices.change(viewer.actor, name=name, time_zone=time_zone)
    except Refused as refused:
        if refused.refusal.field is None:
            raise
        typed = {"name": name, "time_zone": time_zone}
        return await _page(request, door, viewer.actor, await door.software_states.all(), refused, typed)
    return go(PRACTICE, Said.PRACTICE_CHANGED if is_changed else None)


@router.post(f"{PRACTICE}/test-mail")
async def send_test_mail(request: Request, door: Door, viewer: Admin) -> Response:
    """Send the admin a mail."""
    if request.app.state.has_outbox:
        raise Refused(RefusalCode.INVALID, "There is no mail server here, so no mail can be sent.")
    await door.practices.send_test_mail(viewer.actor)
    return go(PRACTICE, Said.TEST_MAIL)


@router.post(f"{PRACTICE}/check")
async def check(request: Request, door: Door, viewer: Admin) -> HTMLResponse:
    """The page with what the checks of the accounting software have found just now."""
    return await _page(request, door, viewer.actor, await door.software_states.checked(viewer.actor))


async def _page(
    request: Request,
    door: Operations,
    actor: Actor,
    states: Sequence[SoftwareState],
    refused: Refused | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    view = await door.practices.show(actor)
    return render(
        request,
        "practice.html",
        status=status_of(refused.refusal.code) if refused else HTTPStatus.OK,
        practice=view,
        states=states,
        zones=time_zones(),
        is_admin=actor.role is Role.ADMIN,
        typed=typed or {"name": view.name, "time_zone": view.time_zone},
        problem=refused.refusal.message if refused else None,
        problem_with=refused.refusal.field if refused else None,
    )
