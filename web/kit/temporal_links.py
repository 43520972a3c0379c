"""Links from our pages to Temporal's web interface, for admins, who may be shown where a run is."""

from fastapi import Request

from contracts.words.names import sync_client_id
from contracts.words.practices import Role
from starter.access.sessions import SignedIn
from starter.operations import Operations
from starter.support.temporal_ui import client_address, workflow_address


def in_temporal(request: Request, door: Operations, viewer: SignedIn, workflow_id: str) -> str | None:
    """The address of a run in Temporal's web interface; None for members, and where that interface is not known."""
    base = _base(request, viewer)
    return workflow_address(base, door.temporal_namespace, workflow_id) if base else None


async def client_in_temporal(request: Request, door: Operations, viewer: SignedIn, code: str) -> str | None:
    """The address of all workflows of a client; on a server that cannot search by code, of the client's latest sync."""
    base = _base(request, viewer)
    if base is None:
        return None
    slug = viewer.actor.practice_slug
    if (await door.supporting.facts()).finds_clients:
        return client_address(base, door.temporal_namespace, slug, code)
    return workflow_address(base, door.temporal_namespace, sync_client_id(slug, code))


def _base(request: Request, viewer: SignedIn) -> str | None:
    base = request.app.state.temporal_ui
    return base if isinstance(base, str) and viewer.actor.role is Role.ADMIN else None
