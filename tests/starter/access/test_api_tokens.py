"""API tokens: each has a name, scopes, an end and a last use; colleagues see and withdraw them; all of it is told."""

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlmodel import select

from contracts.words.access import EVERYTHING, Scope
from contracts.words.refusals import Refused
from models.access.tables import ApiToken
from models.kit.columns import now
from starter.access.tokens import Tokens
from tests.journeys.fixtures import Neighbour
from tests.journeys.people import joined
from tests.journeys.scene import Scene
from tests.journeys.serving import http_of

TOKENS = "/api/v1/tokens"


async def made(scene: Scene, **wish: Any) -> httpx2.AsyncClient:
    """A client of the API with a new token of the scene's colleague."""
    answer = await scene.http.post(TOKENS, json={"name": "Bot", "scopes": list(Scope), **wish})
    assert answer.status_code == 201, answer.text
    http = http_of(scene.web, answer.json()["token"])
    scene.stack.push_async_callback(http.aclose)
    return http


async def kinds(scene: Scene) -> list[tuple[Any, ...]]:
    return await scene.rows("SELECT kind, before, after FROM events WHERE kind LIKE 'token.%' ORDER BY id")


async def test_a_token_is_made_seen_used_and_withdrawn(scene: Scene):
    wish = {"name": " Nightly export ", "scopes": ["read"], "days": 30}
    answer = await scene.http.post(TOKENS, json=wish)
    assert answer.status_code == 201
    created = answer.json()
    http = http_of(scene.web, created["token"])
    scene.stack.push_async_callback(http.aclose)
    before = [one for one in (await scene.http.get(TOKENS)).json()["tokens"] if one["name"] == "Nightly export"]
    assert [(one["scopes"], one["last_used_at"]) for one in before] == [(["read"], None)]
    assert (await http.get("/api/v1/clients")).status_code == 200
    shown = (await scene.http.get(TOKENS)).text
    assert created["token"] not in shown
    [one] = [one for one in (await scene.http.get(TOKENS)).json()["tokens"] if one["name"] == "Nightly export"]
    assert one["last_used_at"] is not None
    withdrawn = await scene.http.post(f"{TOKENS}/{created['token_id']}/revoke")
    assert (withdrawn.status_code, withdrawn.content) == (204, b"")
    assert (await http.get("/api/v1/clients")).status_code == 401
    assert "Nightly export" not in (await scene.http.get(TOKENS)).text
    assert (await scene.http.post(f"{TOKENS}/{created['token_id']}/revoke")).status_code == 404
    told = await kinds(scene)
    assert [kind for kind, _, _ in told] == ["token.created", "token.revoked"]
    assert all("Nightly export (read; until " in after for _, _, after in told)
    assert not any(created["token"] in str(row) for row in (await scene.everything()).values())


async def test_a_token_ends(scene: Scene):
    http = await made(scene, days=1)
    assert (await http.get("/api/v1/clients")).status_code == 200
    tokens = scene.operations.tokens
    tokens.clock = lambda: now() + timedelta(days=1, seconds=1)
    assert (await http.get("/api/v1/clients")).json()["error"]["code"] == "unauthenticated"
    assert (await scene.http.get("/api/v1/clients")).status_code == 200  # the usual 90 days


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
        ({"colleague_id": "somebody"}, "colleague_id"),
    ],
)
async def test_a_wish_that_cannot_be_carried_out(scene: Scene, wish: dict[str, Any], field: str):
    before = await kinds(scene)
    answer = await scene.http.post(TOKENS, json={"name": "Bot", "scopes": ["read"], **wish})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert await kinds(scene) == before


