"""The authorisation matrix: every route of the application, by everybody who may come, asked over HTTP.

Who is not let in asks with the ids of what is really there, and nothing changes; who is let in asks for what is not
there, so that nothing is done either: the answer is anything but a refusal of the person.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI

from contracts.words.access import Scope
from models.access import sessions
from models.access import tokens as api_tokens
from models.kit.columns import now
from starter.access.sessions import IDLE
from starter.support.identity import SupportGroup, SupportIdentity
from tests.identity_provider import AUDIENCE, GROUP, identity_provider
from tests.journeys.people import change, joined
from tests.journeys.scene import Scene
from tests.journeys.serving import NO_TLS, listening, serving
from tests.web.authorisation import RULES, Rule, routes
from tests.web.house import Person, session_of
from tests.web.keys.let_in import Who, is_kept_out, is_let_in
from tests.web.pages.signing_in.test_signing_in import csrf_of
from tests.web.street import Street
from tests.web.walking import FORMS, PARAMETER, THINGS, Walk, all_of
from web.app import create_app

ELSEWHERE = {"provider": "nowhere", "kind": "add-clients", "name": "suppliers", "list_name": "suppliers"}
"""What stands in the address of who is let in; no such provider is there, so nothing begins."""

BODIES: dict[str, Any] = {
    "POST /api/v1/tokens": {"name": "Bot", "scopes": []},
    "POST /api/v1/colleagues/{colleague_id}/hand-over": {"to": str(uuid4())},
    "POST /api/v1/runs/{run_id}/selection": {"all_new": True},
    "POST /api/v1/clients": {"name": " "},
    "POST /api/v1/clients/import": {"rows": [{"name": " "}]},
    "PATCH /api/v1/colleagues/{colleague_id}": {"may_add_clients": False},
    "PATCH /api/v1/practice": {"name": " "},
    "POST /api/v1/saved-views": {"name": " ", "query": {}},
    "PATCH /api/v1/saved-views/{view_id}": {"name": " "},
    "PATCH /api/v1/clients/{client_id}": {"reference": "Box 7"},
    "POST /api/v1/clients/{client_id}/erase": {"code": "NONE"},
    "PATCH /api/v1/clients/{client_id}/connection": {"refresh_hours": 12},
    "POST /codec/decode": {"payloads": []},
    "POST /codec/encode": {"payloads": []},
    "POST /activity/{run_id}/selection.json": {"all_new": True},
}
SAID_NO = {401, 403}
EACH_KIND = frozenset({"nobody", "other practice", "member", "support", "revoked", "admin's token for read"})
"""Of those who are not let in, one of each kind is tried every day."""


@dataclass(frozen=True)
class World:
    """The application on a socket, and everybody who may come."""

    url: str
    everybody: tuple[Who, ...]
    own: dict[str, str]
    scene: Scene
    neighbour: Scene
    routes: set[str]


async def token_of(scene: Scene, scopes: frozenset[Scope], *, days: int = 7) -> str:
    async with scene.database.transaction() as session:
        secret, _ = await api_tokens.issue(
            session, scene.actor.colleague_id, scopes=scopes, expires_at=now() + timedelta(days=days)
        )
    return secret


@pytest_asyncio.fixture(scope="module")
async def world(street: Street) -> AsyncIterator[World]:
    """Everybody, with what they really send."""
    house, every = street.house, frozenset(Scope)
    scene = house.scene

    async def whole(name: str, person: Person, **words: bool) -> Who:
        return Who(
            name,
            await token_of(person.scene, every),
            await session_of(person),
            scopes=every,
            is_colleague=True,
            **words,
        )

    leaver = await joined(scene, f"Lea{uuid4().hex[:6]}")
    left_token = await token_of(leaver, every)
    async with scene.database.transaction() as session:
        left_session, _ = await sessions.begin(
            session, leaver.actor.colleague_id, browser="", at=now(), valid_for=timedelta(days=1)
        )
    await change(scene, "UPDATE colleagues SET deactivated_at = now() WHERE id = :id", id=leaver.actor.colleague_id)

    revoked = await whole("revoked", house.admin)
    ids = {"token": sessions.hashed(revoked.bearer or ""), "session": sessions.hashed(revoked.session or "")}
    await change(scene, "UPDATE api_tokens SET revoked_at = now() WHERE token_hash = :token", token=ids["token"])
    await change(scene, "UPDATE web_sessions SET revoked_at = now() WHERE token_hash = :it", it=ids["session"])
    expired = await whole("expired", house.admin)
    await change(
        scene,
        "UPDATE web_sessions SET last_seen_at = :at WHERE token_hash = :it",
        at=now() - IDLE - timedelta(minutes=1),
        it=sessions.hashed(expired.session or ""),
    )
    over = await token_of(scene, every, days=-1)

    socket, url = listening()
    async with identity_provider() as provider, httpx2.AsyncClient(verify=NO_TLS) as http:
        group = SupportGroup(provider.issuer, AUDIENCE, GROUP)
        app = create_app(scene.operations, ring=scene.settings.key_ring(), support=SupportIdentity(group, http))
        neighbour = await whole("other practice", house.neighbour, is_admin=True, is_neighbour=True)
        limited = [
            Who(
                f"admin's token for {', '.join(sorted(scopes))}",
                await token_of(scene, scopes),
                is_colleague=True,
                is_admin=True,
                scopes=scopes,
            )
            for scopes in (*(every - {missing} for missing in Scope), frozenset({Scope.READ}))
        ]
        everybody = (
            Who("nobody"),
            Who("somebody with a token of their own making", "clientsync_" + "x" * 43, "y" * 43),
            replace(neighbour, is_colleague=False),
            await whole("member", house.member),
            await whole("admin", house.admin, is_admin=True),
            Who("support", provider.token(), is_support=True),
            Who("deactivated", left_token, left_session),
            Who("revoked", revoked.bearer, revoked.session),
            Who("expired", over, expired.session),
            *limited,
        )
        async with serving(app, socket):
            yield World(url, everybody, street.own, scene, house.neighbour.scene, routes(app))


@asynccontextmanager
async def browser_of(world: World, who: Who) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that sends everything that somebody has, the secret of their session's forms too."""
    headers = {"Accept": "text/html"}
    if who.bearer is not None:
        headers["Authorization"] = f"Bearer {who.bearer}"
    async with httpx2.AsyncClient(base_url=world.url, headers=headers, timeout=60, verify=NO_TLS) as http:
        if who.session is not None:
            http.cookies.set("clientsync", who.session)
            is_signed_in = who.is_colleague or who.is_neighbour
            http.headers["X-CSRF-Token"] = await csrf_of(http) if is_signed_in else "x" * 43
        yield http


