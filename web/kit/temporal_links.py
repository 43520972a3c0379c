"""Links from our pages to the same thing in Temporal's web interface: for admins, who may read what is sealed there."""

from fastapi import Request

from contracts.words.names import sync_client_id
from contracts.words.practices import Role
from starter.access.sessions import SignedIn
from starter.operations import Operations
from starter.support.temporal_ui import client_address, workflow_address


def in_temporal(request: Request, door: Operations, viewer: SignedIn, workflow_id: str) -> str | None:
    """Where a run is in Temporal's web interface; None for who is no admin, or where its address is not known."""
    base = _base(request, viewer)
    return workflow_address(base, door.temporal_namespace, workflow_id) if base else None


async def client_in_temporal(request: Request, door: Operations, viewer: SignedIn, code: str) -> str | None:
    """Where all that is about a client is there; on a server that cannot search by code, its latest sync."""
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