async def test_a_token_makes_none_that_may_do_more_or_lasts_longer(scene: Scene):
    http = await made(scene, scopes=["manage"], days=10)
    for wish in ({"scopes": ["read"]}, {"scopes": ["manage", "add"]}):
        answer = await http.post(TOKENS, json={"name": "More", "days": 5, **wish})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden"), wish
    longer = (await http.post(TOKENS, json={"name": "Longer", "scopes": ["manage"], "days": 300})).json()
    shorter = (await http.post(TOKENS, json={"name": "Shorter", "scopes": ["manage"], "days": 5})).json()
    async with scene.database.session() as session:
        own = (await session.exec(select(ApiToken.expires_at).where(ApiToken.name == "Bot"))).one()
    assert datetime.fromisoformat(longer["expires_at"]) == own
    assert datetime.fromisoformat(shorter["expires_at"]) < own - timedelta(days=4)


async def test_what_a_run_takes_depends_on_its_kind(scene: Scene):
    adds, manages, reads = [await made(scene, scopes=[scope]) for scope in (Scope.ADD, Scope.MANAGE, Scope.READ)]
    for kind, may, may_not in (("add-clients", adds, manages), ("reconnect-all", manages, adds)):
        start = f"/api/v1/client-sync/xero/{kind}"
        for http in (may_not, reads):
            assert (await http.post(start)).status_code == 403
        run_id = (await may.post(start)).json()["run_id"]
        for call, body in (("consent", {}), ("selection", {"all_new": True}), ("retry", None), ("cancel", None)):
            answer = await may_not.post(f"/api/v1/runs/{run_id}/{call}", json=body)
            assert (answer.status_code, "scope" in answer.json()["error"]["message"]) == (403, True), call
        assert (await may.post(f"/api/v1/runs/{run_id}/consent")).status_code == 200
        assert (await reads.get(f"/api/v1/runs/{run_id}")).json()["stage"] == "awaiting_consent"
        assert (await may.post(f"/api/v1/runs/{run_id}/cancel")).status_code == 202


@pytest.mark.thorough
async def test_members_see_and_withdraw_their_own_and_admins_all(scene: Scene, neighbour: Neighbour):
    member = await joined(scene, "Bea")
    theirs = (await member.http.post(TOKENS, json={"name": "Bea's", "scopes": ["read"]})).json()
    ours = (await scene.http.post(TOKENS, json={"name": "Ours", "scopes": ["read"]})).json()

    async def names(http: httpx2.AsyncClient) -> set[str]:
        return {one["name"] for one in (await http.get(TOKENS)).json()["tokens"]} - {"Token"}

    assert (await names(member.http), await names(scene.http)) == ({"Bea's"}, {"Bea's", "Ours"})
    assert await names(neighbour.http) == set()
    for http, token in ((member.http, ours), (neighbour.http, ours), (neighbour.http, theirs)):
        assert (await http.post(f"{TOKENS}/{token['token_id']}/revoke")).status_code == 404
    assert (await scene.http.post(f"{TOKENS}/{theirs['token_id']}/revoke")).status_code == 204
    assert await names(member.http) == set()


@pytest.mark.thorough
async def test_by_whoever_runs_the_installation(scene: Scene):
    tokens, email = Tokens(scene.database), "admin@harbour-lane.example.com"
    made_for = await tokens.create_for(email, name="Backup", scopes=[Scope.READ], days=7)
    assert (await tokens.by_secret(made_for.secret)).scopes == {Scope.READ}
    assert (await scene.operations.colleagues.by_email(email)).scopes == EVERYTHING
    assert "Backup" in {view.token.name for view in await tokens.living_of(None)}
    await tokens.revoke_by_id(made_for.row.id)
    for again in (tokens.revoke_by_id(made_for.row.id), tokens.by_secret(made_for.secret)):
        with pytest.raises(Refused):
            await again


async def test_a_token_is_kept_as_a_hash_only(scene: Scene):
    made_for = await Tokens(scene.database).create_for("admin@harbour-lane.example.com", name="Kept")
    async with scene.database.session() as session:
        kept = (await session.exec(select(ApiToken.token_hash).where(ApiToken.id == made_for.row.id))).one()
    assert len(kept) == 32
    assert kept not in made_for.secret.encode()
    assert made_for.secret not in repr(made_for)
