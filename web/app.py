"""Builds the web application from its parts: routes, error answers and the shield."""

from importlib.metadata import version

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from runtime.sealing.keyring import KeyRing
from starter.answers.errors import ErrorAnswer
from starter.operations import Operations
from starter.support.identity import SupportIdentity
from web import pages
from web.api import (
    change,
    client_links,
    colleagues,
    connection,
    connections,
    documentation,
    health,
    practice,
    runs,
    tokens,
)
from web.api.clients import clients, exports, lists, saved_views
from web.api.codec import Access, codec_router
from web.api.described import Described
from web.inbound import connect, webhooks
from web.kit import errors
from web.kit.shield import Shield

_DESCRIPTION = (
    "Adds an accounting practice's clients in bulk from their accounting software. Everything is scoped to the "
    "practice of the colleague whose token is sent; ids of another practice answer 404. "
    'Errors are always {"error": {"code", "message", "field"?, "rows"?}}.'
)


def create_app(
    operations: Operations,
    *,
    ring: KeyRing,
    is_secure: bool = False,
    codec_access: Access = Access.SUPPORT,
    support: SupportIdentity | None = None,
    temporal_ui: str | None = None,
    has_outbox: bool = True,
) -> FastAPI:
    """Build the application.

    Args:
        operations: All operations of the product.
        ring: The key ring, for the codec that Temporal's web interface calls.
        is_secure: The public address is HTTPS.
        codec_access: Who may use the codec.
        support: Checks support staff; None means that there are none.
        temporal_ui: Base of the Temporal Web UI: for links, and the only origin that browsers may call the codec from.
        has_outbox: Whether there is no mail server, so that admins read notices on a page.
    """
    app = Described(
        title="Clientsync",
        version=version("clientsync"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses={422: {"model": ErrorAnswer, "description": "Refused; nothing was changed."}},
        redirect_slashes=False,
    )
    app.state.operations = operations
    app.state.is_secure = is_secure
    app.state.has_outbox = has_outbox
    app.state.temporal_ui = temporal_ui
    app.include_router(exports.router)  # first: a run's id could end in .csv
    for module in (
        runs,
        clients,
        saved_views,
        colleagues,
        practice,
        tokens,
        connections,
        connection,
        change,
        client_links,
        lists,
        connect,
        webhooks,
        documentation,
        health,
    ):
        app.include_router(module.router)
    app.include_router(client_links.asking)
    app.include_router(webhooks.own_pages)
    for router in pages.ROUTERS:
        app.include_router(router)
    app.include_router(codec_router(ring, access=codec_access, ui_origin=temporal_ui, support=support))
    app.mount("/static", StaticFiles(packages=[("web", "static")]), name="static")
    errors.install(app)
    app.add_middleware(Shield, secure=is_secure)
    return app
