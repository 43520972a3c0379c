"""Colleagues: who they are, how one leaves, and how an admin hands one's clients to another."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from starter.answers.colleagues import ColleagueAnswer, ColleaguesAnswer, DeactivationAnswer
from web.kit.authentication import Door, Manager, Reader

router = APIRouter(prefix="/api/v1/colleagues", tags=["Colleagues"])


class HandOverWish(BaseModel):
    """The colleague who takes the clients over."""

    model_config = ConfigDict(extra="forbid")

    to: UUID = Field(description="The colleague who gets them.")
    provider: str | None = Field(
        default=None, max_length=20, description="Clients at this accounting software; not needed where there is one."
    )


class ColleaguePatch(BaseModel):
    """What a colleague may do; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    may_add_clients: bool = Field(description="Whether they may add clients; an admin always may.")


class HandOverAnswer(BaseModel):
    """The run that moves them."""

    run_id: str


@router.get("", summary="List the practice's colleagues, with what depends on each")
async def everybody(caller: Reader, door: Door) -> ColleaguesAnswer:
    """The people of the practice."""
    found = await door.colleagues.everybody(caller)
    return ColleaguesAnswer(colleagues=[ColleagueAnswer.of(one) for one in found])


@router.patch("/{colleague_id}", summary="Say what a colleague may do", description="For admins.")
async def change(caller: Manager, door: Door, colleague_id: UUID, patch: ColleaguePatch) -> ColleagueAnswer:
    """Allow a colleague to add clients, or not any more."""
    await door.people.allow_adding(caller, colleague_id, allowed=patch.may_add_clients)
    return ColleagueAnswer.of(await door.colleagues.one(caller, colleague_id))


@router.get(
    "/{colleague_id}/deactivation",
    summary="Say what depends on a colleague who is to leave",
    description="For admins. Changes nothing.",
)
async def preview_deactivation(caller: Reader, door: Door, colleague_id: UUID) -> DeactivationAnswer:
    """What stops working when a colleague is deactivated."""
    return DeactivationAnswer.of(await door.colleagues.preview_deactivation(caller, colleague_id))


@router.post(
    "/{colleague_id}/deactivate",
    summary="Deactivate a colleague who has left",
    description="For admins. Tokens and sign-ins here end; nothing is disconnected. The same again changes nothing.",
)
async def deactivate(caller: Manager, door: Door, colleague_id: UUID) -> DeactivationAnswer:
    """Deactivate a colleague."""
    return DeactivationAnswer.of(await door.colleagues.deactivate(caller, colleague_id))


@router.post(
    "/{colleague_id}/hand-over",
    status_code=HTTPStatus.CREATED,
    summary="Hand a colleague's clients to another",
    description="For admins. Nobody signs in: a client that no login of the new owner opens keeps the login that it "
    "has, and the run says so.",
)
async def hand_over(caller: Manager, door: Door, colleague_id: UUID, wish: HandOverWish) -> HandOverAnswer:
    """Hand all of a colleague's clients over."""
    run_id = await door.hand_overs.start(caller, colleague_id, wish.to, wish.provider)
    return HandOverAnswer(run_id=run_id)
