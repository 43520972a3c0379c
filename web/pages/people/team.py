"""The practice's colleagues and teams. Everybody sees them; admins invite colleagues, and create and change teams."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from starter.access.sessions import SignedIn
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.listing import KNOWN
from web.kit.rendering import render
from web.kit.viewing import Admin, Viewer, page_router

router = page_router()

TEAM: Final = "/team"

Text = Annotated[str, Form(max_length=300)]
Ids = Annotated[list[UUID], Form()]


@router.get(TEAM)
async def show(request: Request, door: Door, viewer: Viewer) -> HTMLResponse:
    """The page with colleagues and teams."""
    return await _page(request, door, viewer)


@router.post(f"{TEAM}/colleagues")
async def invite(
    request: Request,
    door: Door,
    viewer: Admin,
    email: Text = "",
    name: Text = "",
    role: Annotated[Role | None, *KNOWN, Form()] = None,
) -> HTMLResponse:
    """Add a colleague and show their link, this once; or show the form again."""
    try:
        joined = await door.people.add_colleague(viewer.actor, email=email, name=name, role=role or Role.MEMBER)
    except Refused as refused:
        if refused.refusal.field is None:
            raise
        return await _page(request, door, viewer, refused, {"email": email, "name": name, "role": role})
    return await linked(request, door, viewer, joined, name)


async def linked(request: Request, door: Operations, viewer: SignedIn, colleague_id: UUID, name: str) -> HTMLResponse:
    """The page with a colleague's link to choose a password; the link is stored nowhere else."""
    link = await door.sessions.invite(viewer.actor, colleague_id)
    return render(request, "team/invited.html", link=link, name=name.strip(), colleague_id=colleague_id)


@router.post(f"{TEAM}/teams")
async def create_team(request: Request, door: Door, viewer: Admin, team_name: Text = "") -> Response:
    """Create a team, or show the form again."""
    try:
        made = await door.people.create_team(viewer.actor, team_name)
    except Refused as refused:
        if refused.refusal.field is None:
            raise
        return await _page(request, door, viewer, refused, {"team_name": team_name})
    return go(f"{TEAM}/teams/{made}", Said.TEAM_CREATED)


@router.post(f"{TEAM}/second-factor")
async def require_second_factor(door: Door, viewer: Admin, required: Annotated[bool, Form()]) -> Response:
    """Require a second factor of everybody, or leave it to each colleague."""
    await door.second_factor_rules.require(viewer.actor, required=required)
    return go(TEAM, Said.SECOND_FACTOR_REQUIRED if required else Said.SECOND_FACTOR_OPTIONAL)


@router.get(f"{TEAM}/teams/{{team_id}}")
async def show_team(request: Request, door: Door, viewer: Viewer, team_id: UUID) -> HTMLResponse:
    """The page of one team."""
    return await _team_page(request, door, viewer, team_id)


@router.post(f"{TEAM}/teams/{{team_id}}/name")
async def rename(request: Request, door: Door, viewer: Admin, team_id: UUID, team_name: Text = "") -> Response:
    """Rename a team, or show the form again."""
    try:
        await door.people.rename_team(viewer.actor, team_id, team_name)
    except Refused as refused:
        if refused.refusal.field is None:
            raise
        return await _team_page(request, door, viewer, team_id, refused, team_name)
    return go(f"{TEAM}/teams/{team_id}", Said.TEAM_RENAMED)


@router.post(f"{TEAM}/teams/{{team_id}}/members")
async def join(door: Door, viewer: Admin, team_id: UUID, member: Ids = []) -> Response:  # noqa: B006  # FastAPI copies it
    """Add members to a team."""
    joined = await door.people.add_members(viewer.actor, team_id, member)
    return go(f"{TEAM}/teams/{team_id}", Said.TEAM_JOINED if joined else None)


@router.post(f"{TEAM}/teams/{{team_id}}/members/{{colleague_id}}/remove")
async def remove(door: Door, viewer: Admin, team_id: UUID, colleague_id: UUID) -> Response:
    """Remove a member from a team."""
    await door.people.remove_member(viewer.actor, team_id, colleague_id)
    return go(f"{TEAM}/teams/{team_id}", Said.TEAM_LEFT)


async def _page(
    request: Request,
    door: Operations,
    viewer: SignedIn,
    refused: Refused | None = None,
    typed: dict[str, str | Role | None] | None = None,
) -> HTMLResponse:
    """The page; with a form as it was typed, and what is wrong with it."""
    refusal = refused.refusal if refused else None
    typed, people = typed or {}, await door.colleagues.everybody(viewer.actor)
    active = [one for one in people if one.deactivated_at is None]
    return render(
        request,
        "team/team.html",
        status=status_of(refusal.code) if refusal else 200,
        colleagues=people,
        active=len(active),
        with_factor=sum(one.has_second_factor for one in active),
        wants_factor=await door.second_factor_rules.is_required(viewer.actor),
        teams=await door.people.teams(viewer.actor),
        is_admin=viewer.actor.role is Role.ADMIN,
        roles=[(role, role.value.capitalize()) for role in (Role.MEMBER, Role.ADMIN)],
        typed=typed,
        problem=refusal.message if refusal else None,
        problem_with=("team_name" if "team_name" in typed else refusal.field) if refusal else None,
    )


async def _team_page(
    request: Request,
    door: Operations,
    viewer: SignedIn,
    team_id: UUID,
    refused: Refused | None = None,
    typed: str | None = None,
) -> HTMLResponse:
    found = next((view for view in await door.people.teams(viewer.actor) if view.team.id == team_id), None)
    if found is None:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such team in your practice.")
    members = {member.id for member in found.members}
    people = await door.colleagues.everybody(viewer.actor)
    return render(
        request,
        "team/one_team.html",
        status=status_of(refused.refusal.code) if refused else 200,
        view=found,
        others=[one for one in people if one.deactivated_at is None and one.colleague_id not in members],
        is_admin=viewer.actor.role is Role.ADMIN,
        typed=found.team.name if typed is None else typed,
        problem=refused.refusal.message if refused else None,
    )
