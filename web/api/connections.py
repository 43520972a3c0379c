"""The health of all connections, and a check of them now."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from starter.answers.errors import ErrorAnswer
from starter.answers.health import CheckAnswer, HealthAnswer
from web.api.parameters import Limit, Offset
from web.kit.authentication import Door, Manager, Reader

router = APIRouter(prefix="/api/v1/connections", tags=["Connections"])


@router.get("", summary="Show the health of all connections, those in trouble first")
async def connections(
    caller: Reader,
    door: Door,
    status: Annotated[ConnectionStatus | None, Query(description="Only those with this status.")] = None,
    cause: Annotated[Cause | None, Query(description="Only those with this cause.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> HealthAnswer:
    """The practice's connections."""
    found = await door.health.show(caller, status=status, cause=cause, limit=limit, offset=offset)
    return HealthAnswer.of(found, limit=limit, offset=offset)


@router.post(
    "/check",
    status_code=HTTPStatus.ACCEPTED,
    summary="Check every connection now",
    description="As the night does. One that is under way is joined. `GET /api/v1/connections/check` says how it goes.",
)
async def check(caller: Manager, door: Door) -> CheckAnswer:
    """Start a check."""
    return CheckAnswer.of(await door.health.begin_check(caller))


@router.get(
    "/check",
    summary="Say how the latest check that was asked for is getting on, or how it ended",
    responses={HTTPStatus.NOT_FOUND: {"model": ErrorAnswer, "description": "None was asked for yet."}},
)
async def latest_check(caller: Reader, door: Door) -> CheckAnswer:
    """The latest check."""
    return CheckAnswer.of(await door.health.latest_check(caller))
