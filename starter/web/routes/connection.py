"""One client's connection: settings, refresh, reconnect."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query

from contracts.connection_settings import SettingsPatch
from contracts.lists import ListName
from starter.web.answers import StartedAnswer
from starter.web.authentication import Caller, Door
from starter.web.connection_answers import ManagedConnectionAnswer, RefreshAnswer, RefreshWish
from starter.web.routes.runs import Key

router = APIRouter(prefix="/api/v1/clients/{client_id}/connection", tags=["One connection"])


@router.get("", summary="Show a client's connection with its settings and receipts")
async def show(caller: Caller, door: Door, client_id: UUID) -> ManagedConnectionAnswer:
    """One connection."""
    return ManagedConnectionAnswer.shown(*await door.managing.show(caller, client_id))


@router.patch(
    "",
    summary="Change settings of a connection",
    description="Only what is sent changes. The next refresh honours it.",
)
async def change_settings(caller: Caller, door: Door, client_id: UUID, patch: SettingsPatch) -> ManagedConnectionAnswer:
    """Change settings."""
    return ManagedConnectionAnswer.shown(*await door.managing.change_settings(caller, client_id, patch))


@router.post(
    "/refresh",
    status_code=HTTPStatus.ACCEPTED,
    summary="Refresh a client's lists now",
    description="All that the settings choose, or some: `?list=accounts&list=items`, or a body `{lists: […]}`.",
)
async def refresh(
    caller: Caller,
    door: Door,
    client_id: UUID,
    named: Annotated[list[ListName] | None, Query(alias="list", description="Only this list; may be repeated.")] = None,
    wish: Annotated[RefreshWish | None, Body()] = None,
) -> RefreshAnswer:
    """Refresh now."""
    lists = [*(named or []), *(wish.lists if wish else [])]
    return RefreshAnswer.of(await door.managing.refresh(caller, client_id, lists))


@router.post(
    "/reconnect",
    status_code=HTTPStatus.CREATED,
    summary="Sign in again for one client",
    description="Send the colleague's browser to `authorize_url`. If that login does not reach the very same "
    "organisation, nothing changes, and the run names both.",
)
async def reconnect(caller: Caller, door: Door, client_id: UUID, idempotency_key: Key = None) -> StartedAnswer:
    """Reconnect one client."""
    started = await door.managing.reconnect(caller, client_id, idempotency_key)
    return StartedAnswer(run_id=started.run_id, authorize_url=started.authorize_url)
