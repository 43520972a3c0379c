"""The health of all connections."""

from typing import Annotated

from fastapi import APIRouter, Query

from contracts.causes import Cause
from contracts.runs import ConnectionStatus
from starter.web.authentication import Caller, Door
from starter.web.health_answers import HealthAnswer
from starter.web.routes.parameters import Limit, Offset

router = APIRouter(prefix="/api/v1/connections", tags=["Connections"])


@router.get("", summary="Show the health of all connections, those in trouble first")
async def connections(
    caller: Caller,
    door: Door,
    status: Annotated[ConnectionStatus | None, Query(description="Only those with this status.")] = None,
    cause: Annotated[Cause | None, Query(description="Only those with this cause.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> HealthAnswer:
    """The practice's connections."""
    found = await door.health.show(caller, status=status, cause=cause, limit=limit, offset=offset)
    return HealthAnswer.of(found, limit=limit, offset=offset)
