"""Who may ask for what: a rule for each route that the application has. A route without one fails the build.

The rules say who is let in. What of another practice does not exist for anybody, which the tests try on every route.
"""

from enum import Enum

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute


class Rule(Enum):
    """Who is let in."""

    OPEN = "anybody: nothing of a practice is there"
    SECRET = "whoever has the link's or the sign-in's secret"
    PAGE = "colleagues in a browser's session"
    ADMIN_PAGE = "admins in a browser's session"
    READ = "tokens with the scope read"
    ADD = "tokens with the scope add or manage, as the run's kind wants it"
    MANAGE = "tokens with the scope manage"
    IMPORT = "tokens with the scopes add and manage"
    ADMIN_READ = "admins' tokens with the scope read"
    ADMIN_MANAGE = "admins' tokens with the scope manage"
    SUPPORT = "support staff, by their own identity provider"
    NOBODY = "nobody where support is set up"


_RULES = {
    Rule.OPEN: """
        GET /api/openapi.json
        GET /api/docs
        GET /healthz
        GET /readyz
        GET /connect/{provider}/disconnected
        GET /sign-in
        POST /sign-in
        POST /sign-in/passkey
        POST /sign-in/passkey/begin
        POST /sign-in/provider
        GET /forgotten-password
        POST /forgotten-password
        OPTIONS /codec/decode
        OPTIONS /codec/encode
        MOUNT /static
    """,
    Rule.SECRET: """
        GET /connect/{provider}/callback
        POST /connect/{provider}/webhooks
        GET /sign-in/provider/callback
        GET /sign-in/code
        POST /sign-in/code
        GET /sign-in/set-up
        POST /sign-in/code/passkey
        POST /sign-in/set-up
        POST /sign-in/set-up/passkey
        POST /sign-in/over
        GET /forgotten-password/{token}
        POST /forgotten-password/{token}
        GET /invitation/{token}
        POST /invitation/{token}
        GET /sign-in-link/{token}
        POST /sign-in-link/{token}
        GET /client-sign-in/{token}
        POST /client-sign-in/{token}
    """,
    Rule.PAGE: """
        GET /connect/{provider}/reconnect
        GET /
        POST /sign-out
        GET /account
        POST /account
        POST /account/sign-out-everywhere
        GET /account/second-factor
        POST /account/second-factor
        GET /account/second-factor/set-up
        POST /account/second-factor/set-up
        POST /account/second-factor/recovery-codes
        POST /account/second-factor/remove
        POST /account/second-factor/passkey
        POST /account/second-factor/passkeys
        GET /account/second-factor/passkeys/add
        POST /account/second-factor/passkeys/add
        POST /account/second-factor/passkeys/{passkey_id}/remove
        GET /account/tokens
        POST /account/tokens
        POST /account/tokens/{token_id}/revoke
        GET /clients
        GET /clients.csv
        GET /clients.xlsx
        GET /clients/new
        POST /clients/new
        GET /clients/found
        POST /clients/many
        POST /clients/many/done
        GET /clients/views
        POST /clients/views
        GET /clients/views/new
        POST /clients/views/replace
        GET /clients/views/{view_id:uuid}
        POST /clients/views/{view_id:uuid}
        POST /clients/views/{view_id:uuid}/delete
        GET /clients/import
        POST /clients/import
        GET /clients/import/{import_id}
        POST /clients/import/{import_id}
        POST /clients/import/{import_id}/sheet
        GET /client-sync
        POST /client-sync/{provider}/{kind}
        GET /activity
        GET /activity/access
        GET /activity/{run_id}
        GET /activity/{run_id}/events
        GET /activity/{run_id}/report.csv
        POST /activity/{run_id}/sign-in
        POST /activity/{run_id}/sign-in-link
        POST /clients/{client_id:uuid}/sign-in-link/{provider}
        POST /activity/{run_id}/sign-ins/drop
        POST /activity/{run_id}/sign-ins/go-on
        POST /activity/{run_id}/expected
        POST /activity/{run_id}/expected/drop
        POST /activity/{run_id}/expected/take
        POST /activity/{run_id}/expected/take-off
        POST /activity/{run_id}/selection
        POST /activity/{run_id}/choices
        POST /activity/{run_id}/choices.csv
        POST /activity/{run_id}/selection.json
        POST /activity/{run_id}/retry
        POST /activity/{run_id}/stop
        GET /clients/{client_id:uuid}
        GET /clients/{client_id:uuid}/glance
        GET /clients/{client_id:uuid}/account
        POST /clients/{client_id:uuid}/account
        GET /clients/{client_id:uuid}/archive
        POST /clients/{client_id:uuid}/archive
        POST /clients/{client_id:uuid}/restore
        GET /clients/{client_id:uuid}/erase
        POST /clients/{client_id:uuid}/erase
        GET /clients/{client_id:uuid}/merge
        POST /clients/{client_id:uuid}/merge
        GET /clients/{client_id:uuid}/connections
        GET /clients/{client_id:uuid}/runs/{run_id}
        POST /clients/{client_id:uuid}/runs/{run_id}/sign-in
        POST /clients/{client_id:uuid}/runs/{run_id}/stop
        GET /clients/{client_id:uuid}/connection
        POST /clients/{client_id:uuid}/connection
        POST /clients/{client_id:uuid}/connection/refresh
        POST /clients/{client_id:uuid}/connection/links
        POST /clients/{client_id:uuid}/connection/links/{link_id:uuid}/withdraw
        POST /clients/{client_id:uuid}/mail-link
        POST /clients/{client_id:uuid}/connection/reconnect
        POST /clients/{client_id:uuid}/connection/change
        POST /clients/{client_id:uuid}/connection/undo
        GET /clients/{client_id:uuid}/connection/change/{run_id}
        POST /clients/{client_id:uuid}/connection/change/{run_id}/choose
        POST /clients/{client_id:uuid}/connection/change/{run_id}/confirm
        GET /clients/{client_id:uuid}/connection/disconnect
        POST /clients/{client_id:uuid}/connection/disconnect
        GET /clients/{client_id:uuid}/lists
        GET /clients/{client_id:uuid}/lists/{name}
        GET /clients/{client_id:uuid}/lists/{name}/rows.csv
        GET /clients/{client_id:uuid}/timeline
        GET /clients/{client_id:uuid}/timeline.csv
        GET /connections
        POST /connections/check
        GET /practice
        GET /team
        GET /team/teams/{team_id}
        GET /team/colleagues/{colleague_id}
    """,
    Rule.ADMIN_PAGE: """
        POST /practice
        POST /practice/check
        POST /practice/test-mail
        POST /team/colleagues
        POST /team/second-factor
        POST /team/colleagues/{colleague_id}/second-factor/reset
        POST /team/colleagues/{colleague_id}/identity/unlink
        POST /team/teams
        POST /team/teams/{team_id}/name
        POST /team/teams/{team_id}/members
        POST /team/teams/{team_id}/members/{colleague_id}/remove
        POST /team/colleagues/{colleague_id}/role
        POST /team/colleagues/{colleague_id}/may-add-clients
        POST /team/colleagues/{colleague_id}/invitation
        GET /team/colleagues/{colleague_id}/deactivate
        POST /team/colleagues/{colleague_id}/deactivate
        GET /team/colleagues/{colleague_id}/hand-over
        POST /team/colleagues/{colleague_id}/hand-over
        GET /outbox
    """,
    Rule.READ: """
        GET /api/v1/clients
        GET /api/v1/clients.csv
        GET /api/v1/clients.xlsx
        GET /api/v1/clients/{client_id}
        GET /api/v1/clients/{client_id}/erase
        GET /api/v1/clients/{client_id}/merge/{other_id}
        GET /api/v1/clients/{client_id}/timeline
        GET /api/v1/clients/{client_id}/timeline.csv
        GET /api/v1/clients/{client_id}/lists/{list_name}
        GET /api/v1/clients/{client_id}/lists/{list_name}.csv
        GET /api/v1/clients/{client_id}/connection
        GET /api/v1/clients/{client_id}/connection/disconnect
        GET /api/v1/clients/{client_id}/connection/links
        GET /api/v1/clients/{client_id}/connection/change/{run_id}
        GET /api/v1/runs
        GET /api/v1/runs/{run_id}
        GET /api/v1/runs/{run_id}/choices.csv
        POST /api/v1/runs/{run_id}/choices
        GET /api/v1/runs/{run_id}/expected-organisations
        GET /api/v1/runs/{run_id}/sign-ins
        GET /api/v1/runs/{run_id}.csv
        GET /api/v1/connections
        GET /api/v1/connections/check
        GET /api/v1/practice
        GET /api/v1/colleagues
        GET /api/v1/teams
        GET /api/v1/saved-views
        GET /api/v1/tokens
    """,
    Rule.ADMIN_READ: """
        GET /api/v1/colleagues/{colleague_id}/deactivation
    """,
    Rule.ADD: """
        POST /api/v1/clients
        POST /api/v1/client-sync/{provider}/{kind}
        POST /api/v1/runs/{run_id}/consent
        POST /api/v1/clients/{client_id}/sign-in-link/{provider}
        POST /api/v1/runs/{run_id}/sign-ins/{organisation_id}/drop
        POST /api/v1/runs/{run_id}/sign-ins/go-on
        POST /api/v1/runs/{run_id}/expected-organisations
        POST /api/v1/runs/{run_id}/expected-organisations/{position}/drop
        POST /api/v1/runs/{run_id}/expected-organisations/{position}/take
        POST /api/v1/runs/{run_id}/organisations/{organisation_id}/take-off
        POST /api/v1/runs/{run_id}/selection
        POST /api/v1/runs/{run_id}/retry
        POST /api/v1/runs/{run_id}/cancel
    """,
    Rule.IMPORT: """
        POST /api/v1/clients/import
    """,
    Rule.MANAGE: """
        POST /api/v1/tokens
        POST /api/v1/tokens/{token_id}/revoke
        POST /api/v1/connections/check
        POST /api/v1/saved-views
        PATCH /api/v1/saved-views/{view_id}
        DELETE /api/v1/saved-views/{view_id}
        PATCH /api/v1/clients/{client_id}
        POST /api/v1/clients/{client_id}/archive
        POST /api/v1/clients/{client_id}/restore
        POST /api/v1/clients/{client_id}/erase
        POST /api/v1/clients/{client_id}/merge/{other_id}
        PATCH /api/v1/clients/{client_id}/connection
        POST /api/v1/clients/{client_id}/connection/refresh
        POST /api/v1/clients/{client_id}/connection/links
        DELETE /api/v1/clients/{client_id}/connection/links/{link_id}
        POST /api/v1/clients/{client_id}/connection/reconnect
        POST /api/v1/clients/{client_id}/connection/disconnect
        POST /api/v1/clients/{client_id}/connection/change
        POST /api/v1/clients/{client_id}/connection/change/undo
        POST /api/v1/clients/{client_id}/connection/change/{run_id}/confirm
    """,
    Rule.ADMIN_MANAGE: """
        PATCH /api/v1/practice
        PATCH /api/v1/colleagues/{colleague_id}
        POST /api/v1/colleagues/{colleague_id}/deactivate
        POST /api/v1/colleagues/{colleague_id}/hand-over
    """,
    Rule.SUPPORT: """
        POST /codec/decode
    """,
    Rule.NOBODY: """
        POST /codec/encode
    """,
}

RULES: dict[str, Rule] = {line.strip(): rule for rule, lines in _RULES.items() for line in lines.strip().splitlines()}
"""By method and path: who is let in."""


def routes(app: FastAPI) -> set[str]:
    """Every route that the application has, by method and path."""
    found: list[BaseRoute] = [context.original_route for context in iter_route_contexts(app.routes)]
    return {
        f"{method} {getattr(route, 'path', '?')}"
        for route in found
        for method in (set(getattr(route, "methods", None) or {"MOUNT"}) - {"HEAD"})
        if isinstance(route, APIRoute) or hasattr(route, "path")
    }
