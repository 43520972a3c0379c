"""What the API answers about the people of a practice."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.words.practices import Role
from models.practices.reads import ColleagueView
from starter.people.leaving import Deactivation


class ColleagueAnswer(BaseModel):
    """A colleague with what depends on them."""

    colleague_id: UUID
    name: str
    email: str
    role: Role
    deactivated_at: datetime | None = Field(description="When they left; nothing while they are here.")
    clients: int = Field(description="Clients that they look after.")
    connections: int = Field(description="Connections that work through a login of theirs.")
    connections_for_others: int = Field(description="How many of those belong to clients of colleagues.")
    runs_under_way: int
    may_add_clients: bool = Field(description="Whether they may add clients, in any way; admins always may.")
    has_second_factor: bool = Field(description="Whether they sign in to the pages with a code beside the password.")

    @classmethod
    def of(cls, found: ColleagueView) -> Self:
        """The colleague as the API shows them."""
        return cls(
            colleague_id=found.colleague_id,
            name=found.name,
            email=found.email,
            role=found.role,
            deactivated_at=found.deactivated_at,
            clients=found.clients,
            connections=found.connections,
            connections_for_others=found.for_others,
            runs_under_way=found.runs,
            may_add_clients=found.may_add_clients,
            has_second_factor=found.has_second_factor,
        )


class ColleaguesAnswer(BaseModel):
    """The people of the practice; those who have left come last."""

    colleagues: list[ColleagueAnswer]


class DeactivationAnswer(BaseModel):
    """What a colleague's leaving means, before or after it."""

    colleague: ColleagueAnswer
    message: str

    @classmethod
    def of(cls, deactivation: Deactivation) -> Self:
        """The same as the API shows it."""
        return cls(colleague=ColleagueAnswer.of(deactivation.found), message=deactivation.message)
