"""Every route of pages, as the application has them, and the addresses and forms with which each can be asked.

A new route is walked by itself. What stands in its address or form and is not known here yet fails with a word on what
to add.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlmodel import SQLModel

from tests.journeys.scene import Json, Scene
from web.kit.viewing import administrating

NOT_PAGES = ("/api/", "/codec/", "/static/", "/healthz", "/readyz", "/connect/{provider}/webhooks")
"""Programs ask for these, of which webhooks are let in by their signature alone (``journeys/connections``)."""

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
"""In a route's path."""

THINGS = frozenset(
    {"client_id", "run_id", "colleague_id", "team_id", "token_id", "passkey_id", "import_id", "view_id", "link_id"}
)
"""What belongs to one practice, as addresses name it."""

WORDS: Mapping[str, str] = {
    "token": "no-such-link",
    "provider": "xero",
    "name": "suppliers",
    "list_name": "suppliers",
    "kind": "reconnect-all",
    "position": "0",
    "other_id": "0b0e7d7c-5f0c-4c55-9c1e-6a6f3a3a7d10",
}
"""What else stands in addresses."""

FORMS: dict[str, Json] = {
    "/sign-in": {"email": "nobody@nowhere.example", "password": "x" * 12},
    "/forgotten-password": {"email": "nobody@nowhere.example"},
    "/forgotten-password/{token}": {"password": "x" * 12, "again": "x" * 12},
    "/invitation/{token}": {"password": "x" * 12, "again": "x" * 12},
    "/clients/new": {"name": " "},
    "/clients/views": {"name": " "},
    "/clients/views/replace": {"view": "view_id"},
    "/clients/views/{view_id:uuid}": {"name": " "},
    "/clients/{client_id:uuid}/account": {"name": " "},
    "/clients/{client_id:uuid}/erase": {"code": "Anything"},
    "/clients/{client_id:uuid}/merge": {"other": "client_id"},
    "/account": {"current_password": "x" * 12, "new_password": "y" * 12, "again": "y" * 12},
    "/account/second-factor": {"password": "x" * 12},
    "/account/second-factor/set-up": {"code": "000000"},
    "/account/second-factor/recovery-codes": {"password": "x" * 12, "code": "000000"},
    "/account/second-factor/remove": {"password": "x" * 12, "code": "000000"},
    "/account/second-factor/passkeys": {"password": "x" * 12},
    "/account/second-factor/passkeys/add": {"name": "Laptop", "passkey": "{}"},
    "/account/second-factor/passkeys/{passkey_id}/remove": {"password": "x" * 12, "code": "000000"},
    "/sign-in/passkey": {"passkey": "{}"},
    "/sign-in/set-up/passkey": {"name": "Laptop", "passkey": "{}"},
    "/sign-in/code": {"code": "000000"},
    "/sign-in/set-up": {"code": "000000"},
    "/team/second-factor": {"required": "true"},
    "/account/tokens": {"name": "Zoe's", "scope": "read", "days": "7"},
    "/activity/{run_id}/selection": {"choose": "organisation_id"},
    "/clients/{client_id:uuid}/connection/change/{run_id}/choose": {"organisation_id": "organisation_id"},
    "/clients/{client_id:uuid}/connection/disconnect": {"name": "Anything"},
    "/team/colleagues": {"name": "Zoe", "email": "zoe@nowhere.example", "role": "admin"},
    "/team/colleagues/{colleague_id}/role": {"role": "admin"},
    "/team/colleagues/{colleague_id}/may-add-clients": {"allowed": "true"},
    "/practice": {"name": " "},
    "/team/colleagues/{colleague_id}/hand-over": {"to": "admin_id"},
    "/team/teams": {"team_name": "Day shift"},
    "/team/teams/{team_id}/name": {"team_name": "Day shift"},
    "/team/teams/{team_id}/members": {"member": "admin_id"},
}
"""What a form needs to be read at all, by its route; a value that is the name of an id stands for it."""

