"""One client's connection: settings, refresh, reconnect, disconnect."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query

from contracts.words.connection_settings import SettingsPatch
from contracts.words.lists import ListName
from starter.answers.connections import (
    DisconnectingAnswer,
    DisconnectPreviewAnswer,
    ManagedConnectionAnswer,
    RefreshAnswer,
    RefreshWish,
)
from starter.answers.runs import StartedAnswer
from web.api.runs import Key, Wish
from web.kit.authentication import Door, Manager, Reader

router = APIRouter(prefix="/api/v1/clients/{client_id}/connection", tags=["One connection"])


@router.get("", summary="Show a client's connection with its settings and receipts")
async def show(caller: Reader, door: Door, client_id: UUID) -> ManagedConnectionAnswer:
    """One connection."""
    return ManagedConnectionAnswer.shown(*await door.managing.show(caller, client_id))


@router.patch(
    "",
    summary="Change settings of a connection",
    description="Only what is sent changes. What it adds (a list, or other contacts) is pulled at once.",
)
async def change_settings(
    caller: Manager, door: Door, client_id: UUID, patch: SettingsPatch
) -> ManagedConnectionAnswer:
    """Change a connection's settings."""
    return ManagedConnectionAnswer.shown(*await door.managing.change_settings(caller, client_id, patch))


@router.post(
    "/refresh",
    status_code=HTTPStatus.ACCEPTED,
    summary="Refresh a client's lists now",
    description="All that the settings choose, or some: `?list=accounts&list=items`, or a body `{lists: […]}`.",
)
async def refresh(
    caller: Manager,
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
async def reconnect(
    caller: Manager, door: Door, client_id: UUID, idempotency_key: Key = None, wish: Wish = None
) -> StartedAnswer:
    """Reconnect one client."""
    started = await door.managing.reconnect(caller, client_id, idempotency_key, wish.region if wish else None)
    to_allow = await door.runs.to_allow_again(caller, started.run_id)
    return StartedAnswer(run_id=started.run_id, authorize_url=started.authorize_url, to_allow=list(to_allow))


@router.get("/disconnect", summary="Say whom disconnecting would affect", description="Changes nothing.")
async def preview_disconnect(caller: Reader, door: Door, client_id: UUID) -> DisconnectPreviewAnswer:
    """Which clients a disconnection would affect."""
    return DisconnectPreviewAnswer.of(await door.disconnecting.preview(caller, client_id))


@router.post(
    "/disconnect",
    status_code=HTTPStatus.ACCEPTED,
    summary="Disconnect a client",
    description="No call is made for it from now on but the one that removes it, tried until the provider confirms.",
)
async def disconnect(caller: Manager, door: Door, client_id: UUID) -> DisconnectingAnswer:
    """Disconnect."""
    return DisconnectingAnswer(workflow_id=await door.disconnecting.disconnect(caller, client_id))