async def asked(http: httpx2.AsyncClient, route: str, ids: dict[str, str]) -> httpx2.Response:
    """Ask for a route."""
    method, path = route.split(" ")
    walk = Walk(method, path, is_for_admins=False, inputs=frozenset())
    words: dict[str, Any] = {
        "headers": {} if path.startswith("/codec/") else {"Origin": str(http.base_url).rstrip("/")}
    }
    if route in BODIES:
        words["json"] = BODIES[route]
        words["headers"]["Accept"] = "application/json"
    elif method == "POST" and not path.startswith("/api/"):
        words["data"] = {key: ids.get(value, value) for key, value in FORMS.get(path, {}).items()}
    if path.endswith("/events"):  # would go on for minutes
        async with http.stream(method, walk.address(ids), **words) as answer:
            return httpx2.Response(answer.status_code, headers=answer.headers, request=answer.request)
    return await http.request(method, walk.address(ids), **words)


def is_no(answer: httpx2.Response) -> bool:
    """Whether the person was refused, or sent to sign in."""
    leads_to = answer.headers.get("location", "")
    return answer.status_code in SAID_NO or leads_to.startswith("/sign-in")


CHANGES_ITSELF = {"POST /sign-out", "POST /account/sign-out-everywhere"}
"""Forms that end the session with which they are sent: tried with sessions of their own, last."""
BEGINS_SOMETHING = {
    "POST /connections/check",
    "POST /api/v1/connections/check",
}
"""Calls that can name nothing that is not there: who is let in begins a check, which changes no client."""
MAKES_SOMETHING = {"POST /team/colleagues", "POST /team/teams", "POST /team/second-factor", "POST /account/tokens"}
"""Forms that can name nothing that is not there; the tests of their pages send them."""