BODIES: dict[str, Json] = {
    "/activity/{run_id}/selection.json": {"organisations": [{"organisation_id": "made-up"}]},
}
"""What a script sends, by its route."""


@dataclass(frozen=True)
class Walk:
    """One way to ask the application for a page, or to send it a form.

    Attributes:
        method: GET or POST.
        route: The route's path, with its parameters.
        is_for_admins: Whether the route itself says so.
        inputs: What it takes beside its path: names in the query and in the form.
    """

    method: str
    route: str
    is_for_admins: bool
    inputs: frozenset[str]

    @property
    def parameters(self) -> set[str]:
        """What stands in its address."""
        return set(PARAMETER.findall(self.route))

    @property
    def things(self) -> set[str]:
        """What of a practice stands in its address."""
        return self.parameters & THINGS

    def address(self, ids: Mapping[str, str]) -> str:
        """The address with these ids."""
        known = {**WORDS, **ids}
        unknown = self.parameters - set(known)
        assert not unknown, f"{self.route}: say in tests/web/walking.py what {unknown} is"
        return PARAMETER.sub(lambda found: quote(known[found[1]], safe=""), self.route)

    def sent(self, ids: Mapping[str, str], csrf: str | None = None) -> Json:
        """What comes along with it, as keywords of a request: a form that the route can read, with a session's secret.

        Args:
            ids: Stand where the form wants some.
            csrf: The secret, where there is to be one.
        """
        if self.method == "GET":
            return {}
        if self.route in BODIES:
            return {"json": BODIES[self.route], "headers": {} if csrf is None else {"X-CSRF-Token": csrf}}
        form = {key: ids.get(value, value) for key, value in FORMS.get(self.route, {}).items()}
        return {"data": form if csrf is None else form | {"csrf": csrf}}


def walks(app: FastAPI) -> list[Walk]:
    """Every way to ask for a page."""
    found = [
        Walk(method, route.path, _is_for_admins(route.dependant), frozenset(_inputs(route.dependant)))
        for route in (context.original_route for context in iter_route_contexts(app.routes))
        if isinstance(route, APIRoute) and not route.path.startswith(NOT_PAGES)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    assert {walk.method for walk in found} == {"GET", "POST"}
    return found


def _is_for_admins(dependant: Dependant) -> bool:
    return dependant.call is administrating or any(_is_for_admins(one) for one in dependant.dependencies)


def _inputs(dependant: Dependant) -> Iterator[str]:
    for field in (*dependant.query_params, *dependant.body_params):
        yield field.alias
        yield from getattr(field.field_info.annotation, "model_fields", ())
    for one in dependant.dependencies:
        yield from _inputs(one)


async def all_of(scene: Scene) -> dict[str, list[str]]:
    """Every row that belongs to the scene's practice, to compare before and after."""
    own = {"id": scene.actor.practice_id}
    tables = {table.name for table in SQLModel.metadata.sorted_tables if "practice_id" in table.columns}
    found = {name: await scene.rows(f"SELECT t::text FROM {name} t WHERE practice_id = :id", **own) for name in tables}  # noqa: S608  # our own names
    found["practices"] = await scene.rows("SELECT t::text FROM practices t WHERE id = :id", **own)
    for name, column, table in (
        ("api_tokens", "colleague_id", "colleagues"),
        ("team_members", "team_id", "teams"),
        ("web_sessions", "colleague_id", "colleagues"),
        ("run_organisations", "run_id", "runs"),
    ):
        found[name] = await scene.rows(
            f"SELECT to_jsonb(t) - '{{last_seen_at,last_used_at}}'::text[] FROM {name} t "  # noqa: S608  # our own names
            f"WHERE {column} IN (SELECT id FROM {table} WHERE practice_id = :id)",
            **own,
        )
    return {name: sorted(str(row) for row in rows) for name, rows in found.items()}
