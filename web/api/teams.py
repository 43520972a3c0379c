"""Teams: who is in them, and how many clients they have."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from starter.answers.views import TeamView
from web.kit.authentication import Door, Reader

router = APIRouter(prefix="/api/v1/teams", tags=["Colleagues"])


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


@router.get("", summary="List the practice's teams, with their members")
async def teams(caller: Reader, door: Door) -> TeamsAnswer:
    """The teams of the practice."""
    return TeamsAnswer(teams=[TeamAnswer.of(view) for view in await door.people.teams(caller)])