def test_every_route_has_a_rule(world: World):
    has = world.routes
    assert {route for route in has if route not in RULES} == set(), "say in tests/web/authorisation.py who is let in"
    assert {route for route in RULES if route not in has} == set(), "there is no such route any more"


def test_a_new_route_without_a_rule_is_found():
    app = FastAPI(openapi_url=None)
    app.get("/api/v1/everything")(lambda: "everything")
    app.get("/clients")(lambda: "which has a rule")
    assert routes(app) - set(RULES) == {"GET /api/v1/everything"}


@pytest.mark.parametrize("which", [EACH_KIND, pytest.param(frozenset(), marks=pytest.mark.thorough, id="everybody")])
async def test_who_is_not_let_in_gets_nothing_and_changes_nothing(world: World, which: frozenset[str]):
    assert which <= {who.name for who in world.everybody}
    before, next_door = await all_of(world.scene), await all_of(world.neighbour)
    wrong = []
    for who in (who for who in world.everybody if not which or who.name in which):
        async with browser_of(world, who) as http:
            for route in (route for route, rule in RULES.items() if is_kept_out(who, rule)):
                answer = await asked(http, route, world.own)
                if not is_no(answer) or world.own["organisation_id"] in answer.text:
                    wrong.append(f"{route} as {who.name}: {answer.status_code}")
    assert wrong == []
    assert await all_of(world.scene) == before
    assert await all_of(world.neighbour) == next_door


async def test_what_is_next_door_does_not_exist(world: World):
    before, wrong = await all_of(world.scene), []
    [stranger] = [who for who in world.everybody if who.is_neighbour]
    marks = (world.own["client_id"], world.own["run_id"], str(world.scene.actor.practice_id))
    closed = {Rule.OPEN, Rule.SECRET, Rule.SUPPORT, Rule.NOBODY}
    async with browser_of(world, stranger) as http:
        for route, rule in RULES.items():
            if rule in closed or route in BEGINS_SOMETHING | CHANGES_ITSELF:
                continue
            has_things = not THINGS.isdisjoint(PARAMETER.findall(route))
            if not has_things and not route.startswith("GET "):
                continue
            answer = await asked(http, route, world.own)
            if has_things and answer.status_code != 404:
                wrong.append(f"{route}: {answer.status_code}")
            if not has_things and any(mark in answer.text for mark in marks):
                wrong.append(f"{route}: shows what is ours")
    assert wrong == []
    assert await all_of(world.scene) == before


@pytest.mark.thorough
async def test_who_is_let_in_is_let_in(world: World):
    made_up = {
        **{
            name: str(uuid4())
            for name in (
                "client_id",
                "colleague_id",
                "team_id",
                "token_id",
                "passkey_id",
                "import_id",
                "view_id",
                "link_id",
                "admin_id",
            )
        },
        "run_id": "no-such-run",
        "organisation_id": "made-up",
        **ELSEWHERE,
    }
    before, wrong = await all_of(world.scene), []
    left_out = CHANGES_ITSELF | BEGINS_SOMETHING | MAKES_SOMETHING | {"MOUNT /static", "POST /sign-in"}
    for who in world.everybody:
        if who.is_neighbour:
            continue
        async with browser_of(world, who) as http:
            for route, rule in RULES.items():
                if not is_let_in(who, rule) or rule is Rule.SECRET or route in left_out:
                    continue
                answer = await asked(http, route, made_up)
                is_readiness = route == "GET /readyz"  # tells how the servers are, whoever asks
                if is_no(answer) or (answer.status_code >= 500 and not is_readiness):
                    wrong.append(f"{route} as {who.name}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    after = await all_of(world.scene)
    assert {name for name, rows in after.items() if rows != before[name]} <= {"api_tokens"}  # their last use


@pytest.mark.parametrize("route", sorted(CHANGES_ITSELF))
async def test_who_is_let_in_ends_their_own_session(world: World, street: Street, route: str):
    person = street.house.member
    who = Who("member", session=await session_of(person), is_colleague=True)
    async with browser_of(world, who) as http:
        answer = await asked(http, route, {})
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
        assert is_no(await asked(http, "GET /account", {}))
