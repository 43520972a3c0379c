"""One colleague: what depends on them, their role, a new link, deactivating them. ``hand_over`` has the hand-over."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from starter.actor import Actor
from starter.answers.views import ColleagueView
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.rendering import render
from web.kit.viewing import Admin, Viewer, page_router
from web.pages.people.team import TEAM, linked

router = page_router()

ONE = f"{TEAM}/colleagues/{{colleague_id}}"


@router.get(ONE)
async def show(request: Request, door: Door, viewer: Viewer, colleague_id: UUID) -> HTMLResponse:
    """The colleague's page."""
    return await _page(request, door, viewer.actor, colleague_id)


@router.post(f"{ONE}/role")
async def change_role(
    request: Request, door: Door, viewer: Admin, colleague_id: UUID, role: Annotated[Role, Form()]
) -> Response:
    """Change the colleague's role, or say why not."""
    try:
        await door.people.change_role(viewer.actor, colleague_id, role)
    except Refused as refused:
        if refused.refusal.field is None:
            raise
        return await _page(request, door, viewer.actor, colleague_id, refused)
    return go(f"{TEAM}/colleagues/{colleague_id}", Said.ROLE_CHANGED)


@router.post(f"{ONE}/may-add-clients")
async def allow_adding(
    request: Request, door: Door, viewer: Admin, colleague_id: UUID, allowed: Annotated[bool, Form()]
) -> Response:
    """Allow the colleague to add clients, or not any more, or say why not."""
    try:
        await door.people.allow_adding(viewer.actor, colleague_id, allowed=allowed)
    except Refused as refused:
        if refused.refusal.field is None:
            raise
        return await _page(request, door, viewer.actor, colleague_id, refused)
    return go(f"{TEAM}/colleagues/{colleague_id}", Said.ADDING_ALLOWED if allowed else Said.ADDING_ENDED)


@router.post(f"{ONE}/invitation")
async def invite(request: Request, door: Door, viewer: Admin, colleague_id: UUID) -> HTMLResponse:
    """Show a new link to choose a password; earlier links end."""
    found = await _colleague(door, viewer.actor, colleague_id)
    return await linked(request, door, viewer, colleague_id, found.name)


@router.post(f"{ONE}/second-factor/reset")
async def reset_second_factor(request: Request, door: Door, viewer: Admin, colleague_id: UUID) -> Response:
    """Remove the colleague's second factors, or say why not; the next sign-in needs only the password."""
    try:
        await door.second_factor_rules.reset(viewer.actor, colleague_id)
    except Refused as refused:
        if refused.refusal.field is None:
            raise
        return await _page(request, door, viewer.actor, colleague_id, refused)
    return go(f"{TEAM}/colleagues/{colleague_id}", Said.SECOND_FACTOR_RESET)


@router.post(f"{ONE}/identity/unlink")
async def unlink(door: Door, viewer: Admin, colleague_id: UUID) -> Response:
    """Unlink the colleague's account at the identity provider; the next sign-in there links one again."""
    await door.identities.unbind(viewer.actor, colleague_id)
    return go(f"{TEAM}/colleagues/{colleague_id}", Said.IDENTITY_UNLINKED)


@router.get(f"{ONE}/deactivate")
async def preview(request: Request, door: Door, viewer: Admin, colleague_id: UUID) -> HTMLResponse:
    """What depends on the colleague, before they are deactivated. Nothing is changed."""
    return await _leaving(request, door, viewer.actor, colleague_id)


@router.post(f"{ONE}/deactivate")
async def deactivate(request: Request, door: Door, viewer: Admin, colleague_id: UUID) -> Response:
    """Deactivate the colleague, or say why not."""
    try:
        await door.colleagues.deactivate(viewer.actor, colleague_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.FORBIDDEN:
            raise
        return await _leaving(request, door, viewer.actor, colleague_id, refused)
    return go(f"{TEAM}/colleagues/{colleague_id}", Said.COLLEAGUE_LEFT)


async def _colleague(door: Operations, actor: Actor, colleague_id: UUID) -> ColleagueView:
    people = await door.colleagues.everybody(actor)
    found = next((one for one in people if one.colleague_id == colleague_id), None)
    if found is None:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such colleague in your practice.")
    return found


async def _page(
    request: Request, door: Operations, actor: Actor, colleague_id: UUID, refused: Refused | None = None
) -> HTMLResponse:
    found = await _colleague(door, actor, colleague_id)
    return render(
        request,
        "team/colleague.html",
        status=status_of(refused.refusal.code) if refused else 200,
        one=found,
        teams=[
            view.team
            for view in await door.people.teams(actor)
            if colleague_id in {member.id for member in view.members}
        ],
        identities=await door.identities.of(actor, colleague_id),
        is_admin=actor.role is Role.ADMIN,
        is_me=actor.colleague_id == colleague_id,
        roles=[(role, role.value.capitalize()) for role in (Role.MEMBER, Role.ADMIN)],
        problem=refused.refusal.message if refused else None,
        problem_with=refused.refusal.field if refused else None,
    )


async def _leaving(
    request: Request, door: Operations, actor: Actor, colleague_id: UUID, refused: Refused | None = None
) -> HTMLResponse:
    leaving = await door.colleagues.preview_deactivation(actor, colleague_id)
    return render(
        request,
        "team/deactivate.html",
        status=status_of(refused.refusal.code) if refused else 200,
        one=leaving.found,
        is_me=actor.colleague_id == colleague_id,
        problem=refused.refusal.message if refused else None,
    )
