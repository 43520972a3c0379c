"""The practice of the token's colleague: name, time zone, plan, allowance, mail, accounting software; and its teams."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from starter.actor import Actor
from starter.answers.practice import PracticeAnswer
from starter.answers.views import TeamView
from starter.operations import Operations
from web.kit.authentication import Door, Manager, Reader

router = APIRouter(prefix="/api/v1")


class PracticePatch(BaseModel):
    """What admins change of their practice; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, max_length=300)
    time_zone: str | None = Field(
        default=None, max_length=64, description="Such as `Europe/London`; the nightly check follows it."
    )


@router.get(
    "/practice",
    tags=["Practice"],
    summary="Show the practice: name, time zone, plan, allowance, mail and accounting software",
)
async def show(request: Request, caller: Reader, door: Door) -> PracticeAnswer:
    """The practice."""
    return await _answer(request, caller, door)


@router.patch(
    "/practice",
    tags=["Practice"],
    summary="Change the practice's name or time zone",
    description="For admins. A change of the time zone moves the nightly check. Plan and allowance are set by whoever "
    "runs this installation.",
)
async def change(request: Request, caller: Manager, door: Door, patch: PracticePatch) -> PracticeAnswer:
    """Change the practice."""
    await door.practices.change(caller, name=patch.name, time_zone=patch.time_zone)
    return await _answer(request, caller, door)


async def _answer(request: Request, caller: Actor, door: Operations) -> PracticeAnswer:
    view, states = await door.practices.show(caller), await door.software_states.all()
    return PracticeAnswer.of(view, states, sends_mail=not request.app.state.has_outbox)


class MemberAnswer(BaseModel):
    """A colleague in a team."""

    colleague_id: UUID
    name: str


class TeamAnswer(BaseModel):
    """A team of the practice."""

    team_id: UUID
    name: str
    members: list[MemberAnswer] = Field(description="Those who are here, by name.")
    clients: int = Field(description="Clients that are assigned to it.")

    @classmethod
    def of(cls, view: TeamView) -> Self:
        """The team as the API shows it."""
        members = [MemberAnswer(colleague_id=member.id, name=member.name) for member in view.members]
        return cls(team_id=view.team.id, name=view.team.name, members=members, clients=view.clients)


class TeamsAnswer(BaseModel):
    """The practice's teams, by name."""

    teams: list[TeamAnswer]


@router.get("/teams", tags=["Colleagues"], summary="List the practice's teams, with their members")
async def teams(caller: Reader, door: Door) -> TeamsAnswer:
    """The teams of the practice."""
    return TeamsAnswer(teams=[TeamAnswer.of(view) for view in await door.people.teams(caller)])
